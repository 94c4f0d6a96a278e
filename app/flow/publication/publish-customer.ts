/** One touched customer, within seconds, beside whatever whole-shop run is under way. */
import type { Id, Instant } from '#app/domain/order.ts'
import { desiredState, desiredTags, wantedOf } from '#app/domain/publication.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import { CustomerMoveDocument, TagsNowDocument } from '#app/outside/admin.generated.ts'
import type { CustomerMoveMutation } from '#app/outside/admin.generated.ts'
import { withShopBulk } from '#app/outside/database.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { ROW_COLUMNS, changeOf, isSomething, writeChanges } from './changes.ts'
import type { Change, Row } from './changes.ts'
import { confirm } from './confirm.ts'
import { liveRun, noteMove } from './live-run.ts'
import { lockIntents, neverUsedNames, taggingSettings, type TaggingSettings } from './names.ts'
import type { Operation } from './runs.ts'
import { CUSTOMER_GID, REPEATABLE, identifierOf, toldOf } from './single-road.ts'
import type { Hold } from './publish.ts'

/** Shopify's answer is older than our own last write: it is asked again after this, and believed from a minute on. */
const STALE_MS = 1000

type Seen = { tags: string[]; updatedAt: Instant }
type Begun = { run: number; change: Change }
type Answers = Partial<Record<Operation['kind'], { words: string | null; told: ReturnType<typeof toldOf> }>>

/**
 * Brings one customer's tags and metafield to what their stage says, with one look at their tags and one mutation where
 * something may differ, and notices what somebody else has done to them. Safe to be killed anywhere, as a run is. A customer whom an open
 * run is about to change is left to that run, which looks at everybody again when it ends.
 */
export async function publishCustomer(shop: ShopId, customer: Id, hold: Hold): Promise<void | { againInMs: number }> {
  if (!(await withShopBulk(shop, (tx) => maySomethingDiffer(tx, shop, customer)))) return
  const admin = await adminOf(shop)
  for (;;) {
    if (hold.signal.aborted) return { againInMs: 0 }
    const seen = await tagsNow(admin, customer)
    if (seen === null) return
    const begun = await begin(shop, customer, seen, hold)
    if (begun === 'stale') return { againInMs: STALE_MS }
    if (begun === null) return
    const answers = await send(admin, begun.change)
    await end(shop, begun, answers, hold)
    // Looked at again only now: a stage that changed while Shopify was asked passed this customer by in the run.
    if (!isBereft(begun.change, answers) && (await isStillWanted(shop, customer, begun.change.wanted))) return
  }
}

type Known = { echoAt: Instant | null; isEchoYoung: boolean; updatedAt: Instant | null }
type ToPublish = Known & { row: Row; settings: TaggingSettings }

/** Null: tagging is off, nothing is known of the customer, or an open run has them. */
async function toPublish(tx: BulkTx, shop: ShopId, customer: Id): Promise<ToPublish | null> {
  const settings = await taggingSettings(tx, shop)
  if (!settings.taggingOn) return null
  const rows = await tx.query<Row & Known & { isOfOpenRun: boolean }>(
    // A run that nobody is going to take further holds nobody.
    `SELECT c.customer::text, ${ROW_COLUMNS}, (extract(epoch FROM l."echoAt") * 1000)::float8 AS "echoAt",
       coalesce(l."writtenAt" > now() - interval '1 minute', false) AS "isEchoYoung",
       (extract(epoch FROM s."updatedAt") * 1000)::float8 AS "updatedAt",
       EXISTS (SELECT FROM "PublicationRun" r WHERE r.shop = $1 AND r.id = (l.problem->'pending'->>'run')::int
         AND r.state IN ('planned', 'running') AND EXISTS (
           SELECT FROM "Work" w WHERE w.shop = $1 AND w.kind = 'publish' AND w.state IN ('waiting', 'running'))
       ) AS "isOfOpenRun"
     FROM (SELECT $2::bigint AS customer) c
     LEFT JOIN "Customer" s ON s.shop = $1 AND s.id = c.customer
     LEFT JOIN "Ledger" l ON l.shop = $1 AND l.customer = c.customer
     LEFT JOIN "Membership" m ON m.shop = $1 AND m.customer = c.customer`,
    [shop, customer],
  )
  const row = rows[0]!
  if (row.isOfOpenRun || (row.tags === null && row.stage === null)) return null
  return { row, settings, echoAt: row.echoAt, isEchoYoung: row.isEchoYoung, updatedAt: row.updatedAt }
}

/** Whether Shopify has to be asked: not where the tags stored since our last write, or else the ledger, are as wanted. */
async function maySomethingDiffer(tx: BulkTx, shop: ShopId, customer: Id): Promise<boolean> {
  const found = await toPublish(tx, shop, customer)
  if (found === null) return false
  if (found.row.tags === null || found.row.pending !== null) return true
  const stored = await tx.query<{ tags: string[] }>(
    `SELECT c.tags FROM "Customer" c JOIN "Ledger" l ON l.shop = c.shop AND l.customer = c.id
     WHERE c.shop = $1 AND c.id = $2 AND (c."fetchedAt" > l."writtenAt" OR c."updatedAt" > l."echoAt")`,
    [shop, customer],
  )
  const neverUsed = await neverUsedNames(tx, shop, found.settings)
  const change = changeOf(found.row, stored[0]?.tags ?? null, { settings: found.settings, isRemoval: false, neverUsed })
  return isSomething(change) || change.noticed.removed.length > 0 || change.noticed.added.length > 0
}

