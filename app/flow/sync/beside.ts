/**
 * What is read beside orders and customers: for the conditions of the merchant's own segments collections, Shopify's words for
 * each customer, and checkouts that were left; for recommendations the products. Each is a run of its own that looks at Shopify until it has read it; one
 * that comes to nothing is tried again by its next turn.
 */
import type { Beside } from '#app/domain/work.ts'
import type { Id } from '#app/domain/order.ts'
import { AccessLost, OutsideFailure } from '#app/errors.ts'
import { type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { type Admin, adminOf } from '#app/outside/shopify.server.ts'
import { SHOPIFY_IS_FULL_MS, type Holder } from './backfill.ts'
import { readCheckouts } from './checkouts.ts'
import { chunksOf } from './chunks.ts'
import { COLLECTIONS_TEXT, takeCollections } from './collections.ts'
import { pollAfterMs } from './ingest.ts'
import { operationOf, startOperation, type Operation } from './operations.ts'
import { finishRun, noteOperation, openBeside, operationsOfOthers, type BesideRun } from './runs.ts'
import { takeWords, WORDS_TEXT } from './customer-words.ts'
import { PRODUCTS_TEXT, takeProducts } from './products.ts'

/** How often left checkouts are asked for. */
const CHECKOUTS_EVERY = '1 hour'

const IN_BULK = {
  collections: { text: COLLECTIONS_TEXT, take: takeCollections },
  words: { text: WORDS_TEXT, take: takeWords },
  products: { text: PRODUCTS_TEXT, take: takeProducts },
}

/** Reads one of them, or looks whether Shopify has written it down yet. */
export async function readBeside(holder: Holder & { entity: string }): Promise<void | { againInMs: number }> {
  const { shop } = holder
  const subject = holder.entity as Beside
  const admin = await adminOf(shop)
  const run = await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    return openBeside(tx, shop, subject)
  })
  const hasChanged =
    subject === 'checkouts'
      ? await readCheckouts(holder, admin)
      : await readInBulk(holder, admin, run, IN_BULK[subject])
  if (typeof hasChanged !== 'boolean') return hasChanged
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    await finishRun(tx, shop, run.id, { state: 'done', problem: null })
    if (hasChanged && (await isNamed(tx, shop, subject)))
      await owe(tx, shop, 'fill-segments', String(shop), { of: 'data' })
    if (subject === 'products') await owe(tx, shop, 'rebuild-recommendations', String(shop), {})
  })
}

type InBulk = (typeof IN_BULK)[keyof typeof IN_BULK]

async function readInBulk(
  holder: Holder,
  admin: Admin,
  run: BesideRun,
  { text, take }: InBulk,
): Promise<boolean | void | { againInMs: number }> {
  const { shop } = holder
  if (run.operation === null) {
    const others = await withShopBulk(shop, (tx) => operationsOfOthers(tx, shop, [run]))
    const operation = await startOperation(admin, text, run, others)
    if (operation === null) return { againInMs: SHOPIFY_IS_FULL_MS }
    await withShopBulk(shop, async (tx) => {
      await holder.stillMine(tx)
      await noteOperation(tx, shop, run.id, { state: 'running', operation })
    })
    return { againInMs: pollAfterMs(0) }
  }
  const told = await operationOrEnd(holder, admin, run.id, run.operation)
  if (told.is === 'running') return { againInMs: pollAfterMs(told.objectCount) }
  if (told.is === 'lost') {
    await withShopBulk(shop, async (tx) => {
      await holder.stillMine(tx)
      await finishRun(tx, shop, run.id, { state: 'failed', problem: { kind: 'bulk-file-gone', detail: told.why } })
    })
    return
  }
  return take(holder, run, told.url === null ? [] : objectsOf(holder, admin, told.url, told.objectCount), admin)
}

/** What Shopify denies is asked for anew once it is granted: the operation that was denied stays so. */
async function operationOrEnd(holder: Holder, admin: Admin, run: number, operation: Id): Promise<Operation> {
  try {
    return await operationOf(admin, operation)
  } catch (error) {
    if (!(error instanceof AccessLost)) throw error
    await withShopBulk(holder.shop, async (tx) => {
      await holder.stillMine(tx)
      await finishRun(tx, holder.shop, run, { state: 'failed', problem: { kind: error.code } })
    })
    throw error
  }
}

/** The file's objects, one a line. */
async function* objectsOf(holder: Holder, admin: Admin, url: string, counted: number): AsyncGenerator<unknown> {
  const file = await admin.openFile(url, 0, null)
  let read = 0
  for await (const chunk of chunksOf(file.body, 0)) {
    if (holder.signal.aborted) throw new OutsideFailure('lease-lost', 'the worker stops')
    if (chunk.kind === 'too-long') continue
    for (const line of chunk.bytes.toString('utf8').split('\n')) {
      if (line.trim() === '') continue
      read += 1
      yield parsed(line)
    }
  }
  if (read < counted) throw new OutsideFailure('shopify-unavailable', `the bulk file ended after ${read} of ${counted}`)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new OutsideFailure('shopify-unavailable', 'a line of the bulk file is cut off')
  }
}

/** Whether a rule of the shop's own looks at it. */
async function isNamed(tx: BulkTx, shop: ShopId, subject: Beside): Promise<boolean> {
  if (subject === 'products') return false
  const named = { collections: '"bought-in"', checkouts: '"left-checkout"', words: '"(rfm-group|spend-tier)"' }[subject]
  return (
    (await tx.query('SELECT FROM "OwnSegment" WHERE shop = $1 AND rule::text ~ $2 LIMIT 1', [shop, named])).length > 0
  )
}

/** Owes what every night, and the first import, brings. Words are asked for only where a rule looks at them. */
export async function oweBeside(tx: BulkTx, shop: ShopId): Promise<void> {
  await owe(tx, shop, 'read-beside', 'collections', {})
  await owe(tx, shop, 'read-beside', 'checkouts', {})
  await owe(tx, shop, 'read-beside', 'products', {})
  if (await isNamed(tx, shop, 'words')) await owe(tx, shop, 'read-beside', 'words', {})
}

/** Owes left checkouts where they were last asked for an hour ago. */
export async function oweCheckouts(tx: BulkTx, shop: ShopId): Promise<void> {
  const lately = await tx.query(
    `SELECT FROM "SyncRun" WHERE shop = $1 AND kind = 'beside' AND subject = 'checkouts'
       AND "startedAt" > now() - interval '${CHECKOUTS_EVERY}' LIMIT 1`,
    [shop],
  )
  if (lately.length === 0) await owe(tx, shop, 'read-beside', 'checkouts', {})
}
