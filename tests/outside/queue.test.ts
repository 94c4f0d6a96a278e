import { afterEach, expect, test } from 'vitest'

import type { WorkKind } from '#app/domain/work.ts'
import { now } from '#app/outside/clock.ts'
import { askSystem, type ShopId, withShop, withShopBulk } from '#app/outside/database.server.ts'
import {
  defineJob,
  type Job,
  listWork,
  owe,
  startWorker,
  unpark,
  type WorkerOptions,
} from '#app/outside/queue.server.ts'
import { AccessLost, Bug, InvalidInput, OutsideFailure } from '#app/errors.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { until } from '#tests/support/until.ts'

const workers: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()))
  await connectAs('superuser', (client) => client.query('DELETE FROM "Work"'))
})

function run(jobs: Job[], options: WorkerOptions = {}): { stop(): Promise<void> } {
  const worker = startWorker(jobs, { sweepEveryMs: 20, leaseSeconds: 2, ...options })
  workers.push(worker)
  return worker
}

function catchUp(handler: Parameters<typeof defineJob<'catch-up'>>[0]['handler']): Job {
  return defineJob({ kind: 'catch-up', handler })
}

function oweCatchUp(shop: ShopId, entity = 'shop', options: { inMs?: number } = {}): Promise<void> {
  return withShop(shop, (tx) => owe(tx, shop, 'catch-up', entity, {}, options))
}

type Row = {
  kind: WorkKind
  entity: string
  state: string
  version: number
  attempts: number
  fence: number
  problem: unknown
  waits: boolean
}

function work(shop: ShopId): Promise<Row[]> {
  return connectAs('superuser', async (client) => {
    const { rows } = await client.query<Row>(
      `SELECT kind, entity, state, version, attempts, fence, problem, "nextAt" > now() AS waits FROM "Work" WHERE shop = $1 ORDER BY id`,
      [shop],
    )
    return rows
  })
}

/** Lets every waiting row be due, as if its time had come. */
function timeComes(): Promise<unknown> {
  return connectAs('superuser', (client) => client.query(`UPDATE "Work" SET "nextAt" = now() WHERE state = 'waiting'`))
}

test('two debts for one entity are one row, done once', async () => {
  const shop = await testShop()
  await oweCatchUp(shop)
  await withShopBulk(shop, (tx) => owe(tx, shop, 'catch-up', 'shop', {}))
  await oweCatchUp(shop, 'another')
  expect(await work(shop)).toMatchObject([
    { entity: 'shop', version: 2 },
    { entity: 'another', version: 1 },
  ])
  const done: string[] = []
  run([catchUp(async ({ entity }) => void done.push(entity))])
  await until(async () => (await work(shop)).length === 0)
  expect(done.sort()).toEqual(['another', 'shop'])
})

test('a debt that is rolled back is not owed', async () => {
  const shop = await testShop()
  await expect(
    withShop(shop, async (tx) => {
      await owe(tx, shop, 'catch-up', 'shop', {})
      throw new Bug('after all')
    }),
  ).rejects.toThrow('after all')
  expect(await work(shop)).toEqual([])
})

test('a debt with a payload of another shape is refused where it is owed', async () => {
  const shop = await testShop()
  await expect(withShop(shop, (tx) => owe(tx, shop, 'recompute', 'shop', { cause: 'mood' } as never))).rejects.toThrow(
    Bug,
  )
})

test('work owed while it runs is done again afterwards', async () => {
  const shop = await testShop()
  let runs = 0
  await oweCatchUp(shop)
  run([
    catchUp(async () => {
      runs += 1
      if (runs === 1) await oweCatchUp(shop)
    }),
  ])
  await until(async () => runs === 2 && (await work(shop)).length === 0)
})

test('work owed for later waits', async () => {
  const shop = await testShop()
  let runs = 0
  await oweCatchUp(shop, 'shop', { inMs: 60_000 })
  run([catchUp(async () => void (runs += 1))])
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(runs).toBe(0)
  await timeComes()
  await until(() => runs === 1)
})

