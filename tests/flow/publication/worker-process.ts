// A worker in a process of its own, to be killed: it loads, says so, and begins when it is told to.
import { publishCustomer } from '#app/jobs/publish-customer.ts'
import { publish } from '#app/jobs/publish.ts'
import { startWorker } from '#app/outside/queue.server.ts'

process.on('message', () =>
  startWorker([publish, publishCustomer], { concurrency: 3, sweepEveryMs: 20, leaseSeconds: 1 }),
)
process.on('disconnect', () => process.exit(0))
process.send?.('loaded')
