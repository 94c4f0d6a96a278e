import { useFetcher, useLoaderData } from '@remix-run/react'
import { useAppBridge } from '@shopify/app-bridge-react'
import { useState } from 'react'
import { z } from 'zod'
import { learnFromVisits, learning, stopLearning } from '#app/flow/events/pixel.ts'
import { freshnessFor } from '#app/flow/freshness.ts'
import { movesToAnnounce } from '#app/flow/publication/announce.ts'
import { leaving, prepareToLeave } from '#app/flow/publication/leaving.ts'
import { removeTags, stopTagging } from '#app/flow/publication/runs.ts'
import {
  createShopifySegments,
  removeShopifySegments,
  shopifySegments,
} from '#app/flow/publication/shopify-segments.ts'
import { endRewards } from '#app/flow/rewards/save.ts'
import { discountList, leftOut } from '#app/flow/segments/pages.ts'
import { linkingFor } from '#app/flow/segments/people/linking.ts'
import { nameLooks, switchNames } from '#app/flow/segments/people/names.ts'
import { getSettings, saveSettings } from '#app/flow/settings.ts'
import { switchSurvey } from '#app/flow/survey/save.ts'
import { readAccountsAgain, switchLinkingOff, switchLinkingOn } from '#app/flow/sync/accounts-switch.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { MerchantContext } from '#app/outside/request.server.ts'
import type { DryRun } from '#app/domain/pages.ts'
import type { SwitchAnswer } from '#app/domain/people-pages.ts'
import { VISITS_SCOPES } from '#app/domain/learning.ts'
import { useFollowing } from '#app/ui/following.ts'
import { SettingsFields, settingsFieldsOf, tagFieldsOf } from '#app/ui/settings-fields.ts'
import { SETTINGS_ACTS, SettingsScreen } from '#app/ui/settings-page.tsx'
import type { SettingsAct, SettingsView } from '#app/ui/settings-page.tsx'

type Answer = { saved: true; switched: SwitchAnswer | null } | { refused: string; fields: Record<string, string> }
type ShopId = MerchantContext<unknown, unknown, unknown>['shop']

const ACTS: Record<SettingsAct, (shop: ShopId) => Promise<unknown>> = {
  stop: stopTagging,
  remove: removeTags,
  announce: (shop) => saveSettings(shop, { announceMoves: true }),
  silence: (shop) => saveSettings(shop, { announceMoves: false }),
  'create-segments': createShopifySegments,
  'remove-segments': removeShopifySegments,
  link: switchLinkingOn,
  'link-again': readAccountsAgain,
  unlink: switchLinkingOff,
  'show-names': (shop) => switchNames(shop, true),
  'hide-names': (shop) => switchNames(shop, false),
  learn: learnFromVisits,
  'forget-visits': stopLearning,
  leave: async (shop) => {
    await endRewards(shop)
    await switchSurvey(shop, false)
    await prepareToLeave(shop)
  },
}
const SWITCHES: readonly SettingsAct[] = ['link', 'unlink', 'show-names', 'hide-names']

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
  const [linking, looks, visits] = await Promise.all([linkingFor(shop), nameLooks(shop), learning(shop)])
  const people = { linking, showNames: settings.showNames, looks }
  return {
    settings,
    orders,
    codes,
    freshness,
    flow,
    shopifySegments: segments,
    leaving: left,
    people,
    learning: visits,
  }
})

export const action = forMerchant({ form: SettingsForm }, async ({ shop, form }): Promise<Answer> => {
  if (form.intent === 'save') await saveSettings(shop, form.patch)
  else {
    const answer = await ACTS[form.intent](shop)
    if (SWITCHES.includes(form.intent)) return { saved: true, switched: answer as SwitchAnswer }
  }
  return { saved: true, switched: null }
})

export default function SettingsRoute() {
  const page = useLoaderData<SettingsView>()
  const saving = useFetcher<Answer>()
  const trial = useFetcher<DryRun>()
  const [asked, setAsked] = useState('')
  const refused = saving.state === 'idle' && saving.data !== undefined && 'refused' in saving.data
  const { linking } = page.people
  const isReading = linking.state === 'reading' || linking.state === 'linking'
  const { isOn, isThere, problem } = page.learning
  const isPuttingUp = isOn && !isThere && problem === null
  useFollowing(page.shopifySegments.isUnderWay || page.leaving.state === 'under-way' || isReading || isPuttingUp)
  const shopify = useAppBridge()
  const [isDeclined, setIsDeclined] = useState(false)
  async function act(intent: SettingsAct) {
    if (intent === 'learn') {
      // Granted already, Shopify answers so without asking.
      const { result } = await shopify.scopes.request([...VISITS_SCOPES])
      setIsDeclined(result !== 'granted-all')
      if (result !== 'granted-all') return
    }
    void saving.submit({ intent }, { method: 'post' })
  }
  return (
    <SettingsScreen
      page={page}
      tagPreview={trial.state === 'idle' && trial.data !== undefined ? { of: asked, run: trial.data } : null}
      isPreviewing={trial.state !== 'idle'}
      isSaving={saving.state !== 'idle'}
      switched={saving.data !== undefined && 'switched' in saving.data ? saving.data.switched : null}
      errors={refused && saving.data !== undefined && 'fields' in saving.data ? { '': '', ...saving.data.fields } : {}}
      onPreviewTags={(draft) => {
        const fields = tagFieldsOf(draft)
        setAsked(fields.tags)
        trial.load(`/app/settings/trial?${new URLSearchParams(fields).toString()}`)
      }}
      onSave={(draft) => saving.submit({ intent: 'save', patch: settingsFieldsOf(draft) }, { method: 'post' })}
      isDeclined={isDeclined}
      onAct={(intent) => void act(intent)}
    />
  )
}
