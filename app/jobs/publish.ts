import { publish as bringOver } from '#app/flow/publication/publish.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const publish = defineJob({
  kind: 'publish',
  handler: ({ shop, stillMine, signal }) => bringOver(shop, { stillMine, signal }),
})
