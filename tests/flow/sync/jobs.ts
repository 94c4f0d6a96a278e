import { backfillShop } from '#app/jobs/backfill-shop.ts'
import { catchUp } from '#app/jobs/catch-up.ts'
import { exportData } from '#app/jobs/export-data.ts'
import { ingestBulkResult } from '#app/jobs/ingest-bulk-result.ts'
import { readBeside } from '#app/jobs/read-beside.ts'
import { redact } from '#app/jobs/redact.ts'
import { uninstallShop } from '#app/jobs/uninstall-shop.ts'
import { defineJob, type Job } from '#app/outside/queue.server.ts'

/** The stages are another test's business: here they only end the chain. */
const stages = [
  defineJob({ kind: 'recompute', handler: async () => {} }),
  defineJob({ kind: 'rebuild-recommendations', handler: async () => {} }),
]

export const JOBS: Job[] = [
  backfillShop,
  ingestBulkResult,
  catchUp,
  readBeside,
  exportData,
  redact,
  uninstallShop,
  ...stages,
]
