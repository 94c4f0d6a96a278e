/** Few customers: single calls, each on tags read from Shopify a moment before. */
import { STATE_KEY, STATE_NAMESPACE } from '#app/domain/publication.ts'
import {
  StatesDeleteDocument,
  StatesSetDocument,
  TagsAddDocument,
  TagsNowDocument,
  TagsRemoveDocument,
} from '#app/outside/admin.generated.ts'
import { withShopBulk } from '#app/outside/database.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { ROW_COLUMNS, changeOf, writeChanges } from './changes.ts'
import type { Change, Row } from './changes.ts'
import { confirm } from './confirm.ts'
import type { Confirmed } from './confirm.ts'
import type { TaggingSettings } from './names.ts'
import { saveProgress, withRefusals } from './runs.ts'
import type { Operation, Run } from './runs.ts'
import type { Hold } from './publish.ts'

const CHUNK = 50
const AT_ONCE = 4
/** metafieldsSet takes 25. */
const STATES_PER_CALL = 25
export const CUSTOMER_GID = 'gid://shopify/Customer/'

/** A tag that is there already is added to no effect, one that is gone is removed so, and a metafield is set to the same. */
export const REPEATABLE = { isRepeatable: true }

/** What came of a chunk: the customers whose change is done, by kind, and Shopify's words for the others. */
type Outcome = { done: Record<Operation['kind'], Confirmed[]>; refusals: string[] }

/** Sends everything that the run still has to; stops early where `goOn` says so. Answers whether it came to the end. */
export async function sendSingly(
  shop: ShopId,
  run: Run,
  admin: Admin,
  settings: TaggingSettings,
  hold: Hold,
  goOn: () => Promise<boolean>,
): Promise<boolean> {
  let after = '0'
  for (;;) {
    if (!(await goOn())) return false
    const rows = await withShopBulk(shop, (tx) => nextRows(tx, shop, run.id, after))
    if (rows.length === 0) return true
    after = rows.at(-1)!.customer
    const seen = await tagsNow(admin, rows)
    const changes = await withShopBulk(shop, async (tx) => {
      await hold.stillMine(tx)
      const deciding = { settings, isRemoval: run.kind === 'remove', neverUsed: run.progress.neverUsed ?? [] }
      const decided = rows
        .filter((row) => seen.has(row.customer))
        .map((row) => changeOf(row, seen.get(row.customer)!, deciding))
      await writeChanges(tx, shop, run.id, decided, { isLive: false })
      return decided
    })
    const outcome: Outcome = { done: { add: [], remove: [], state: [], clear: [] }, refusals: [] }
    for (let gone = seen.size; gone < rows.length; gone += 1) outcome.refusals.push('Customer does not exist')
    try {
      await sendTags(admin, changes, outcome)
      await sendStates(admin, changes, outcome)
    } finally {
      // Also when Shopify stops answering in the middle: what it has confirmed is written down.
      run.progress.refusals = withRefusals(run.progress.refusals, outcome.refusals)
      await withShopBulk(shop, async (tx) => {
        await hold.stillMine(tx)
        for (const kind of ['remove', 'add', 'state', 'clear'] as const) {
          await confirm(tx, shop, run.id, kind, outcome.done[kind])
        }
        await saveProgress(tx, shop, run.id, { refusals: run.progress.refusals })
      })
    }
  }
}

function nextRows(tx: BulkTx, shop: ShopId, run: number, after: string): Promise<Row[]> {
  return tx.query<Row>(
    `SELECT l.customer::text, ${ROW_COLUMNS}
     FROM "Ledger" l LEFT JOIN "Membership" m ON m.shop = l.shop AND m.customer = l.customer
     WHERE l.shop = $1 AND (l.problem->'pending'->>'run')::int = $2 AND l.customer > $3::bigint
     ORDER BY l.customer LIMIT ${CHUNK}`,
    [shop, run, after],
  )
}

async function tagsNow(admin: Admin, rows: Row[]): Promise<Map<string, string[]>> {
  const { nodes } = await admin.ask(TagsNowDocument, { ids: rows.map((row) => CUSTOMER_GID + row.customer) })
  const seen = new Map<string, string[]>()
  for (const node of nodes) {
    if (node && 'tags' in node) seen.set(node.id.slice(CUSTOMER_GID.length), node.tags)
  }
  return seen
}

