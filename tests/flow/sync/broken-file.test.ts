import { expect, test } from 'vitest'

import {
  fillWithSomeOfEverything,
  importAll,
  oweImport,
  playShop,
  type PlayedShop,
  runsOf,
  stagedFor,
  storedRows,
  workUntilDone,
} from './played.ts'

const ORDERS = 120

/** Ids differ from world to world only by where they start: rows are compared by their place. */
async function comparable(played: PlayedShop) {
  const ids = new Map<unknown, string>()
  const note = (kind: string, values: Iterable<{ id: number }>) => {
    let place = 0
    for (const { id } of values) ids.set(id, `${kind} ${(place += 1)}`)
  }
  note('customer', played.world.customers.values())
  note('order', played.world.orders.values())
  const rows = await storedRows(played.shop)
  return JSON.parse(
    JSON.stringify(rows, (key, value: unknown) =>
      key === 'id' || key === 'customer' || key === 'order' || key === 'product' ? (ids.get(value) ?? 'other') : value,
    ),
  ) as typeof rows
}

async function importedWith(change: (played: PlayedShop) => void): Promise<PlayedShop> {
  const played = await playShop((world) => fillWithSomeOfEverything(world, ORDERS))
  change(played)
  await importAll(played)
  return played
}

let expected: ReturnType<typeof comparable> | null = null

/** What all of them must end with; worked out once. */
function undisturbed() {
  return (expected ??= importedWith(() => {}).then(comparable))
}

async function orderRun(played: PlayedShop) {
  return (await runsOf(played.shop)).find((run) => run.kind === 'history' && run.subject === 'orders')!
}

test('shuffled lines, children before and far from their parents, give the same rows', async () => {
  const whole = await undisturbed()
  const played = await importedWith(({ local }) => (local.faults.file.shuffle = true))
  expect(await comparable(played)).toEqual(whole)
  expect((await orderRun(played)).orphans).toBe(0)
})

test('repeated lines fold into one', async () => {
  const whole = await undisturbed()
  const played = await importedWith(({ local }) => (local.faults.file.duplicateEvery = 3))
  expect(await comparable(played)).toEqual(whole)
})

test('repeated and shuffled at once, the same', async () => {
  const whole = await undisturbed()
  const played = await importedWith(({ local }) => {
    local.faults.file.shuffle = true
    local.faults.file.duplicateEvery = 2
  })
  expect(await comparable(played)).toEqual(whole)
})

test.each([1, 37, 900, 5000, 20_000])('a connection reset after byte %i is resumed from where it was', async (at) => {
  const whole = await undisturbed()
  const played = await importedWith(({ local }) => {
    local.faults.file.resetAt = at
    local.faults.file.times = 2
  })
  expect(await comparable(played)).toEqual(whole)
})

test.each([1, 1234, 25_001])('a download that ends quietly after byte %i is not taken for the whole', async (at) => {
  const whole = await undisturbed()
  const played = await importedWith(({ local }) => {
    local.faults.file.truncateAt = at
    local.faults.file.times = 2
  })
  expect(await comparable(played)).toEqual(whole)
})

test('a file that has changed between two reads is not put together from both', async () => {
  const whole = await undisturbed()
  const played = await importedWith(({ local }) => {
    local.faults.file.newEtag = true
    local.faults.file.resetAt = 5000
    local.faults.file.times = 1
  })
  expect(await comparable(played)).toEqual(whole)
})

test('a file that is gone is asked for again, from the beginning', async () => {
  const whole = await undisturbed()
  const played = await importedWith(({ local }) => (local.faults.file.forbiddenNext = 2))
  expect(await comparable(played)).toEqual(whole)
  expect(await stagedFor(played.shop)).toBe(0)
})

test('an operation that Shopify could not finish is started again; what it had written is not used', async () => {
  const whole = await undisturbed()
  const played = await importedWith(({ local }) => {
    local.faults.bulkFail = { times: 2, afterLines: 10, errorCode: 'INTERNAL_SERVER_ERROR' }
  })
  expect(await comparable(played)).toEqual(whole)
})

test('an operation that is denied access parks the import with the reason', async () => {
  const played = await playShop((world) => fillWithSomeOfEverything(world, 5))
  played.local.faults.bulkFail = { times: 2, afterLines: 1, errorCode: 'ACCESS_DENIED' }
  await importAll(played)
  const { importProgress } = await import('#app/flow/sync/progress.ts')
  const { withShop } = await import('#app/outside/database.server.ts')
  const progress = await withShop(played.shop, (tx) => importProgress(tx, played.shop))
  expect(progress).toMatchObject({ state: 'failed', problem: { kind: 'scope-missing' } })
  expect((await storedRows(played.shop)).orders).toEqual([])
})

test('a file that always lacks lines is given up after a few operations, and says so', async () => {
  const played = await playShop((world) => fillWithSomeOfEverything(world, 40))
  played.local.faults.file.dropEvery = 2
  await oweImport(played.shop)
  await workUntilDone(played.shop)
  const run = await orderRun(played)
  expect(run).toMatchObject({ state: 'failed', problem: { kind: 'bulk-file-gone' } })
  expect((await storedRows(played.shop)).orders).toEqual([])
  expect(await stagedFor(played.shop)).toBe(0)
})
