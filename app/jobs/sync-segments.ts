import { syncSegments as bringOver } from '#app/flow/publication/shopify-segments.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const syncSegments = defineJob({
  kind: 'sync-segments',
  handler: ({ shop, stillMine, signal }) => bringOver(shop, { stillMine, signal }),
})
