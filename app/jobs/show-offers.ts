import { showOffers as show } from '#app/flow/rewards/show.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const showOffers = defineJob({
  kind: 'show-offers',
  handler: ({ shop, stillMine }) => show(shop, { stillMine }),
})