test('a failure outside is tried again, later each time, and ends after eight attempts', async () => {
  const shop = await testShop()
  let runs = 0
  await oweCatchUp(shop)
  run([
    catchUp(async () => {
      runs += 1
      throw new OutsideFailure('shopify-unavailable', 'down', runs === 3 ? { retryAfterMs: 3_600_000 } : {})
    }),
  ])
  for (let attempt = 1; attempt <= 7; attempt++) {
    await until(async () => (await work(shop))[0]?.attempts === attempt)
    expect((await work(shop))[0]).toMatchObject({
      state: 'waiting',
      waits: true,
      problem: { kind: 'shopify-unavailable' },
    })
    if (attempt === 3) {
      const [trouble] = await withShop(shop, (tx) => listWork(tx, shop))
      expect(trouble).toMatchObject({ state: 'waiting', attempts: 3 })
      expect(trouble!.problem.nextTryAt! - Date.now()).toBeGreaterThan(3_500_000)
    }
    await timeComes()
  }
  await until(async () => (await work(shop))[0]?.state === 'dead')
  expect(runs).toBe(8)
  await oweCatchUp(shop)
  const [afresh] = await work(shop)
  expect(afresh!.state).not.toBe('dead')
  expect(afresh!.attempts).toBeLessThan(3)
})

test('a new debt does not shorten the wait of one that is being tried again', async () => {
  const shop = await testShop()
  await oweCatchUp(shop)
  run([
    catchUp(async () => {
      throw new OutsideFailure('shopify-throttled', 'slowly', { retryAfterMs: 60_000 })
    }),
  ])
  await until(async () => (await work(shop))[0]?.attempts === 1)
  await oweCatchUp(shop)
  expect(await work(shop)).toMatchObject([{ state: 'waiting', waits: true, attempts: 1, version: 2 }])
})

test('lost access parks the work of that shop but not its privacy, until a token comes', async () => {
  const [shop, other] = [await testShop(), await testShop()]
  let isRevoked = true
  const done: ShopId[] = []
  await withShop(shop, async (tx) => {
    await owe(tx, shop, 'catch-up', 'shop', {}, { inMs: 100 })
    await owe(tx, shop, 'publish', 'shop', {}, { inMs: 60_000 })
    await owe(tx, shop, 'redact', '1', { request: 1 }, { inMs: 60_000 })
  })
  await oweCatchUp(other, 'shop', { inMs: 500 })
  run([
    catchUp(async ({ shop: whose }) => {
      if (whose === shop && isRevoked) throw new AccessLost('token-revoked', 'gone')
      done.push(whose)
    }),
  ])
  await until(async () => (await work(shop)).filter(({ state }) => state === 'parked').length === 2)
  expect(await work(shop)).toMatchObject([
    { kind: 'catch-up', state: 'parked', problem: { kind: 'token-revoked' } },
    { kind: 'publish', state: 'parked' },
    { kind: 'redact', state: 'waiting' },
  ])
  await until(() => done.includes(other))
  isRevoked = false
  await withShop(shop, (tx) => unpark(tx, shop))
  await until(() => done.includes(shop))
})

test('lost access does not park what a token that came meanwhile would let run', async () => {
  const shop = await testShop()
  let runs = 0
  await oweCatchUp(shop)
  run([
    catchUp(async () => {
      runs += 1
      if (runs > 1) return
      const data = { shop, id: 'offline_x', sealed: new Uint8Array(1), updatedAt: new Date(now() + 1) }
      await withShop(shop, (tx) => tx.session.create({ data }))
      throw new AccessLost('token-revoked', 'the token before it')
    }),
  ])
  await until(async () => (await work(shop))[0]?.attempts === 1)
  expect(await work(shop)).toMatchObject([{ state: 'waiting' }])
  await timeComes()
  await until(async () => (await work(shop)).length === 0)
})

test('a missing scope is named to the merchant, and parks only the work that needs it', async () => {
  const shop = await testShop()
  await oweCatchUp(shop)
  await oweCatchUp(shop, 'other', { inMs: 3_600_000 })
  run([
    catchUp(async () => {
      throw new AccessLost('scope-missing', 'write_customers (shop 1, TagsAdd)', { scope: 'write_customers' })
    }),
  ])
  await until(async () => (await work(shop))[0]?.state === 'parked')
  expect(await work(shop)).toMatchObject([
    { problem: { kind: 'scope-missing', detail: 'write_customers' } },
    { entity: 'other', state: 'waiting', problem: null },
  ])
})

