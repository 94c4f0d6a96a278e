import { z } from 'zod'
import { insightsFile } from '#app/flow/insights/pages.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { INSIGHT_PERIODS, INSIGHT_TABLES } from '#app/domain/insights.ts'

const Params = z.object({ table: z.enum(INSIGHT_TABLES) })
const Query = z.object({ period: z.enum(INSIGHT_PERIODS).default('365') })

/** A table of Insights, whole, as a file. */
export const loader = forMerchant(
  { params: Params, query: Query },
  async ({ shop, params, query }) =>
    new Response(await insightsFile(shop, params.table, query.period), {
      headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Cache-Control': 'no-store' },
    }),
)
