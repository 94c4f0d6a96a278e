/** Few customers: single calls, each on tags read from Shopify a moment before. */
import {
  STATE_KEY,
  STATE_NAMESPACE,
  allTags,
  desiredState,
  desiredTags,
  showsTheSame,
  tagChange,
  wantedOf,
} from '#app/domain/publication.ts'
import type { CherryTier } from '#app/domain/cherry-picker.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import type { SettingsData } from '#app/domain/settings.ts'
import type { Stage } from '#app/domain/stages.ts'
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
import { confirm } from './confirm.ts'
import { saveProgress, withRefusals } from './runs.ts'
import type { Operation, Run } from './runs.ts'
import type { Hold } from './publish.ts'

const CHUNK = 50
const AT_ONCE = 4
/** metafieldsSet takes 25. */
const STATES_PER_CALL = 25
export const CUSTOMER_GID = 'gid://shopify/Customer/'

/** A tag that is there already is added to no effect, one that is gone is removed so, and a metafield is set to the same. */
const REPEATABLE = { isRepeatable: true }

type Pending = { run: number; add?: string[]; remove?: string[]; state?: string; clear?: true }

type Row = {
  customer: string
  tags: string[]
  preexisting: string[]
  state: string | null
  pending: Pending
  stage: Stage | null
  tier: CherryTier | null
  since: number | null
}

type Change = {
  customer: string
  add: string[]
  remove: string[]
  owned: string[]
  preexisting: string[]
  wanted: string
  state: string | null
  clear: boolean
}

/** What came of a chunk: the customers whose change is done, by kind, and Shopify's words for the others. */
type Outcome = { done: Record<Operation['kind'], string[]>; refusals: string[] }

/** Sends everything that the run still has to; stops early where `goOn` says so. Answers whether it came to the end. */
export async function sendSingly(
  shop: ShopId,
  run: Run,
  admin: Admin,
  settings: SettingsData,
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
    const changes = rows
      .filter((row) => seen.has(row.customer))
      .map((row) => changeOf(row, seen.get(row.customer)!, run, settings))
    await withShopBulk(shop, async (tx) => {
      await hold.stillMine(tx)
      await writeChanges(tx, shop, run.id, changes)
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
        for (const kind of ['add', 'remove', 'state', 'clear'] as const) {
          await confirm(tx, shop, run.id, kind, outcome.done[kind])
        }
        await saveProgress(tx, shop, run.id, { refusals: run.progress.refusals })
      })
    }
  }
}

function nextRows(tx: BulkTx, shop: ShopId, run: number, after: string): Promise<Row[]> {
  return tx.query<Row>(
    `SELECT l.customer::text, l.tags, l.preexisting, l.state, l.problem->'pending' AS pending, m.stage,
       m."cherryPicker" AS tier, (extract(epoch FROM m."stageSince") * 1000)::float8 AS since
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

function changeOf(row: Row, observed: string[], run: Run, settings: SettingsData): Change {
  const isRemoval = run.kind === 'remove' || row.stage === null
  const desired = isRemoval ? [] : desiredTags(row.stage!, row.tier ?? 'none', settings)
  const wantedState = isRemoval ? null : desiredState(row.stage!, [], row.since ?? 0)
  const mustState =
    row.pending.state !== undefined || row.pending.clear === true || !showsTheSame(row.state, wantedState)
  const names = new Set([...allTags(settings), ...row.tags, ...row.preexisting].map(tagKeyOf))
  const ours = observed.filter((tag) => names.has(tagKeyOf(tag)))
  const change = tagChange(desired, { owned: row.tags, preexisting: row.preexisting, observed: ours, how: 'fresh' })
  return {
    customer: row.customer,
    ...change,
    wanted: wantedOf(desired, wantedState),
    state: mustState ? wantedState : null,
    clear: mustState && wantedState === null,
  }
}

/** Ownership before sending: whatever happens from here on, what we add is known to be ours. */
async function writeChanges(tx: BulkTx, shop: ShopId, run: number, changes: Change[]): Promise<void> {
  const rows = changes.map(({ customer, owned, preexisting, add, remove, wanted, state, clear }) => {
    const pending = {
      run,
      wanted,
      ...(add.length > 0 && { add }),
      ...(remove.length > 0 && { remove }),
      ...(state !== null && { state }),
      ...(clear && { clear }),
    }
    const isNothing = Object.keys(pending).length === 2
    return { customer, owned, preexisting, problem: isNothing ? null : { pending } }
  })
  await tx.query(
    `UPDATE "Ledger" l SET tags = c.owned, preexisting = c.preexisting, problem = c.problem, "writtenAt" = now()
     FROM jsonb_to_recordset($2::jsonb) AS c(customer bigint, owned text[], preexisting text[], problem jsonb)
     WHERE l.shop = $1 AND l.customer = c.customer`,
    [shop, JSON.stringify(rows)],
  )
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
    note('remove', change.customer, tagsRemove?.userErrors, outcome)
  }
  if (change.add.length > 0) {
    const { tagsAdd } = await admin.change(TagsAddDocument, { id, tags: change.add }, REPEATABLE)
    note('add', change.customer, tagsAdd?.userErrors, outcome)
  }
}

function note(
  kind: Operation['kind'],
  customer: string,
  errors: { message: string }[] | undefined,
  outcome: Outcome,
): void {
  if (errors && errors.length === 0) outcome.done[kind].push(customer)
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
    for (const { customer } of batch) note('clear', customer, metafieldsDelete?.userErrors, outcome)
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
  for (const { customer } of batch) note('state', customer, errors, outcome)
}

function identifierOf({ customer }: { customer: string }) {
  return { ownerId: CUSTOMER_GID + customer, namespace: STATE_NAMESPACE, key: STATE_KEY }
}