async function sendTags(admin: Admin, changes: Change[], outcome: Outcome): Promise<void> {
  const queue = changes.filter((change) => change.add.length > 0 || change.remove.length > 0)
  for (let i = 0; i < queue.length; i += AT_ONCE) {
    const sent = await Promise.allSettled(
      queue.slice(i, i + AT_ONCE).map((change) => sendTagsOf(admin, change, outcome)),
    )
    const failed = sent.find((each) => each.status === 'rejected')
    if (failed) throw failed.reason
  }
}

async function sendTagsOf(admin: Admin, change: Change, outcome: Outcome): Promise<void> {
  const id = CUSTOMER_GID + change.customer
  // Removing first makes room under Shopify's limit of tags per customer.
  if (change.remove.length > 0) {
    const { tagsRemove } = await admin.change(TagsRemoveDocument, { id, tags: change.remove }, REPEATABLE)
    note('remove', change.customer, tagsRemove?.userErrors, toldOf(tagsRemove?.node), outcome)
  }
  if (change.add.length > 0) {
    const { tagsAdd } = await admin.change(TagsAddDocument, { id, tags: change.add }, REPEATABLE)
    note('add', change.customer, tagsAdd?.userErrors, toldOf(tagsAdd?.node), outcome)
  }
}

type Told = Pick<Confirmed, 'updatedAt' | 'tags'>

/** The customer's updatedAt, and after an addition their tags; whatever else a node may be has none. */
export function toldOf(node: object | null | undefined): Told {
  const { updatedAt, tags } = (node ?? {}) as { updatedAt?: string; tags?: string[] }
  return { updatedAt: updatedAt ?? null, tags: tags ?? null }
}

function note(
  kind: Operation['kind'],
  customer: string,
  errors: { message: string }[] | undefined,
  told: Told,
  outcome: Outcome,
): void {
  if (errors && errors.length === 0) outcome.done[kind].push({ customer, ...told })
  else outcome.refusals.push(errors?.[0]?.message ?? 'no answer')
}

async function sendStates(admin: Admin, changes: Change[], outcome: Outcome): Promise<void> {
  const sets = changes.filter((change) => change.state !== null)
  for (let i = 0; i < sets.length; i += STATES_PER_CALL)
    await setStates(admin, sets.slice(i, i + STATES_PER_CALL), outcome)
  const clears = changes.filter((change) => change.clear)
  for (let i = 0; i < clears.length; i += STATES_PER_CALL) {
    const batch = clears.slice(i, i + STATES_PER_CALL)
    const { metafieldsDelete } = await admin.change(
      StatesDeleteDocument,
      { metafields: batch.map(identifierOf) },
      REPEATABLE,
    )
    for (const { customer } of batch) note('clear', customer, metafieldsDelete?.userErrors, toldOf(null), outcome)
  }
}

/** One call for all is atomic: if Shopify refuses it for somebody, each is sent alone. */
async function setStates(admin: Admin, batch: Change[], outcome: Outcome): Promise<void> {
  const metafields = batch.map((change) => ({ ...identifierOf(change), type: 'json', value: change.state! }))
  const { metafieldsSet } = await admin.change(StatesSetDocument, { metafields }, REPEATABLE)
  const errors = metafieldsSet?.userErrors
  if (batch.length > 1 && errors && errors.length > 0) {
    for (const change of batch) await setStates(admin, [change], outcome)
    return
  }
  const owners = new Map(
    (metafieldsSet?.metafields ?? []).flatMap(({ owner }) =>
      'updatedAt' in owner ? [[owner.id.slice(CUSTOMER_GID.length), owner] as const] : [],
    ),
  )
  for (const { customer } of batch) note('state', customer, errors, toldOf(owners.get(customer)), outcome)
}

/** Where a customer's state is kept. */
export function identifierOf({ customer }: { customer: string }) {
  return { ownerId: CUSTOMER_GID + customer, namespace: STATE_NAMESPACE, key: STATE_KEY }
}
