import { carryVisits } from '#app/flow/events/count.ts'
import { carryOver } from '#app/flow/segments/carry-over.ts'
import { carryAnswers } from '#app/flow/survey/carry-over.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const carryOverJob = defineJob({
  kind: 'carry-over',
  async handler({ shop, entity: gone, payload: { into }, stillMine }) {
    await carryVisits(shop, gone, into, stillMine)
    await carryAnswers(shop, gone, into, stillMine)
    // Last: with it the account that is gone may be forgotten.
    await carryOver(shop, gone, into, stillMine)
  },
})
