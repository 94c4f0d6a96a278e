/** Many customers: files of lines that Shopify works off by itself, a few at once, and result files read back. */
import { print } from 'graphql'
import { STATE_KEY, STATE_NAMESPACE } from '#app/domain/publication.ts'
import { Bug, OutsideFailure } from '#app/errors.ts'
import {
  BulkChangeDocument,
  BulkChangeStatusDocument,
  StatesDeleteDocument,
  StatesSetDocument,
  TagsAddDocument,
  TagsRemoveDocument,
} from '#app/outside/admin.generated.ts'
import { withShopBulk } from '#app/outside/database.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { uploadLines } from '../bulk-change.ts'
import { readResults } from './bulk-results.ts'
import { saveProgress } from './runs.ts'
import type { Operation, Run } from './runs.ts'
import type { Hold } from './publish.ts'
import { CUSTOMER_GID } from './single-road.ts'

/** Lines of one file; under 20 MB for the longest kind, Shopify's limit is 100 MB. */
const LINES_PER_FILE = 50_000
/** Shopify runs five at once; the import may need one. */
const AT_ONCE = 4
const TRIES = 3
const FIRST_LOOK_MS = 1000
const LONGEST_LOOK_MS = 20_000

// Removals come first: they make room under Shopify's limit of tags per customer.
const KINDS: Operation['kind'][] = ['remove', 'add', 'state', 'clear']

const MUTATION_OF: Record<Operation['kind'], string> = {
  remove: print(TagsRemoveDocument),
  add: print(TagsAddDocument),
  state: print(StatesSetDocument),
  clear: print(StatesDeleteDocument),
}

/** The operations that a run's intents need, in the order in which they are started. */
export async function operationsOf(tx: BulkTx, shop: ShopId, run: number): Promise<Operation[]> {
  const operations: Operation[] = []
  for (const kind of KINDS) {
    const ends = await tx.query<{ upTo: string }>(
      `SELECT max(customer)::text AS "upTo" FROM (
         SELECT customer, (row_number() OVER (ORDER BY customer) - 1) / ${LINES_PER_FILE} AS part FROM "Ledger"
         WHERE shop = $1 AND (problem->'pending'->>'run')::int = $2 AND problem->'pending' ? $3
       ) AS lines GROUP BY part ORDER BY part`,
      [shop, run, kind],
    )
    let after = '0'
    for (const { upTo } of ends) {
      operations.push({ kind, after, upTo, operation: null, isSent: false, state: 'planned', tries: 0 })
      after = upTo
    }
  }
  return operations
}

/** One look at everything under way. Null: all operations have come to an end; else when to look again. */
export async function advanceBulk(
  shop: ShopId,
  run: Run,
  admin: Admin,
  hold: Hold,
  mayStart: boolean,
): Promise<{ againInMs: number } | null> {
  const operations = run.progress.operations ?? []
  for (const operation of operations) {
    if (operation.state === 'running') await look(shop, run, admin, hold, operation)
  }
  let running = operations.filter((operation) => operation.state === 'running').length
  for (const operation of operations) {
    if (operation.state !== 'planned') continue
    if (!mayStart) {
      operation.state = 'failed'
      continue
    }
    if (running >= AT_ONCE) break
    const started = await start(shop, run, admin, hold, operation)
    if (started === 'full') break
    if (started === 'running') running += 1
  }
  run.progress.looks = (run.progress.looks ?? 0) + 1
  await save(shop, run, hold)
  if (operations.every((operation) => operation.state === 'done' || operation.state === 'failed')) return null
  return { againInMs: Math.min(LONGEST_LOOK_MS, FIRST_LOOK_MS * 1.3 ** run.progress.looks) }
}

async function save(shop: ShopId, run: Run, hold: Hold): Promise<void> {
  const { operations, refusals, looks } = run.progress
  await withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    await saveProgress(tx, shop, run.id, { operations, refusals, looks })
  })
}

