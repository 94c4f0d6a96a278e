import { useFetcher, useLoaderData } from '@remix-run/react'
import { useState } from 'react'
import { z } from 'zod'
import { freshnessFor } from '#app/flow/freshness.ts'
import { removeTags, stopTagging } from '#app/flow/publication/runs.ts'
import { discountList, leftOut } from '#app/flow/segments/pages.ts'
import { getSettings, saveSettings } from '#app/flow/settings.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { DryRun } from '#app/domain/pages.ts'
import { SettingsFields, settingsFieldsOf, tagFieldsOf } from '#app/ui/settings-fields.ts'
import { SettingsScreen } from '#app/ui/settings-page.tsx'
import type { SettingsView } from '#app/ui/settings-page.tsx'

type Answer = { saved: true } | { refused: string; fields: Record<string, string> }

const SettingsForm = z.discriminatedUnion('intent', [
  z.object({ intent: z.literal('save'), patch: SettingsFields }),
  z.object({ intent: z.literal('stop') }),
  z.object({ intent: z.literal('remove') }),
])

export const loader = forMerchant({}, async ({ shop }): Promise<SettingsView> => {
  const [settings, orders, codes, freshness] = await Promise.all([
    getSettings(shop),
    leftOut(shop),
    discountList(shop),
    freshnessFor(shop),
  ])
  return { settings, orders, codes, freshness }
})

export const action = forMerchant({ form: SettingsForm }, async ({ shop, form }) => {
  if (form.intent === 'save') await saveSettings(shop, form.patch)
  else if (form.intent === 'stop') await stopTagging(shop)
  else await removeTags(shop)
  return { saved: true as const }
})

export default function SettingsRoute() {
  const page = useLoaderData<SettingsView>()
  const saving = useFetcher<Answer>()
  const trial = useFetcher<DryRun>()
  const [asked, setAsked] = useState('')
  const refused = saving.state === 'idle' && saving.data !== undefined && 'refused' in saving.data
  return (
    <SettingsScreen
      page={page}
      tagPreview={trial.state === 'idle' && trial.data !== undefined ? { of: asked, run: trial.data } : null}
      isPreviewing={trial.state !== 'idle'}
      isSaving={saving.state !== 'idle'}
      errors={refused && saving.data !== undefined && 'fields' in saving.data ? { '': '', ...saving.data.fields } : {}}
      onPreviewTags={(draft) => {
        const fields = tagFieldsOf(draft)
        setAsked(fields.tags)
        trial.load(`/app/settings/trial?${new URLSearchParams(fields).toString()}`)
      }}
      onSave={(draft) => saving.submit({ intent: 'save', patch: settingsFieldsOf(draft) }, { method: 'post' })}
      onStop={() => saving.submit({ intent: 'stop' }, { method: 'post' })}
      onRemove={() => saving.submit({ intent: 'remove' }, { method: 'post' })}
    />
  )
}
