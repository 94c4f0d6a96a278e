import { countVisits as count } from '#app/flow/events/count.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const countVisits = defineJob({
  kind: 'count-visits',
  handler: ({ shop, payload, stillMine, signal }) => count(shop, payload.everybody ?? false, { stillMine, signal }),
})
