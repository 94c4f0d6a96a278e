import { oweNightly } from '#app/flow/features/nightly.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const nightly = defineJob({
  kind: 'nightly',
  handler: ({ shop }) => oweNightly(shop),
})
