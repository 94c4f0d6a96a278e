import { syncPixel as bringOver } from '#app/flow/events/pixel.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const syncPixel = defineJob({
  kind: 'sync-pixel',
  handler: ({ shop, stillMine }) => bringOver(shop, { stillMine }),
})