test('no answer from outside can put work off for longer than an hour', async () => {
  const shop = await testShop()
  await oweCatchUp(shop)
  run([
    catchUp(async () => {
      throw new OutsideFailure('shopify-throttled', 'later', { retryAfterMs: 1e300 })
    }),
  ])
  await until(async () => (await work(shop))[0]?.attempts === 1)
  const [row] = await withShop(shop, (tx) => listWork(tx, shop))
  expect(row!.problem.nextTryAt! - now()).toBeLessThanOrEqual(3_600_000)
})

test('what is owed while a run fails for good has its own try', async () => {
  const shop = await testShop()
  let runs = 0
  await oweCatchUp(shop)
  run([
    catchUp(async () => {
      runs += 1
      if (runs > 1) return
      await oweCatchUp(shop)
      throw new TypeError('x is not a function')
    }),
  ])
  await until(async () => (await work(shop))[0]?.attempts === 1)
  expect(await work(shop)).toMatchObject([{ state: 'waiting', waits: true }])
  await timeComes()
  await until(async () => runs === 2 && (await work(shop)).length === 0)
})

test('bad input and bugs are not tried again', async () => {
  const shop = await testShop()
  await oweCatchUp(shop, 'bad')
  await oweCatchUp(shop, 'buggy')
  await withShop(shop, (tx) => owe(tx, shop, 'publish', 'nobody', {}))
  let runs = 0
  run([
    catchUp(async ({ entity }) => {
      runs += 1
      throw entity === 'bad' ? new InvalidInput('no') : new TypeError('x is not a function')
    }),
  ])
  await until(async () => (await work(shop)).every(({ state }) => state === 'dead'))
  expect(runs).toBe(2)
  const troubles = await withShop(shop, (tx) => listWork(tx, shop))
  expect(troubles).toHaveLength(3)
  expect(troubles.every(({ state, problem }) => state === 'dead' && problem.kind === 'internal')).toBe(true)
})

test('polling counts no attempt, and a new debt ends the wait', async () => {
  const shop = await testShop()
  let runs = 0
  await oweCatchUp(shop)
  run([catchUp(async () => (++runs < 3 ? { againInMs: runs === 1 ? 10 : 60_000 } : undefined))])
  await until(() => runs === 2)
  await until(async () => (await work(shop))[0]?.waits === true)
  expect(await work(shop)).toMatchObject([{ attempts: 0, problem: null }])
  await oweCatchUp(shop)
  await until(async () => runs === 3 && (await work(shop)).length === 0)
})

test('a worker that lost its lease cannot commit, and leaves the work to the one who has it', async () => {
  const shop = await testShop()
  await oweCatchUp(shop)
  let runs = 0
  const written: string[] = []
  run([
    catchUp(async ({ stillMine }) => {
      runs += 1
      const mine = runs
      if (mine === 1) {
        // Its lease runs out unseen, as when the process hangs.
        await connectAs('superuser', (client) =>
          client.query(`UPDATE "Work" SET "leaseUntil" = now() - interval '1 s'`),
        )
        await until(() => runs === 2)
      }
      for (const door of [withShop, withShopBulk] as (typeof withShop)[]) {
        await door(shop, async (tx) => {
          await stillMine(tx)
          written.push(`run ${mine}`)
        })
      }
    }),
  ])
  await until(async () => runs === 2 && (await work(shop)).length === 0)
  expect(written).toEqual(['run 2', 'run 2'])
})

test('heartbeats keep the lease of a job that takes longer than one', async () => {
  const shop = await testShop()
  await oweCatchUp(shop)
  let runs = 0
  run(
    [
      catchUp(async () => {
        runs += 1
        await new Promise((resolve) => setTimeout(resolve, 6500))
      }),
    ],
    // A heartbeat of a busy machine may come two seconds late.
    { leaseSeconds: 3 },
  )
  await until(async () => runs > 0 && (await work(shop)).length === 0)
  expect(runs).toBe(1)
})

