import { ingestBulkResult as ingest } from '#app/flow/sync/ingest.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const ingestBulkResult = defineJob({ kind: 'ingest-bulk-result', handler: ingest })
