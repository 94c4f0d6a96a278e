import { recomputeFeatures } from '#app/flow/features/recompute.ts'
import { oweInsights } from '#app/flow/insights/work-out.ts'
import { recomputeMemberships } from '#app/flow/segments/memberships.ts'
import { recomputeOwn } from '#app/flow/segments/own/memberships.ts'
import { now } from '#app/outside/clock.ts'
import { defineJob } from '#app/outside/queue.server.ts'

/**
 * One reading of the orders serves both stages: the first hands the second everybody's facts. The merchant's own segments
 * are read off the rows that both have written.
 */
export const recompute = defineJob({
  kind: 'recompute',
  async handler({ shop, payload, stillMine }) {
    const asOf = now()
    const standings = await recomputeFeatures(shop, asOf, payload.cause, stillMine)
    await recomputeMemberships(shop, asOf, payload.cause, standings, stillMine)
    await recomputeOwn(shop, asOf, payload.cause, stillMine)
    await oweInsights(shop)
  },
})
