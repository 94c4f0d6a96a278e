/**
 * E-mail, phone and address of a shop's customers, as keyed hashes: everybody once by a bulk operation, then each account
 * that is touched by itself. Values are hashed as they stream by and stand nowhere else: no row, no log, no payload.
 */
import { setImmediate as turn } from 'node:timers/promises'

import { print } from 'graphql'

import type { Id } from '#app/domain/order.ts'
import type { AccountKeys } from '#app/domain/same-person.ts'
import { AccessLost, OutsideFailure } from '#app/errors.ts'
import { AccountByIdDocument, AccountsBulkDocument } from '#app/outside/admin.generated.ts'
import { type BulkTx, withShopBulk } from '#app/outside/database.server.ts'
import { log } from '#app/outside/log.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { type Admin, adminOf } from '#app/outside/shopify.server.ts'
import { mayLinkAccounts } from '../settings.ts'
import { storeAccounts, unreadAccounts } from './account-keys.ts'
import type { Holder } from './backfill.ts'
import { chunksOf } from './chunks.ts'
import { type Operation, operationOf, startOperation } from './operations.ts'
import { keysIn } from './read-account.ts'
import { BadLine } from './read-order.ts'
import { fetchStart } from './refetch.ts'
import {
  createRun,
  finishRun,
  newestRuns,
  noteOperation,
  noteProgress,
  noteTrouble,
  openRuns,
  operationsOfOthers,
  type Run,
  startOver,
  withLeftOut,
} from './runs.ts'

const CUSTOMER = 'gid://shopify/Customer/'
const SHOPIFY_IS_FULL_MS = 30_000
const NO_CUSTOMERS_YET_MS = 30_000
const POLL_MS = 2000
const FRESH_OPERATIONS = 5
/** Changes within this are held against the others together. */
const LINKED_WITHIN_MS = 10_000
const MOST_UNREAD = 500
const NEWLINE = 10

/** Reads everybody once, from where an earlier worker was stopped. Nothing to do where it is off, or was done. */
export async function readAccounts(holder: Holder): Promise<void | { againInMs: number }> {
  const { shop } = holder
  const found = await withShopBulk(shop, (tx) => runToGoOn(holder, tx))
  if (found === 'none') return
  if (found === 'no-customers-yet') return { againInMs: NO_CUSTOMERS_YET_MS }
  try {
    return await goOn(holder, await adminOf(shop), found)
  } catch (error) {
    if (!isRefused(error)) throw error
    // Not parked: it is the merchant's choice whether to ask Shopify for more, and everything else goes on.
    await withShopBulk(shop, async (tx) => {
      await holder.stillMine(tx)
      await finishRun(tx, shop, found.id, { state: 'failed', problem: REFUSED })
    })
  }
}

const REFUSED = { kind: 'scope-missing' }

/** Shopify shows these fields to the app no more, or has never done. */
export function isRefused(error: unknown): error is AccessLost {
  return error instanceof AccessLost && error.code === 'scope-missing'
}

async function runToGoOn(holder: Holder, tx: BulkTx): Promise<Run | 'none' | 'no-customers-yet'> {
  const { shop } = holder
  await holder.stillMine(tx)
  if (!(await mayLinkAccounts(tx, shop))) return 'none'
  const [row] = await tx.query<{ isImported: boolean }>(
    `SELECT "syncedAt" IS NOT NULL AS "isImported" FROM "Shop" WHERE shop = $1`,
    [shop],
  )
  if (!row?.isImported) return 'no-customers-yet'
  const [open] = await openRuns(tx, shop, 'accounts')
  if (open) return open
  const [before] = await newestRuns(tx, shop, 'accounts')
  return before ? 'none' : createRun(tx, shop, 'accounts', 'customers')
}

async function goOn(holder: Holder, admin: Admin, run: Run): Promise<void | { againInMs: number }> {
  const { shop } = holder
  let id = run.operation
  if (id === null) {
    const others = await withShopBulk(shop, (tx) => operationsOfOthers(tx, shop, [run]))
    id = await startOperation(admin, print(AccountsBulkDocument), run, others)
    if (id === null) return { againInMs: SHOPIFY_IS_FULL_MS }
    const operation = id
    await withShopBulk(shop, async (tx) => {
      await holder.stillMine(tx)
      await noteOperation(tx, shop, run.id, { state: 'running', operation })
    })
  }
  const operation = await operationOf(admin, id)
  if (operation.is === 'lost') return askAfresh(holder, { ...run, operation: id }, operation.why)
  const { objectCount, rootObjectCount } = operation
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    const state = operation.is === 'ready' ? 'downloading' : 'running'
    await noteOperation(tx, shop, run.id, { state, objectCount, rootObjectCount })
  })
  if (operation.is === 'running') return { againInMs: POLL_MS }
  try {
    const end = await stream(holder, admin, { ...run, operation: id, rootObjectCount }, operation)
    if (end === 'switched-off') return
    if (end.rootsRead + end.leftOut.bad < rootObjectCount)
      return await askAfresh(holder, end, 'the file does not hold what Shopify counted')
    await finish(holder, end)
  } catch (error) {
    if (!(error instanceof OutsideFailure) || error.code !== 'bulk-file-gone') throw error
    return askAfresh(holder, { ...run, operation: id }, 'the file is gone')
  }
}

