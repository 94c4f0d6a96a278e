// A worker in a process of its own, to be killed: it loads, says so, and begins when it is told to.
import { publishCustomer } from '#app/jobs/publish-customer.ts'
import { publish } from '#app/jobs/publish.ts'
import { defineJob, startWorker } from '#app/outside/queue.server.ts'

// The test stores what Shopify shows of whom somebody has touched, as a webhook's job would: nothing is left to ask for.
const refreshCustomer = defineJob({ kind: 'refresh-customer', handler: async () => {} })

process.on('message', () =>
  startWorker([publish, publishCustomer, refreshCustomer], { concurrency: 3, sweepEveryMs: 20, leaseSeconds: 1 }),
)
process.on('disconnect', () => process.exit(0))
process.send?.('loaded')
