// A worker process of its own, to be killed: it takes catch-ups, says so, and holds them for as long as the entity says.
import { defineJob, startWorker } from '#app/outside/queue.server.ts'

const slow = defineJob({
  kind: 'catch-up',
  async handler({ entity }) {
    process.stdout.write(`began ${entity}\n`)
    await new Promise((resolve) => setTimeout(resolve, Number(entity)))
    process.stdout.write(`ended ${entity}\n`)
  },
})

const redisUrl = process.env.REDIS_URL
const worker = startWorker([slow], { sweepEveryMs: 50, leaseSeconds: 2, ...(redisUrl ? { redisUrl } : {}) })
process.on('SIGTERM', () => {
  worker.stop().then(() => process.exit(0))
})
