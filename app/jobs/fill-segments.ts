import { recomputeOwn } from '#app/flow/segments/own/memberships.ts'
import { now } from '#app/outside/clock.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const fillSegments = defineJob({
  kind: 'fill-segments',
  async handler({ shop, payload, stillMine }) {
    await recomputeOwn(shop, now(), payload.of ?? 'own-rule', stillMine)
  },
})
