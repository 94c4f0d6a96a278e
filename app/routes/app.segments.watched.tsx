import { useLoaderData, useSearchParams } from '@remix-run/react'
import { z } from 'zod'
import { watchList } from '#app/flow/segments/customer-rows.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { WatchPage } from '#app/domain/pages.ts'
import { WatchScreen } from '#app/ui/watch-page.tsx'

/** Pages are counted from 1 in the address. */
const WatchQuery = z.object({ page: z.coerce.number().int().min(1).max(1_000_000).default(1) })

export const loader = forMerchant({ query: WatchQuery }, ({ shop, query }) => watchList(shop, query.page - 1))

export default function Watched() {
  const page = useLoaderData<WatchPage>()
  const [, setSearch] = useSearchParams()
  return <WatchScreen page={page} onPage={(next) => setSearch({ page: String(next + 1) })} />
}
