import { type ChildProcess, spawn } from 'node:child_process'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, test } from 'vitest'

import { type ShopId, withShop } from '#app/outside/database.server.ts'
import { defineJob, type Job, owe, startWorker, type WorkerOptions } from '#app/outside/queue.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { freePort, hasRedis, startRedis, type TestRedis } from '#tests/support/redis.ts'
import { until } from '#tests/support/until.ts'

const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
  await connectAs('superuser', (client) => client.query('DELETE FROM "Work"'))
})

async function redis(port?: number): Promise<TestRedis> {
  const started = await startRedis(port)
  ending.push(() => started.stop())
  return started
}

function run(jobs: Job[], options: WorkerOptions): void {
  const worker = startWorker(jobs, { sweepEveryMs: 20, leaseSeconds: 2, reissueSeconds: 1, ...options })
  ending.push(() => worker.stop())
}

type Child = { process: ChildProcess; said: () => string }

function startChild(env: Record<string, string> = {}): Child {
  let text = ''
  const child = spawn(process.execPath, ['tests/outside/worker-child.ts'], { env: { ...process.env, ...env } })
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  ending.push(async () => child.kill('SIGKILL'))
  return { process: child, said: () => text }
}

function collector(): { done: string[]; job: Job } {
  const done: string[] = []
  return { done, job: defineJob({ kind: 'catch-up', handler: async ({ entity }) => void done.push(entity) }) }
}

function oweCatchUp(shop: ShopId, entity: string): Promise<void> {
  return withShop(shop, (tx) => owe(tx, shop, 'catch-up', entity, {}))
}

function left(): Promise<number> {
  return connectAs(
    'superuser',
    async (client) => (await client.query<{ n: number }>('SELECT count(*)::int AS n FROM "Work"')).rows[0]!.n,
  )
}

describe.each(hasRedis ? ['without Redis', 'with Redis'] : ['without Redis'])('%s', (how) => {
  const carrier = async (): Promise<{ REDIS_URL?: string }> =>
    how === 'with Redis' ? { REDIS_URL: (await redis()).url } : {}

  test('a worker killed in the middle of a job is followed by the next one', async () => {
    const shop = await testShop()
    const env = await carrier()
    await oweCatchUp(shop, '60000')
    const first = startChild(env)
    await until(() => first.said().includes('began'))
    first.process.kill('SIGKILL')
    const { done, job } = collector()
    run([job], { redisUrl: env.REDIS_URL })
    await until(async () => done.length === 1 && (await left()) === 0)
  })

  test('a worker told to stop lets its job end and says goodbye', async () => {
    const shop = await testShop()
    await oweCatchUp(shop, '700')
    const child = startChild(await carrier())
    await until(() => child.said().includes('began'))
    const code = new Promise((resolve) => child.process.once('exit', resolve))
    child.process.kill('SIGTERM')
    expect(await code).toBe(0)
    expect(child.said()).toContain('ended 700')
    expect(await left()).toBe(0)
  })

  test('many debts are each done once by two workers', async () => {
    const shop = await testShop()
    const { REDIS_URL: redisUrl } = await carrier()
    const { done, job } = collector()
    for (let entity = 0; entity < 120; entity++) await oweCatchUp(shop, String(entity))
    run([job], { redisUrl })
    run([job], { redisUrl })
    await until(async () => (await left()) === 0)
    expect(done.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, entity) => entity))
  })
})

describe.skipIf(!hasRedis)('Redis (redis-server must be installed)', () => {
  test('what Redis loses is issued again', async () => {
    const shop = await testShop()
    const { url } = await redis()
    const client = new Redis(url)
    ending.push(async () => client.disconnect())
    // It was told a moment ago, and has forgotten.
    await oweCatchUp(shop, 'lost')
    await connectAs('superuser', (one) => one.query(`UPDATE "Work" SET "issuedAt" = now()`))
    await client.flushall()
    const { done, job } = collector()
    run([job], { redisUrl: url })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(done).toEqual([])
    await until(() => done.includes('lost'))
    // Bull counts what it was given: it was Redis that brought it.
    expect(Number(await client.get('morello:work:id'))).toBeGreaterThan(0)
  })

  test('work goes on before Redis is there, with it, and after it has gone', async () => {
    const shop = await testShop()
    const port = await freePort()
    const { done, job } = collector()
    run([job], { redisUrl: `redis://127.0.0.1:${port}` })
    await oweCatchUp(shop, 'before')
    await until(() => done.includes('before'))
    const first = await redis(port)
    await oweCatchUp(shop, 'meanwhile')
    await until(() => done.includes('meanwhile'))
    await first.stop()
    await oweCatchUp(shop, 'after')
    await until(() => done.includes('after'))
    expect(await left()).toBe(0)
  })
})
