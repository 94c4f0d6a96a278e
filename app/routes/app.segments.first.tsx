import { useFetcher, useLoaderData, useNavigate } from '@remix-run/react'
import { useEffect } from 'react'
import { z } from 'zod'
import { FirstAnswersShape } from '#app/domain/first-answers.ts'
import type { FirstPage } from '#app/domain/first-segments.ts'
import { firstPage } from '#app/flow/segments/first.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { FirstScreen } from '#app/ui/first-page.tsx'

const FirstForm = z.discriminatedUnion('intent', [
  FirstAnswersShape.extend({ intent: z.literal('answer') }),
  z.object({ intent: z.literal('dismiss') }),
])

export const loader = forMerchant({}, ({ shop }) => firstPage(shop))

export const action = forMerchant({ form: FirstForm }, async ({ shop, form }) => {
  if (form.intent === 'dismiss') await saveSettings(shop, { setup: { watchFirstDismissed: true } })
  else {
    const { sells, worry, channel } = form
    await saveSettings(shop, { setup: { watchFirst: { sells, worry, channel } } })
  }
  return { isAway: form.intent === 'dismiss' }
})

export default function WatchFirst() {
  const page = useLoaderData<FirstPage>()
  const fetcher = useFetcher<{ isAway: boolean }>()
  const navigate = useNavigate()
  const isAway = fetcher.state === 'idle' && fetcher.data?.isAway === true
  useEffect(() => {
    if (isAway) void navigate('/app/segments')
  }, [isAway, navigate])
  return (
    <FirstScreen
      page={page}
      isSaving={fetcher.state !== 'idle'}
      onAnswer={(answers) => fetcher.submit({ intent: 'answer', ...answers }, { method: 'post' })}
      onDismiss={() => fetcher.submit({ intent: 'dismiss' }, { method: 'post' })}
    />
  )
}
