import { syncPixel } from '#app/flow/events/pixel.ts'
import { leaveShop as leave } from '#app/flow/publication/leaving.ts'
import { withdrawPicks } from '#app/flow/recommendations/show.ts'
import { withdrawRewards } from '#app/flow/rewards/sync.ts'
import { withdrawGranted } from '#app/flow/rewards/withdraw.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const leaveShop = defineJob({
  kind: 'leave-shop',
  handler: async ({ shop, stillMine, signal }) => {
    // First what shoppers could still be promised.
    await withdrawRewards(shop, { stillMine })
    await withdrawGranted(shop, { stillMine })
    await withdrawPicks(shop, { stillMine })
    // Off since she has begun to leave.
    await syncPixel(shop, { stillMine })
    return leave(shop, { stillMine, signal })
  },
})
