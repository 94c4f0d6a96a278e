import { announceJob } from './jobs/announce.ts'
import { backfillShop } from './jobs/backfill-shop.ts'
import { carryOverJob } from './jobs/carry-over.ts'
import { catchUp } from './jobs/catch-up.ts'
import { checkHealth } from './jobs/check-health.ts'
import { countVisits } from './jobs/count-visits.ts'
import { exportData } from './jobs/export-data.ts'
import { fillSegments } from './jobs/fill-segments.ts'
import { followScopes } from './jobs/follow-scopes.ts'
import { ingestBulkResult } from './jobs/ingest-bulk-result.ts'
import { grantCustomerJob } from './jobs/grant-customer.ts'
import { grantEverybodyJob } from './jobs/grant-everybody.ts'
import { issueGrants } from './jobs/issue-grants.ts'
import { leaveShop } from './jobs/leave-shop.ts'
import { linkAccounts } from './jobs/link-accounts.ts'
import { lookAtDeliveries } from './jobs/look-at-deliveries.ts'
import { nightly } from './jobs/nightly.ts'
import { pickCustomer } from './jobs/pick-customer.ts'
import { publish } from './jobs/publish.ts'
import { publishCustomer } from './jobs/publish-customer.ts'
import { readAccount } from './jobs/read-account.ts'
import { readAccounts } from './jobs/read-accounts.ts'
import { recompute } from './jobs/recompute.ts'
import { recomputeCustomerJob } from './jobs/recompute-customer.ts'
import { redact } from './jobs/redact.ts'
import { rebuildRecommendations } from './jobs/rebuild-recommendations.ts'
import { readBeside } from './jobs/read-beside.ts'
import { refreshCustomer } from './jobs/refresh-customer.ts'
import { refreshOrder } from './jobs/refresh-order.ts'
import { showOffers } from './jobs/show-offers.ts'
import { showPicks } from './jobs/show-picks.ts'
import { syncPixel } from './jobs/sync-pixel.ts'
import { showSurvey } from './jobs/show-survey.ts'
import { syncRewards } from './jobs/sync-rewards.ts'
import { syncSegments } from './jobs/sync-segments.ts'
import { uninstallShop } from './jobs/uninstall-shop.ts'
import { workOutInsightsJob } from './jobs/work-out-insights.ts'
import { config } from './outside/config.server.ts'
import { closeDatabase } from './outside/database.server.ts'
import { log } from './outside/log.server.ts'
import { startWorker } from './outside/queue.server.ts'
import { refuseUnfitSurroundings } from './outside/ready.server.ts'
import { moveText } from './ui/move-text.ts'

// In the order in which a shop meets them.
const JOBS = [
  backfillShop,
  ingestBulkResult,
  catchUp,
  readBeside,
  refreshOrder,
  refreshCustomer,
  carryOverJob,
  readAccounts,
  readAccount,
  checkHealth,
  followScopes,
  recompute,
  recomputeCustomerJob,
  fillSegments,
  workOutInsightsJob,
  linkAccounts,
  announceJob(moveText),
  publish,
  publishCustomer,
  syncSegments,
  syncRewards,
  grantEverybodyJob,
  grantCustomerJob,
  issueGrants,
  showOffers,
  lookAtDeliveries,
  rebuildRecommendations,
  pickCustomer,
  showPicks,
  syncPixel,
  countVisits,
  showSurvey,
  leaveShop,
  nightly,
  redact,
  exportData,
  uninstallShop,
]

async function main(): Promise<void> {
  await refuseUnfitSurroundings()
  const worker = startWorker(JOBS, { concurrency: config.workerConcurrency, redisUrl: config.redisUrl })
  log.info({ count: JOBS.length }, 'worker runs')

  let isEnding = false
  async function end(code: number): Promise<void> {
    if (isEnding) return
    isEnding = true
    // What hangs must not keep the process: leases that were not given back run out.
    setTimeout(() => process.exit(code || 1), 25_000).unref()
    await worker.stop()
    await closeDatabase()
    log.info({}, 'worker stopped')
    process.exit(code)
  }
  process.on('SIGTERM', () => void end(0))
  process.on('SIGINT', () => void end(0))
  process.on('uncaughtException', (error) => {
    // Bull leaves a promise of its own unawaited when its connection is cut; the sweeper does not need it.
    if (error.message === 'Connection is closed.') return
    log.error({ error }, 'an error that nobody awaited')
    void end(1)
  })
}

main().catch((error: unknown) => {
  log.error({ error }, 'the worker does not start')
  process.exitCode = 1
  void closeDatabase()
})
