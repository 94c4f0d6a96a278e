// A worker in a process of its own, to be killed while it issues: it loads, says so, and begins when it is told to.
import { issueGrants } from '#app/jobs/issue-grants.ts'
import { defineJob, startWorker } from '#app/outside/queue.server.ts'

/** What shoppers read of it is another test's business. */
const later = (['grant-customer', 'show-offers'] as const).map((kind) => defineJob({ kind, handler: async () => {} }))

process.on('message', () => startWorker([issueGrants, ...later], { concurrency: 2, sweepEveryMs: 20, leaseSeconds: 1 }))
process.on('disconnect', () => process.exit(0))
process.send?.('loaded')
