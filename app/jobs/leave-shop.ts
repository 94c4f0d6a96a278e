import { leaveShop as leave } from '#app/flow/publication/leaving.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const leaveShop = defineJob({
  kind: 'leave-shop',
  handler: ({ shop, stillMine, signal }) => leave(shop, { stillMine, signal }),
})
