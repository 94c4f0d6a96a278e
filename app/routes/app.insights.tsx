import { useLoaderData, useSearchParams } from '@remix-run/react'
import { z } from 'zod'
import { insightsPage } from '#app/flow/insights/pages.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { INSIGHT_PERIODS, type InsightsPage } from '#app/domain/insights.ts'
import { useFollowing } from '#app/ui/following.ts'
import { InsightsScreen } from '#app/ui/insights-page.tsx'

/** What is no period is as if none were asked for: an address may be written by hand. */
const Query = z.object({ period: z.enum(INSIGHT_PERIODS).catch('365').default('365') })

export const loader = forMerchant({ query: Query }, ({ shop, query }) => insightsPage(shop, query.period))

export default function Insights() {
  const page = useLoaderData<InsightsPage>()
  const [, setSearch] = useSearchParams()
  useFollowing(page.state === 'working' || page.isUnderWay)
  return <InsightsScreen page={page} onPeriod={(period) => setSearch({ period })} />
}
