import { publishCustomer as bringOver } from '#app/flow/publication/publish-customer.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const publishCustomer = defineJob({
  kind: 'publish-customer',
  handler: ({ shop, entity, stillMine, signal }) => bringOver(shop, entity, { stillMine, signal }),
})