test('a stop waits for running jobs, then gives their leases back at once', async () => {
  const shop = await testShop()
  await oweCatchUp(shop, 'quick')
  await oweCatchUp(shop, 'endless')
  let started = 0
  let isAborted = false
  let letGo = (): void => undefined
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const worker = run(
    [
      catchUp(async ({ entity, signal }) => {
        started += 1
        signal.addEventListener('abort', () => (isAborted = true))
        await (entity === 'quick' ? new Promise((resolve) => setTimeout(resolve, 200)) : held)
      }),
    ],
    { drainMs: 3000 },
  )
  await until(() => started === 2)
  await worker.stop()
  expect(isAborted).toBe(true)
  expect(await work(shop)).toMatchObject([{ entity: 'endless', state: 'waiting', waits: false, attempts: 0 }])
  letGo()
})

test('a shop with much to do does not make the others wait', async () => {
  const [busy, calm] = [await testShop(), await testShop()]
  for (let entity = 0; entity < 30; entity++) await oweCatchUp(busy, String(entity))
  await oweCatchUp(calm)
  const order: ShopId[] = []
  run([catchUp(async ({ shop }) => void order.push(shop))], { concurrency: 2 })
  await until(() => order.length === 31)
  expect(order.indexOf(calm)).toBeLessThan(3)
})

test('a purchase passes the rings that a bulk run left, and these keep a quarter of the turns', async () => {
  const shop = await testShop()
  const oweAll = (kind: 'refresh-customer' | 'refresh-order', entities: number[]) =>
    withShop(shop, async (tx) => {
      for (const entity of entities) await owe(tx, shop, kind, String(entity), {})
    })
  const claim = async (wanted: number) =>
    (await askSystem<{ kind: WorkKind }>('claim_work', wanted, 60)).map(({ kind }) => kind).sort()
  await oweAll(
    'refresh-customer',
    Array.from({ length: 30 }, (_, n) => n),
  )
  await oweAll('refresh-order', [1, 2, 3, 4, 5, 6, 7])
  expect(await claim(1)).toEqual(['refresh-order'])
  expect(await claim(3)).toEqual(['refresh-customer', 'refresh-order', 'refresh-order'])
  expect(await claim(1)).toEqual(['refresh-order'])
  expect(await claim(4)).toEqual(['refresh-customer', 'refresh-order', 'refresh-order', 'refresh-order'])
  expect(await claim(2)).toEqual(['refresh-customer', 'refresh-customer'])
})

test('the night of a shop is owed once, in its own time zone, and not before its first import', async () => {
  const [tokyo, nowhere, fresh] = [await testShop(), await testShop(), await testShop()]
  await connectAs('superuser', async (client) => {
    await client.query(`UPDATE "Shop" SET "nightlyAt" = now() - interval '25 hours'`)
    await client.query(`UPDATE "Shop" SET "syncedAt" = now(), timezone = 'Asia/Tokyo' WHERE shop = $1`, [tokyo])
    await client.query(`UPDATE "Shop" SET "syncedAt" = now(), timezone = 'Not/AZone' WHERE shop = $1`, [nowhere])
  })
  expect(await askSystem('due_nightly')).toEqual([{ due_nightly: 2 }])
  expect(await askSystem('due_nightly')).toEqual([{ due_nightly: 0 }])
  expect(await work(tokyo)).toMatchObject([{ kind: 'nightly' }])
  expect(await work(nowhere)).toMatchObject([{ kind: 'nightly' }])
  expect(await work(fresh)).toEqual([])
})

test('staging of runs that are finished or unknown is swept, that of a run under way is not', async () => {
  const shop = await testShop()
  await connectAs('superuser', async (client) => {
    await client.query(
      `INSERT INTO "SyncRun" (shop, id, kind, subject, state, "startedAt") VALUES
      ($1, 1001, 'history', 'orders', 'downloading', now()), ($1, 1002, 'history', 'orders', 'done', now())`,
      [shop],
    )
    await client.query(
      `INSERT INTO "StagedCustomer" SELECT run, 1, 1, now(), now(), '{}' FROM unnest(ARRAY[1001, 1002, 1003]) run`,
    )
  })
  expect(await askSystem('sweep_staging')).toEqual([{ sweep_staging: '2' }])
  const left = await connectAs('app', async (client) => (await client.query('SELECT run FROM "StagedCustomer"')).rows)
  expect(left).toEqual([{ run: 1001 }])
})
