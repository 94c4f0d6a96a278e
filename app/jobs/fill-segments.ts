import { recomputeOwn } from '#app/flow/segments/own/memberships.ts'
import { now } from '#app/outside/clock.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const fillSegments = defineJob({
  kind: 'fill-segments',
  async handler({ shop, stillMine }) {
    await recomputeOwn(shop, now(), 'rule', stillMine)
  },
})
