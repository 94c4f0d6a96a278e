import { showPicks as show } from '#app/flow/recommendations/show.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const showPicks = defineJob({
  kind: 'show-picks',
  handler: ({ shop, stillMine }) => show(shop, { stillMine }),
})
