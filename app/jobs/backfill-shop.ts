import { startBackfill } from '#app/flow/sync/backfill.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const backfillShop = defineJob({ kind: 'backfill-shop', handler: startBackfill })
