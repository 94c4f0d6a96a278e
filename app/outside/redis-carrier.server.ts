import Bull from 'bull'
import { Redis } from 'ioredis'

import { now } from './clock.ts'
import { log } from './log.server.ts'

/** Bull as a carrier of Work ids: nothing is lost with it, and nothing hangs on it. */
export type Carrier = {
  /** How many ids wait in Redis; null: Redis is away. */
  waiting(): Promise<number | null>
  /** Hands one id over; false: Redis is away, or did not answer in time (it may carry the id all the same). */
  carry(shop: number, id: string): Promise<boolean>
  /** Takes no further ids in this process. */
  pause(): Promise<void>
  close(): Promise<void>
}

const ANSWER_MS = 1000
const LOOK_AGAIN_MS = 5000

/** The result, or null when Redis fails or takes too long: its commands wait for ever by themselves. */
async function inTime<T>(work: Promise<T>, ms = ANSWER_MS): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([work, new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ms)))])
  } catch {
    // Every failure means the same to the caller: Redis is away, so the sweeper claims for itself.
    return null
  } finally {
    clearTimeout(timer)
  }
}

/** Connects in the background and runs `run` for every id that arrives, at most `concurrency` at once. */
export function startCarrier(
  redisUrl: string,
  options: { concurrency: number; leaseSeconds: number; run(shop: number, id: string): Promise<void>; prefix?: string },
): Carrier {
  const probe = new Redis(redisUrl, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    connectTimeout: ANSWER_MS,
  })
  const queue = new Bull<{ shop: number; id: string }>('work', redisUrl, {
    prefix: options.prefix ?? 'morello',
    redis: { maxRetriesPerRequest: null, enableReadyCheck: false },
    // A job whose process died is not Bull's to repeat: the lease runs out and the id is issued again.
    settings: { maxStalledCount: 0, lockDuration: Math.max(30_000, options.leaseSeconds * 1000) },
    defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  })
  let isAway: boolean | null = null
  let lookAgainAt = 0

  function note(away: boolean): void {
    if (isAway !== away) {
      if (away) log.warn({ code: 'redis-unavailable' }, 'Redis is away: work is claimed from PostgreSQL alone')
      else log.info({}, 'Redis carries work')
    }
    isAway = away
    if (away) lookAgainAt = now() + LOOK_AGAIN_MS
  }

  // Without listeners a lost connection would end the process; `note` tells of it once.
  queue.on('error', () => {})
  probe.on('error', () => {})
  queue
    .process(options.concurrency, async (job) => options.run(job.data.shop, job.data.id))
    .catch((error: unknown) => log.warn({ error }, 'Bull stopped listening'))

  async function isThere(): Promise<boolean> {
    if (isAway && now() < lookAgainAt) return false
    if (probe.status === 'wait' || probe.status === 'end') await inTime(probe.connect())
    const answer = await inTime(probe.ping())
    note(answer !== 'PONG')
    return answer === 'PONG'
  }

  return {
    async waiting() {
      if (!(await isThere())) return null
      const count = await inTime(queue.getWaitingCount())
      if (count === null) note(true)
      return count
    },
    async carry(shop, id) {
      const job = await inTime(queue.add({ shop, id }))
      if (job === null) note(true)
      return job !== null
    },
    async pause() {
      await inTime(queue.pause(true, true))
    },
    async close() {
      // Bull waits for connections that may never come: after a moment they are cut.
      await inTime(queue.close(true), 3000)
      probe.disconnect()
    },
  }
}
