import { useFetcher, useLoaderData, useSearchParams } from '@remix-run/react'
import type { ClientActionFunctionArgs } from '@remix-run/react'
import { useAppBridge } from '@shopify/app-bridge-react'
import { useCallback, useState } from 'react'
import { z } from 'zod'
import { chooseProduct, switchRecommendations } from '#app/flow/recommendations/choices.ts'
import { recommendationsPage } from '#app/flow/recommendations/pages.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { RecommendationsPage } from '#app/domain/recommendations/pages.ts'
import { useFollowing } from '#app/ui/following.ts'
import { doneOrLost } from '#app/ui/keeping.ts'
import { KeptNotice } from '#app/ui/page-states.tsx'
import { RecommendationsScreen } from '#app/ui/recommendations-page.tsx'

const Digits = z.string().regex(/^\d{1,18}$/)
/** What is no number is as if it were not asked for: an address may be written by hand. */
const Query = z.object({
  customer: Digits.nullable().catch(null).default(null),
  search: z.string().max(100).catch('').default(''),
})
const Form = z.discriminatedUnion('intent', [
  z.object({ intent: z.literal('switch'), on: z.enum(['true', 'false']) }),
  z.object({ intent: z.literal('choose'), product: Digits, kind: z.enum(['pin', 'exclude', 'free']) }),
])

type Answer = { done: true } | { isLost: true } | { refused: string; fields: Record<string, string> }

export const loader = forMerchant({ query: Query }, ({ shop, query }) =>
  recommendationsPage(shop, query.customer, query.search),
)

export const action = forMerchant({ form: Form }, async ({ shop, form }) => {
  if (form.intent === 'switch') await switchRecommendations(shop, form.on === 'true')
  else await chooseProduct(shop, form.product, form.kind)
  return { done: true }
})

export const clientAction = ({ serverAction }: ClientActionFunctionArgs) => doneOrLost(() => serverAction<Answer>())

export default function Recommendations() {
  const page = useLoaderData<RecommendationsPage>()
  const fetcher = useFetcher<Answer>()
  const shopify = useAppBridge()
  const [search, setSearch] = useSearchParams()
  const [isDeclined, setIsDeclined] = useState(false)
  useFollowing(page.made === null || page.shown.waiting > 0)
  const answer = fetcher.state === 'idle' ? fetcher.data : undefined
  const laid = (key: string, value: string) =>
    setSearch((before) => new URLSearchParams([...[...before].filter(([name]) => name !== key), [key, value]]), {
      replace: true,
      preventScrollReset: true,
    })
  const onSearch = useCallback((text: string) => laid('search', text), [setSearch])
  async function allow() {
    const { result } = await shopify.scopes.request(page.asks)
    setIsDeclined(result !== 'granted-all')
    if (result === 'granted-all') void fetcher.submit({ intent: 'switch', on: 'true' }, { method: 'post' })
  }
  return (
    <>
      {answer !== undefined && 'isLost' in answer ? <KeptNotice isLost /> : null}
      <RecommendationsScreen
        page={page}
        isBusy={fetcher.state !== 'idle'}
        isDeclined={isDeclined}
        isFull={answer !== undefined && 'refused' in answer && answer.fields.product === 'pins-taken'}
        search={search.get('search') ?? ''}
        onSwitch={(isOn) => fetcher.submit({ intent: 'switch', on: String(isOn) }, { method: 'post' })}
        onAllow={() => void allow()}
        onSearch={onSearch}
        onChoose={(product, kind) => fetcher.submit({ intent: 'choose', product, kind }, { method: 'post' })}
        onCustomer={(customer) => laid('customer', customer)}
      />
    </>
  )
}
