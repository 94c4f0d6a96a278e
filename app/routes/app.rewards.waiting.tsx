import { useFetcher, useLoaderData } from '@remix-run/react'
import type { ClientActionFunctionArgs } from '@remix-run/react'
import { useState } from 'react'
import { z } from 'zod'
import { answerParked } from '#app/flow/rewards/credit.ts'
import { decideGrant } from '#app/flow/rewards/person-pages.ts'
import { waitingPage } from '#app/flow/rewards/waiting.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { WaitingPage } from '#app/domain/rewards/pages.ts'
import { doneOrLost } from '#app/ui/keeping.ts'
import { KeptNotice } from '#app/ui/page-states.tsx'
import { WaitingScreen } from '#app/ui/rewards-waiting.tsx'

const Form = z.object({
  grant: z.coerce.number().int().positive().max(2_147_483_647),
  answer: z.enum(['give', 'decline', 'paid', 'again']),
})

type Answer = { decided: number } | { isLost: true } | { refused: string; fields: Record<string, string> }

export const loader = forMerchant({}, ({ shop }) => waitingPage(shop))

export const action = forMerchant({ form: Form }, async ({ shop, form }) => {
  const { grant, answer } = form
  if (answer === 'paid' || answer === 'again') await answerParked(shop, grant, answer === 'paid')
  else await decideGrant(shop, grant, answer)
  return { decided: grant }
})

export const clientAction = ({ serverAction }: ClientActionFunctionArgs) => doneOrLost(() => serverAction<Answer>())

export default function Waiting() {
  const page = useLoaderData<WaitingPage>()
  const fetcher = useFetcher<Answer>()
  const [sent, setSent] = useState(0)
  const refused = fetcher.state === 'idle' && fetcher.data && 'refused' in fetcher.data ? fetcher.data.fields : null
  const isLost = fetcher.state === 'idle' && fetcher.data !== undefined && 'isLost' in fetcher.data
  return (
    <>
      {isLost ? <KeptNotice isLost /> : null}
      <WaitingScreen
        page={page}
        busy={fetcher.state === 'idle' ? null : sent}
        refused={refused === null ? null : { grant: sent, key: refused.grant ?? 'other' }}
        onAnswer={(grant, answer) => {
          setSent(grant)
          fetcher.submit({ grant: String(grant), answer }, { method: 'post' })
        }}
      />
    </>
  )
}
