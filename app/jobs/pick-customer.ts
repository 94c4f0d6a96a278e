import { pickCustomer as pick } from '#app/flow/recommendations/pick-customer.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const pickCustomer = defineJob({
  kind: 'pick-customer',
  handler: ({ shop, entity, stillMine }) => pick(shop, entity, { stillMine }),
})
