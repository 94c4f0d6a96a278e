import { syncRewards as bringOver } from '#app/flow/rewards/sync.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const syncRewards = defineJob({
  kind: 'sync-rewards',
  handler: ({ shop, stillMine }) => bringOver(shop, { stillMine }),
})
