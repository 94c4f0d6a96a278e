import { lookAtDeliveries as look } from '#app/flow/rewards/deliveries.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const lookAtDeliveries = defineJob({
  kind: 'look-at-deliveries',
  handler: ({ shop, stillMine }) => look(shop, { stillMine }),
})