/** Starts one operation; full: Shopify runs as many as it may. Sending the same lines twice does no harm. */
async function start(
  shop: ShopId,
  run: Run,
  admin: Admin,
  hold: Hold,
  operation: Operation,
): Promise<'running' | 'nothing-to-send' | 'full'> {
  const lines = await withShopBulk(shop, (tx) => linesOf(tx, shop, run.id, operation))
  if (lines === '') {
    operation.state = 'done'
    return 'nothing-to-send'
  }
  const stagedUploadPath = await uploadLines(admin, lines, `${operation.kind}-${run.id}-${operation.after}.jsonl`)
  const wasSent = operation.isSent
  operation.isSent = true
  await save(shop, run, hold)
  const { bulkOperationRunMutation: answer } = await admin.change(BulkChangeDocument, {
    mutation: MUTATION_OF[operation.kind],
    stagedUploadPath,
  })
  const errors = answer?.userErrors ?? []
  if (errors.some((error) => error.code === 'OPERATION_IN_PROGRESS' || error.code === 'LIMIT_REACHED')) {
    operation.isSent = wasSent
    return 'full'
  }
  if (!answer?.bulkOperation) {
    throw new OutsideFailure('shopify-refused', errors.map((error) => error.message).join(' ') || 'no bulk operation')
  }
  operation.operation = answer.bulkOperation.id
  operation.state = 'running'
  run.progress.looks = 0
  await save(shop, run, hold)
  return 'running'
}

type Line = { customer: string; add: string[] | null; remove: string[] | null; state: string | null }

async function linesOf(tx: BulkTx, shop: ShopId, run: number, { kind, after, upTo }: Operation): Promise<string> {
  const rows = await tx.query<Line>(
    `SELECT customer::text, problem->'pending'->'add' AS add, problem->'pending'->'remove' AS remove,
       problem->'pending'->>'state' AS state
     FROM "Ledger"
     WHERE shop = $1 AND (problem->'pending'->>'run')::int = $2 AND problem->'pending' ? $3
       AND customer > $4::bigint AND customer <= $5::bigint ORDER BY customer`,
    [shop, run, kind, after, upTo],
  )
  return rows.map((row) => `${JSON.stringify(variablesOf(kind, row))}\n`).join('')
}

function variablesOf(kind: Operation['kind'], { customer, add, remove, state }: Line): unknown {
  const id = CUSTOMER_GID + customer
  if (kind === 'add') return { id, tags: add }
  if (kind === 'remove') return { id, tags: remove }
  const identifier = { ownerId: id, namespace: STATE_NAMESPACE, key: STATE_KEY }
  return { metafields: [kind === 'state' ? { ...identifier, type: 'json', value: state } : identifier] }
}

/** Reads the result of an operation that has ended; one that Shopify gave up is started again, up to three times. */
async function look(shop: ShopId, run: Run, admin: Admin, hold: Hold, operation: Operation): Promise<void> {
  if (operation.operation === null) throw new Bug(`run ${run.id}: an operation is running without an id`)
  const { bulkOperation: told } = await admin.ask(BulkChangeStatusDocument, { id: operation.operation })
  if (told && (told.status === 'CREATED' || told.status === 'RUNNING' || told.status === 'CANCELING')) return
  const isWhole = told?.status === 'COMPLETED'
  const url = told?.url ?? told?.partialDataUrl ?? null
  const isRead = url === null ? isWhole : await wasRead(readResults(shop, run, admin, hold, operation, url))
  if (isWhole && isRead) {
    operation.state = 'done'
  } else {
    operation.tries += 1
    operation.state = operation.tries < TRIES ? 'planned' : 'failed'
    operation.operation = null
  }
  run.progress.looks = 0
  await save(shop, run, hold)
}

/** A result that is gone is no harm: the lines that it would have confirmed are sent once more. */
async function wasRead(reading: Promise<void>): Promise<boolean> {
  try {
    await reading
    return true
  } catch (error) {
    if (error instanceof OutsideFailure && error.code === 'bulk-file-gone') return false
    throw error
  }
}
