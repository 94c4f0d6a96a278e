import { useFetcher, useLoaderData } from '@remix-run/react'
import { useAppBridge } from '@shopify/app-bridge-react'
import { useState } from 'react'
import { surveyPage } from '#app/flow/survey/pages.ts'
import { eraseAnswers, saveSurvey, switchSurvey } from '#app/flow/survey/save.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { SCOPES_OF_SURVEY } from '#app/domain/survey.ts'
import type { SurveyPage } from '#app/domain/survey-pages.ts'
import { SurveyForm } from '#app/ui/survey-fields.ts'
import { SurveyScreen } from '#app/ui/survey-page.tsx'

type Answer = { saved: true } | { refused: string }

export const loader = forMerchant({}, ({ shop }) => surveyPage(shop))

export const action = forMerchant({ form: SurveyForm }, async ({ shop, form }): Promise<Answer> => {
  if (form.intent === 'save') await saveSurvey(shop, form.definition)
  else if (form.intent === 'erase') await eraseAnswers(shop)
  else await switchSurvey(shop, form.intent === 'switch-on')
  return { saved: true }
})

export default function Survey() {
  const page = useLoaderData<SurveyPage>()
  const fetcher = useFetcher<Answer>()
  const shopify = useAppBridge()
  const [isDeclined, setIsDeclined] = useState(false)
  const send = (fields: Record<string, string>) => fetcher.submit(fields, { method: 'post' })
  async function turn(isOn: boolean) {
    // Granted already, Shopify answers so without asking.
    const isGranted = !isOn || (await shopify.scopes.request([...SCOPES_OF_SURVEY])).result === 'granted-all'
    setIsDeclined(!isGranted)
    if (isGranted) void send({ intent: isOn ? 'switch-on' : 'switch-off' })
  }
  return (
    <SurveyScreen
      key={page.savedAt ?? 'new'}
      page={page}
      isBusy={fetcher.state !== 'idle'}
      isDeclined={isDeclined}
      isRefused={fetcher.state === 'idle' && fetcher.data !== undefined && 'refused' in fetcher.data}
      onSave={(draft) => send({ intent: 'save', definition: JSON.stringify(draft) })}
      onSwitch={(isOn) => void turn(isOn)}
      onErase={() => send({ intent: 'erase' })}
    />
  )
}
