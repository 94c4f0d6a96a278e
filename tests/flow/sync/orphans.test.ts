import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { fillWithSomeOfEverything, importAll, playShop, runsOf, storedRows } from './played.ts'

test('an order that only its lines name is counted and asked for by its id', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'morello-orphans-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const fill = (world: Parameters<typeof fillWithSomeOfEverything>[0]) => fillWithSomeOfEverything(world, 30)
  const whole = await playShop(fill, { folder })
  await importAll(whole)
  const expected = await storedRows(whole.shop)
  const operation = (await runsOf(whole.shop)).find((run) => run.subject === 'orders')!.bulkOperation
  const lines = readFileSync(join(folder, 'bulk', `${operation}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
  const roots = lines.filter((line) => !line.includes('__parentId'))
  // Without the order of 45 lines, which is more than a page of them.
  const path = join(folder, 'orphaned.jsonl')
  writeFileSync(
    path,
    lines
      .filter((line) => line !== roots[7])
      .map((line) => `${line}\n`)
      .join(''),
  )

  const played = await playShop(fill)
  const ready = { path, etag: 'orphaned', objectCount: lines.length, rootObjectCount: roots.length }
  played.local.shop.played.bulk.ready.set('orders', ready)
  await importAll(played)
  expect(await storedRows(played.shop)).toEqual(expected)
  expect((await runsOf(played.shop)).find((run) => run.subject === 'orders')).toMatchObject({
    state: 'done',
    orphans: 1,
  })
})
