import { useLoaderData, useNavigate } from '@remix-run/react'
import { z } from 'zod'
import { freshnessFor } from '#app/flow/freshness.ts'
import { tagHistory } from '#app/flow/publication/history.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { TagHistoryPage } from '#app/domain/pages.ts'
import { TagHistoryScreen, addressOf } from '#app/ui/tag-history.tsx'

const digits = z.string().regex(/^\d{1,18}$/)
const HistoryQuery = z.object({ customer: digits.optional(), before: digits.optional() })

export const loader = forMerchant({ query: HistoryQuery }, async ({ shop, query }): Promise<TagHistoryPage> => {
  const { customer = null, before = null } = query
  const [history, freshness] = await Promise.all([tagHistory(shop, customer, before), freshnessFor(shop)])
  return { ...history, freshness, customer, isFirst: before === null }
})

export default function History() {
  const page = useLoaderData<TagHistoryPage>()
  const navigate = useNavigate()
  return <TagHistoryScreen page={page} onCustomer={(customer) => navigate(addressOf(customer, null))} />
}
