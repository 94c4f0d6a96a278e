import { Prisma } from '@prisma/client'

import type { Problem } from '../domain/pages.ts'
import { WORK, type WorkKind, type WorkPayload } from '../domain/work.ts'
import { Bug } from '../errors.ts'
import { now } from './clock.ts'
import { askSystem, type BulkTx, type ShopId, type Tx } from './database.server.ts'
import {
  claimOne,
  extendLease,
  giveBack,
  type Job,
  type Lease,
  leaseOf,
  refuseLostLease,
  rowsOf,
  runLease,
} from './leases.server.ts'
import { log } from './log.server.ts'
import { type Carrier, startCarrier } from './redis-carrier.server.ts'
import { hearOfWork } from './rousing.server.ts'

export type { Job, JobContext, Lease } from './leases.server.ts'

/** What the handler of a kind gets. */
export type JobArguments<K extends WorkKind> = {
  shop: ShopId
  entity: string
  payload: WorkPayload<K>
  /**
   * Call it inside every transaction whose rows another worker must not write twice: it holds the lease until the
   * commit.
   *
   * @throws {OutsideFailure} lease-lost: somebody else has the work; nothing may be written any more
   */
  stillMine(tx: Tx | BulkTx): Promise<void>
  /** Aborted when the worker stops or the lease is lost: a long job ends at its next step. */
  signal: AbortSignal
}

/**
 * Owes work in the caller's transaction. Two debts for one entity are one row with a higher version, run once more.
 *
 * @param options.inMs  not before
 * @throws {Bug} if the payload is not what the kind takes
 */
export async function owe<K extends WorkKind>(
  tx: Tx | BulkTx,
  shop: ShopId,
  kind: K,
  entity: string,
  payload: WorkPayload<K>,
  options: { inMs?: number } = {},
): Promise<void> {
  const read = WORK[kind].safeParse(payload)
  if (!read.success) throw new Bug(`payload of ${kind} is not what domain/work.ts says: ${read.error.message}`)
  const json = JSON.stringify(read.data)
  const inMs = Math.round(options.inMs ?? 0)
  // The function answers void, which Prisma cannot read.
  await rowsOf(
    tx,
    Prisma.sql`SELECT true AS owed FROM (SELECT owe_work(${shop}::int, ${kind}::text, ${entity}::text, ${json}::jsonb, ${inMs}::bigint)::text) AS done`,
  )
}

/** A job of the worker: parses the payload, then calls the handler. */
export function defineJob<K extends WorkKind>(job: {
  kind: K
  handler(context: JobArguments<K>): Promise<void | { againInMs: number }>
}): Job {
  return {
    kind: job.kind,
    async run(lease, { signal }) {
      const read = WORK[job.kind].safeParse(lease.payload ?? {})
      if (!read.success) throw new Bug(`stored payload of ${job.kind} cannot be read: ${read.error.message}`)
      return job.handler({
        shop: lease.shop,
        entity: lease.entity,
        payload: read.data as WorkPayload<K>,
        stillMine: (tx) => refuseLostLease(tx, lease),
        signal,
      })
    },
  }
}

/** Lets parked work run again: a new token was stored, or the merchant asks. */
export async function unpark(tx: Tx | BulkTx, shop: ShopId): Promise<void> {
  await rowsOf(
    tx,
    Prisma.sql`
    UPDATE "Work" SET state = 'waiting', attempts = 0, crashes = 0, problem = NULL, "nextAt" = now(), "issuedAt" = NULL
    WHERE shop = ${shop}::int AND state = 'parked' RETURNING id::text`,
  )
}

/** Work that did not go as it should, newest first: waiting for another try, parked, or dead. */
export type TroubledWork = {
  kind: WorkKind
  entity: string
  state: 'waiting' | 'parked' | 'dead'
  attempts: number
  /** Epoch milliseconds: when it was owed last. */
  at: number
  /** `nextTryAt` is filled in while it waits. */
  problem: Problem
}

/** The shop's work with a problem, for Activity; at most 100. */
export async function listWork(tx: Tx, shop: ShopId): Promise<TroubledWork[]> {
  const rows = await tx.work.findMany({
    where: { shop, problem: { not: Prisma.AnyNull }, state: { in: ['waiting', 'running', 'parked', 'dead'] } },
    orderBy: { owedAt: 'desc' },
    take: 100,
  })
  return rows.map((row) => {
    const state = row.state === 'parked' || row.state === 'dead' ? row.state : 'waiting'
    const problem = row.problem as Problem
    return {
      kind: row.kind as WorkKind,
      entity: row.entity,
      state,
      attempts: row.attempts,
      at: row.owedAt.getTime(),
      problem: state === 'waiting' ? { ...problem, nextTryAt: row.nextAt.getTime() } : problem,
    }
  })
}

export type WorkerOptions = {
  /** Jobs at once in this process. */
  concurrency?: number
  /** With it, Bull carries Work ids; without it, this process sweeps alone. */
  redisUrl?: string | undefined
  /** How long a lease lasts without a heartbeat (30). */
  leaseSeconds?: number
  /** How often due work is looked for (1000). */
  sweepEveryMs?: number
  /** How long a stop waits for running jobs before it gives their leases back (20,000). */
  drainMs?: number
  /** After how many seconds Redis is told again of work that is still due (30). */
  reissueSeconds?: number
  /** Bull's key prefix, so that apps can share a Redis. */
  prefix?: string
}