async function tagsNow(admin: Admin, customer: Id): Promise<Seen | null> {
  const { nodes } = await admin.ask(TagsNowDocument, { ids: [CUSTOMER_GID + customer] })
  const node = nodes[0]
  return node && 'tags' in node ? { tags: node.tags, updatedAt: Date.parse(node.updatedAt) } : null
}

/** Writes down what is about to be sent; null: nothing is. */
async function begin(shop: ShopId, customer: Id, seen: Seen, hold: Hold): Promise<Begun | 'stale' | null> {
  return withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    await lockIntents(tx, shop, 'one')
    await tx.query('SELECT 1 FROM "Ledger" WHERE shop = $1 AND customer = $2 FOR UPDATE', [shop, customer])
    const found = await toPublish(tx, shop, customer)
    if (found === null) return null
    const { row, settings, echoAt, updatedAt } = found
    if (echoAt !== null && seen.updatedAt < echoAt && found.isEchoYoung) return 'stale'
    // Somebody else has written since we looked last; once ours is written too, their ring would pass for its echo.
    if (updatedAt !== null && seen.updatedAt > Math.max(updatedAt, echoAt ?? 0))
      await owe(tx, shop, 'refresh-customer', customer, {})
    const neverUsed = await neverUsedNames(tx, shop, settings)
    const change = changeOf(row, seen.tags, { settings, isRemoval: false, neverUsed })
    const run = await liveRun(tx, shop)
    await writeChanges(tx, shop, run, [change], { isLive: true })
    return isSomething(change) ? { run, change } : null
  })
}

async function send(admin: Admin, { customer, add, remove, state, clear }: Change): Promise<Answers> {
  const id = CUSTOMER_GID + customer
  const metafield = identifierOf({ customer })
  const answer = await admin.change(
    CustomerMoveDocument,
    {
      id,
      state: state === null ? [] : [{ ...metafield, type: 'json', value: state }],
      setsState: state !== null,
      cleared: clear ? [metafield] : [],
      clearsState: clear,
      remove,
      removes: remove.length > 0,
      add,
      adds: add.length > 0,
    },
    REPEATABLE,
  )
  return answersOf(answer, { add, remove, state, clear })
}

function answersOf(
  { metafieldsSet, metafieldsDelete, tagsRemove, tagsAdd }: CustomerMoveMutation,
  { add, remove, state, clear }: Pick<Change, 'add' | 'remove' | 'state' | 'clear'>,
): Answers {
  const of = (
    answer: { userErrors: { message: string }[] } | null | undefined,
    node: Parameters<typeof toldOf>[0],
  ) => ({
    words: answer ? (answer.userErrors[0]?.message ?? null) : 'no answer',
    told: toldOf(node),
  })
  return {
    ...(state !== null && { state: of(metafieldsSet, metafieldsSet?.metafields?.[0]?.owner) }),
    ...(clear && { clear: of(metafieldsDelete, null) }),
    ...(remove.length > 0 && { remove: of(tagsRemove, tagsRemove?.node) }),
    ...(add.length > 0 && { add: of(tagsAdd, tagsAdd?.node) }),
  }
}

/** Whether somebody took a tag of ours off between our look and our write. */
function isBereft({ owned, remove }: Change, { add }: Answers): boolean {
  if (!add?.told.tags || add.words !== null) return false
  const there = new Set(add.told.tags.map(tagKeyOf))
  return owned.some((tag) => !remove.includes(tag) && !there.has(tagKeyOf(tag)))
}

/** Writes what Shopify has confirmed; what it has refused is noted, and a refused tag is not ours. */
async function end(shop: ShopId, { run, change }: Begun, answers: Answers, hold: Hold): Promise<void> {
  const { customer } = change
  const words: string[] = []
  await withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    for (const [kind, answer] of Object.entries(answers) as [Operation['kind'], NonNullable<Answers['add']>][]) {
      if (answer.words === null) await confirm(tx, shop, run, kind, [{ customer, ...answer.told }])
      else words.push(answer.words)
    }
    if (words.length > 0) {
      await tx.query(
        `UPDATE "Ledger" SET
           tags = ARRAY(SELECT tag FROM unnest(tags) AS tag WHERE NOT coalesce(problem->'pending'->'add' ? tag, false)),
           problem = jsonb_build_object('refused', jsonb_build_object('wanted', problem->'pending'->'wanted'))
         WHERE shop = $1 AND customer = $2 AND (problem->'pending'->>'run')::int = $3`,
        [shop, customer, run],
      )
    }
    await noteMove(tx, shop, run, words)
  })
}

async function isStillWanted(shop: ShopId, customer: Id, wanted: string): Promise<boolean> {
  return withShopBulk(shop, async (tx) => {
    const found = await toPublish(tx, shop, customer)
    if (found === null) return true
    const { stage, tier, since, own } = found.row
    const desired = desiredTags(stage, tier ?? 'none', found.settings, own ?? [])
    return wanted === wantedOf(desired, stage === null ? null : desiredState(stage, [], since ?? 0))
  })
}
