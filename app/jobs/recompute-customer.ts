import { recomputeCustomer } from '#app/flow/features/recompute-customer.ts'
import { recomputeMembership } from '#app/flow/segments/membership-of-one.ts'
import { recomputeOwnOf } from '#app/flow/segments/own/memberships.ts'
import { now } from '#app/outside/clock.ts'
import { defineJob } from '#app/outside/queue.server.ts'

/** A run over the whole shop takes seconds; who waits for it looks again this often. */
const LOOK_AGAIN_MS = 500

/** What `recompute` does, of one customer to whom something has happened. */
export const recomputeCustomerJob = defineJob({
  kind: 'recompute-customer',
  async handler({ shop, entity, stillMine }) {
    const asOf = now()
    const standings = await recomputeCustomer(shop, entity, asOf, stillMine)
    if (standings === 'not-yet') return
    if (standings === 'busy') return { againInMs: LOOK_AGAIN_MS }
    const decided = await recomputeMembership(shop, entity, asOf, standings, stillMine)
    if (decided === 'overtaken') return { againInMs: LOOK_AGAIN_MS }
    if ((await recomputeOwnOf(shop, entity, asOf, stillMine)) === 'overtaken') return { againInMs: LOOK_AGAIN_MS }
  },
})
