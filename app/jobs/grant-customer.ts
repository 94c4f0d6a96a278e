import { grantCustomer } from '#app/flow/rewards/grant.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const grantCustomerJob = defineJob({
  kind: 'grant-customer',
  handler: ({ shop, entity, stillMine }) => grantCustomer(shop, entity, { stillMine }),
})