const NIGHTLY_EVERY_MS = 60_000
// Bull's waiting list is kept short: fairness between shops is decided when work is issued, not when it is carried.
const ISSUE_AHEAD = 100

type Running = { lease: Lease; abort: AbortController; done: Promise<void> }

/**
 * Runs jobs until it is stopped. With Redis, Bull wakes any number of processes by Work id; what Redis loses, or all of
 * it while Redis is away, the sweeper brings. Every lease is kept by heartbeats and taken over when they stop.
 */
export function startWorker(jobs: Job[], options: WorkerOptions = {}): { stop(): Promise<void> } {
  const concurrency = options.concurrency ?? 4
  const leaseSeconds = options.leaseSeconds ?? 30
  const sweepEveryMs = options.sweepEveryMs ?? 1000
  const byKind = new Map<WorkKind, Job>(jobs.map((job) => [job.kind, job]))
  const running = new Map<string, Running>()
  let isStopping = false
  let nightlyAt = 0
  let isDatabaseAway = false
  // What was missed while a sweep was on its way is looked for at once after it.
  let isRoused = false
  let wake: () => void = () => {}

  function rouse(): void {
    isRoused = true
    wake()
  }

  function start(lease: Lease): Promise<void> {
    const abort = new AbortController()
    const beat = setInterval(
      () => {
        extendLease(lease, leaseSeconds).then(
          (isMine) => {
            if (!isMine) abort.abort()
          },
          // The lease may still hold; stillMine decides.
          (error: unknown) => log.warn({ shop: lease.shop, work: lease.id, error }, 'a heartbeat did not get through'),
        )
      },
      (leaseSeconds * 1000) / 3,
    )
    const done = runLease(lease, byKind.get(lease.kind), { signal: abort.signal })
      .catch((error: unknown) => {
        log.warn(
          { shop: lease.shop, work: lease.id, error },
          'what became of the work could not be written: its lease runs out',
        )
      })
      .finally(() => {
        clearInterval(beat)
        // A lease that ran out may have been claimed again by this very process.
        if (running.get(lease.id)?.lease === lease) running.delete(lease.id)
        // It makes room, and may have owed more.
        rouse()
      })
    running.set(lease.id, { lease, abort, done })
    return done
  }

  async function runById(shop: number, id: string): Promise<void> {
    if (isStopping || running.has(id)) return
    const lease = await claimOne(shop as ShopId, id, leaseSeconds)
    if (lease) await start(lease)
  }

  const carrier: Carrier | null = options.redisUrl
    ? startCarrier(options.redisUrl, {
        concurrency,
        leaseSeconds,
        run: runById,
        ...(options.prefix ? { prefix: options.prefix } : {}),
      })
    : null

  async function sweep(): Promise<void> {
    if (now() - nightlyAt > NIGHTLY_EVERY_MS) {
      nightlyAt = now()
      await askSystem('due_nightly')
      await askSystem('due_health')
    }
    if (carrier && (await issue(carrier))) return
    const free = concurrency - running.size
    if (free <= 0) return
    for (const row of await askSystem<Lease>('claim_work', free, leaseSeconds)) void start(leaseOf(row))
  }

  /** Tells Redis of due work; false: Redis is away, and this process claims for itself meanwhile. */
  async function issue(to: Carrier): Promise<boolean> {
    const waiting = await to.waiting()
    if (waiting === null) return false
    const room = ISSUE_AHEAD - waiting
    if (room <= 0) return true
    const due = await askSystem<{ shop: number; id: string }>('issue_work', room, options.reissueSeconds ?? 30)
    for (const { shop, id } of due) if (!(await to.carry(shop, String(id)))) return false
    return true
  }

  async function loop(): Promise<void> {
    while (!isStopping) {
      isRoused = false
      try {
        await sweep()
        isDatabaseAway = false
      } catch (error) {
        if (!isDatabaseAway) log.warn({ error }, 'work cannot be looked for; trying on')
        isDatabaseAway = true
      }
      if (isStopping) break
      if (isRoused && !isDatabaseAway) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, sweepEveryMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  askSystem('sweep_staging').catch((error: unknown) => log.warn({ error }, 'staging could not be swept'))
  const hearing = hearOfWork(rouse)
  const looping = loop()

  async function stopNow(): Promise<void> {
    isStopping = true
    wake()
    await carrier?.pause()
    await hearing.stop()
    await looping
    for (const { abort } of running.values()) abort.abort()
    const drained = Promise.all([...running.values()].map(({ done }) => done))
    let timer: NodeJS.Timeout | undefined
    await Promise.race([drained, new Promise((resolve) => (timer = setTimeout(resolve, options.drainMs ?? 20_000)))])
    clearTimeout(timer)
    await Promise.allSettled([...running.values()].map(({ lease }) => giveBack(lease)))
    await carrier?.close()
  }

  let stopping: Promise<void> | null = null
  return { stop: () => (stopping ??= stopNow()) }
}
