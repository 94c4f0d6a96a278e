// A worker in a process of its own, to be killed: it loads, says so, and begins when it is told to.
import { startWorker } from '#app/outside/queue.server.ts'

import { JOBS } from './jobs.ts'

process.on('message', () => startWorker(JOBS, { concurrency: 3, sweepEveryMs: 20, leaseSeconds: 1 }))
process.on('disconnect', () => process.exit(0))
process.send?.('loaded')
