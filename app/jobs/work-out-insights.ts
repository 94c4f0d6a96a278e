import { workOutInsights } from '#app/flow/insights/work-out.ts'
import { now } from '#app/outside/clock.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const workOutInsightsJob = defineJob({
  kind: 'work-out-insights',
  async handler({ shop, stillMine }) {
    await workOutInsights(shop, now(), stillMine)
  },
})
