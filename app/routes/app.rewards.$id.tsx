import { useFetcher, useLoaderData, useLocation, useNavigate } from '@remix-run/react'
import type { ClientActionFunctionArgs, ClientLoaderFunctionArgs } from '@remix-run/react'
import { useAppBridge } from '@shopify/app-bridge-react'
import { useEffect, useState } from 'react'
import { z } from 'zod'
import { rewardPage } from '#app/flow/rewards/pages.ts'
import { deleteReward, endReward, saveReward, startReward } from '#app/flow/rewards/save.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { READY_MADE } from '#app/domain/rewards/ready-made.ts'
import { scopesFor } from '#app/domain/rewards/access.ts'
import type { RewardPage } from '#app/domain/rewards/pages.ts'
import { useFollowing } from '#app/ui/following.ts'
import { wordsIn } from '#app/ui/i18n.tsx'
import { askedOrKept, doneOrLost, useRemembered } from '#app/ui/keeping.ts'
import type { Kept } from '#app/ui/keeping.ts'
import { KeptNotice } from '#app/ui/page-states.tsx'
import { DefinitionText, RewardParams } from '#app/ui/reward-fields.ts'
import { RewardScreen } from '#app/ui/reward-page.tsx'
import { useProductPicker } from '#app/ui/reward-picker.ts'

const Query = z.object({ from: z.enum(READY_MADE).default('welcome-20') })
const Form = z.discriminatedUnion('intent', [
  z.object({ intent: z.literal('save'), definition: DefinitionText }),
  z.object({ intent: z.literal('start') }),
  z.object({ intent: z.literal('end') }),
  z.object({ intent: z.literal('delete') }),
])

type Answer = { id: number | null } | { isLost: true } | { refused: string; fields: Record<string, string> }

/** By path in the definition, whether the shape refused it (`definition.name`) or the rules (`code`). */
function byPath(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([path, key]) => [path.replace(/^definition\./, ''), key]))
}

export const loader = forMerchant({ params: RewardParams, query: Query }, ({ shop, params, query, locale }) =>
  rewardPage(shop, params.id ?? { ready: query.from, name: wordsIn(locale).t(`rewards.ready.${query.from}.name`) }),
)

/** What is typed stays, and so does the page, where a look at it gets no answer. */
export const clientLoader = ({ serverLoader, request }: ClientLoaderFunctionArgs) =>
  askedOrKept(placeOf(new URL(request.url)), () => serverLoader<RewardPage>())

/** A new one is another for each ready-made card. */
function placeOf({ pathname, search }: { pathname: string; search: string }): string {
  return `${pathname}${search}`
}

export const action = forMerchant({ params: RewardParams, form: Form }, async ({ shop, params: { id }, form }) => {
  if (form.intent === 'save') return { id: await saveReward(shop, id, form.definition) }
  if (id === null) return { id }
  if (form.intent === 'start') await startReward(shop, id)
  else if (form.intent === 'end') await endReward(shop, id)
  else await deleteReward(shop, id)
  return { id: form.intent === 'delete' ? null : id }
})

export const clientAction = ({ serverAction }: ClientActionFunctionArgs) => doneOrLost(() => serverAction<Answer>())

export default function Reward() {
  const page = useLoaderData<Kept<RewardPage>>()
  useRemembered(placeOf(useLocation()), page)
  const fetcher = useFetcher<Answer>()
  const navigate = useNavigate()
  const shopify = useAppBridge()
  const onPick = useProductPicker()
  const [isDeclined, setIsDeclined] = useState(false)
  const [isAsking, setIsAsking] = useState(false)
  const answer = fetcher.state === 'idle' ? fetcher.data : undefined
  const isLost = answer !== undefined && 'isLost' in answer
  const isElsewhere = answer !== undefined && 'id' in answer && answer.id !== page.id
  useEffect(() => {
    if (answer === undefined || !('id' in answer) || !isElsewhere) return
    void navigate(answer.id === null ? '/app/rewards' : `/app/rewards/${answer.id}`, { replace: true })
  }, [answer, isElsewhere, navigate])
  useFollowing(page.isKept === true || page.discount === 'waiting')
  const send = (fields: Record<string, string>) => fetcher.submit(fields, { method: 'post' })
  async function start() {
    setIsAsking(true)
    // Granted already, Shopify answers so without asking.
    const { result } = await shopify.scopes.request(scopesFor(page.definition)).finally(() => setIsAsking(false))
    setIsDeclined(result !== 'granted-all')
    if (result === 'granted-all') void send({ intent: 'start' })
  }
  return (
    <>
      {page.isKept === true || isLost ? <KeptNotice isLost={isLost} /> : null}
      <RewardScreen
        key={page.id ?? 'new'}
        page={page}
        isBusy={isAsking || fetcher.state !== 'idle' || isElsewhere}
        refused={answer !== undefined && 'refused' in answer ? byPath(answer.fields) : {}}
        isDeclined={isDeclined}
        onPick={onPick}
        onSave={(definition) => send({ intent: 'save', definition: JSON.stringify(definition) })}
        onStart={() => void start()}
        onEnd={() => send({ intent: 'end' })}
        onDelete={() => send({ intent: 'delete' })}
      />
    </>
  )
}
