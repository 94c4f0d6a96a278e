import { grantEverybody } from '#app/flow/rewards/grant-everybody.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const grantEverybodyJob = defineJob({ kind: 'grant-everybody', handler: grantEverybody })
