import { useFetcher, useLoaderData } from '@remix-run/react'
import { useState } from 'react'
import { z } from 'zod'
import { freshnessFor } from '#app/flow/freshness.ts'
import { movesToAnnounce } from '#app/flow/publication/announce.ts'
import { leaving, prepareToLeave } from '#app/flow/publication/leaving.ts'
import { removeTags, stopTagging } from '#app/flow/publication/runs.ts'
import {
  createShopifySegments,
  removeShopifySegments,
  shopifySegments,
} from '#app/flow/publication/shopify-segments.ts'
import { discountList, leftOut } from '#app/flow/segments/pages.ts'
import { getSettings, saveSettings } from '#app/flow/settings.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { MerchantContext } from '#app/outside/request.server.ts'
import type { DryRun } from '#app/domain/pages.ts'
import { useFollowing } from '#app/ui/following.ts'
import { SettingsFields, settingsFieldsOf, tagFieldsOf } from '#app/ui/settings-fields.ts'
import { SETTINGS_ACTS, SettingsScreen } from '#app/ui/settings-page.tsx'
import type { SettingsAct, SettingsView } from '#app/ui/settings-page.tsx'

type Answer = { saved: true } | { refused: string; fields: Record<string, string> }
type ShopId = MerchantContext<unknown, unknown, unknown>['shop']

const ACTS: Record<SettingsAct, (shop: ShopId) => Promise<unknown>> = {
  stop: stopTagging,
  remove: removeTags,
  announce: (shop) => saveSettings(shop, { announceMoves: true }),
  silence: (shop) => saveSettings(shop, { announceMoves: false }),
  'create-segments': createShopifySegments,
  'remove-segments': removeShopifySegments,
  leave: prepareToLeave,
}

const SettingsForm = z.discriminatedUnion('intent', [
  z.object({ intent: z.literal('save'), patch: SettingsFields }),
  z.object({ intent: z.enum(SETTINGS_ACTS) }),
])

export const loader = forMerchant({}, async ({ shop }): Promise<SettingsView> => {
  const [settings, orders, codes, freshness] = await Promise.all([
    getSettings(shop),
    leftOut(shop),
    discountList(shop),
    freshnessFor(shop),
  ])
  const [flow, segments, left] = await Promise.all([movesToAnnounce(shop), shopifySegments(shop), leaving(shop)])
  return { settings, orders, codes, freshness, flow, shopifySegments: segments, leaving: left }
})

export const action = forMerchant({ form: SettingsForm }, async ({ shop, form }) => {
  if (form.intent === 'save') await saveSettings(shop, form.patch)
  else await ACTS[form.intent](shop)
  return { saved: true as const }
})

export default function SettingsRoute() {
  const page = useLoaderData<SettingsView>()
  const saving = useFetcher<Answer>()
  const trial = useFetcher<DryRun>()
  const [asked, setAsked] = useState('')
  const refused = saving.state === 'idle' && saving.data !== undefined && 'refused' in saving.data
  useFollowing(page.shopifySegments.isUnderWay || page.leaving.state === 'under-way')
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
      onAct={(intent) => saving.submit({ intent }, { method: 'post' })}
    />
  )
}
