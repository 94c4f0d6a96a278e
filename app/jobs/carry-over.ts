import { carryOver } from '#app/flow/segments/carry-over.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const carryOverJob = defineJob({
  kind: 'carry-over',
  handler: ({ shop, entity, payload, stillMine }) => carryOver(shop, entity, payload.into, stillMine),
})