async function stream(
  holder: Holder,
  admin: Admin,
  run: Run,
  { url, fileSize }: Extract<Operation, { is: 'ready' }>,
): Promise<Run | 'switched-off'> {
  if (url === null) return run
  const file = await admin.openFile(url, run.byteOffset, run.etag)
  let reached: Run = { ...run, etag: file.etag ?? run.etag }
  for await (const chunk of chunksOf(file.body, run.byteOffset)) {
    if (holder.signal.aborted) throw new OutsideFailure('lease-lost', 'the worker stops')
    const read =
      chunk.kind === 'too-long'
        ? { accounts: [], lines: 1, bad: [{ line: reached.linesRead + 1, reason: 'longer than 5 MB' }], unread: 0 }
        : accountsOf(chunk.bytes, holder, reached.linesRead + 1, chunk.isLast)
    reached = {
      ...reached,
      byteOffset: chunk.end - read.unread,
      linesRead: reached.linesRead + read.lines,
      rootsRead: reached.rootsRead + read.accounts.length,
      leftOut: withLeftOut(reached.leftOut, read.bad, 0),
    }
    const isOn = await withShopBulk(holder.shop, async (tx) => {
      await holder.stillMine(tx)
      if (!(await mayLinkAccounts(tx, holder.shop))) return false
      await storeAccounts(tx, holder.shop, read.accounts, reached.startedAt)
      await noteProgress(tx, holder.shop, reached)
      return true
    })
    if (!isOn) return 'switched-off'
    await turn()
  }
  if (fileSize !== null && reached.byteOffset < fileSize)
    throw new OutsideFailure('shopify-unavailable', 'the bulk file ended early')
  return reached
}

type ReadAccounts = {
  accounts: AccountKeys[]
  lines: number
  bad: { line: number; reason: string }[]
  /** Bytes of a last line that has no end: the next connection reads it. */
  unread: number
}

function accountsOf(bytes: Buffer, { shop }: Holder, firstLine: number, isLast: boolean): ReadAccounts {
  const read: ReadAccounts = { accounts: [], lines: 0, bad: [], unread: 0 }
  for (let from = 0; from < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, from)
    const to = newline < 0 ? bytes.length : newline
    const text = bytes.toString('utf8', from, to).trim()
    if (text !== '') {
      try {
        read.accounts.push(keysIn(JSON.parse(text), shop))
      } catch (error) {
        if (error instanceof SyntaxError && newline < 0 && isLast) return { ...read, unread: bytes.length - from }
        // A parser's message would quote what it could not read.
        if (!(error instanceof BadLine) && !(error instanceof SyntaxError)) throw error
        read.bad.push({ line: firstLine + read.lines, reason: error instanceof BadLine ? error.reason : 'not JSON' })
      }
    }
    read.lines += 1
    from = to + 1
  }
  return read
}

async function finish(holder: Holder, run: Run): Promise<void> {
  const { shop } = holder
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    const problem = run.leftOut.bad > 0 ? { kind: 'bad-lines', detail: String(run.leftOut.bad) } : null
    await finishRun(tx, shop, run.id, { state: 'done', problem })
    if (!(await mayLinkAccounts(tx, shop))) return
    // Who came while the file was written.
    await oweUnread(tx, shop)
    await owe(tx, shop, 'link-accounts', String(shop), {})
  })
}

/** Owes a fetch for accounts that no road has brought: nobody told of them, or they came while everybody was read. */
export async function oweUnread(tx: BulkTx, shop: Holder['shop']): Promise<void> {
  for (const id of await unreadAccounts(tx, shop, MOST_UNREAD)) await owe(tx, shop, 'read-account', id, {})
}

async function askAfresh(holder: Holder, run: Run, why: string): Promise<void | { againInMs: number }> {
  const { shop } = holder
  const discarded = [...(run.problem?.discarded ?? []), ...(run.operation === null ? [] : [run.operation])]
  const problem = { kind: 'bulk-file-gone', detail: why, discarded }
  log.warn({ shop, run: run.id, operation: run.operation ?? undefined }, 'a bulk result cannot be used')
  const isLast = discarded.length > FRESH_OPERATIONS
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    if (isLast) await finishRun(tx, shop, run.id, { state: 'failed', problem })
    else await startOver(tx, shop, run, problem)
  })
  return isLast ? undefined : { againInMs: POLL_MS }
}

/** Reads one account that was touched. */
export async function readAccount(holder: Holder & { entity: Id }): Promise<void> {
  const { shop, entity: id } = holder
  if (!(await withShopBulk(shop, (tx) => mayLinkAccounts(tx, shop)))) return
  const fetchedAt = await fetchStart(shop)
  try {
    const { customer } = await (await adminOf(shop)).ask(AccountByIdDocument, { id: CUSTOMER + id })
    if (customer === null) return
    const keys = keysIn(customer, shop)
    await withShopBulk(shop, async (tx) => {
      await holder.stillMine(tx)
      if (!(await mayLinkAccounts(tx, shop))) return
      const changed = await storeAccounts(tx, shop, [keys], fetchedAt)
      if (changed > 0) await owe(tx, shop, 'link-accounts', String(shop), {}, { inMs: LINKED_WITHIN_MS })
    })
  } catch (error) {
    if (error instanceof BadLine) return log.warn({ shop }, 'an account cannot be read')
    if (!isRefused(error)) throw error
    await withShopBulk(shop, (tx) => noteTrouble(tx, shop, 'accounts', REFUSED))
  }
}
