import { STATE_KEY, STATE_NAMESPACE } from '#app/domain/publication.ts'
import { OutsideFailure } from '#app/errors.ts'
import { StateDefinitionDocument, TaggedLatelyDocument } from '#app/outside/admin.generated.ts'
import { withShopBulk } from '#app/outside/database.server.ts'
import type { BulkTx, ShopId, Tx } from '#app/outside/database.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { readSettings } from '../settings.ts'
import { advanceBulk, operationsOf } from './bulk-road.ts'
import { planGroups, writeIntents } from './plan.ts'
import type { TagsJustRead } from './plan.ts'
import { release } from './confirm.ts'
import { beginRun, endRun, findOpenRun, planUpdate } from './runs.ts'
import type { Run } from './runs.ts'
import { CUSTOMER_GID, sendSingly } from './single-road.ts'

/** What the worker holds while it publishes. */
export type Hold = { stillMine(tx: Tx | BulkTx): Promise<void>; signal: AbortSignal }

/** From this many customers on, Shopify works them off by itself. */
const BULK_FROM = 500
/** The import and Shopify agree up to this long before their last agreement. */
const AGREEMENT_SLACK_MS = 10 * 60_000

/**
 * Brings tags and metafields in Shopify to what the stages say, run by run. Safe to be killed anywhere and begun again:
 * the ledger owns a tag before it is sent, and adding or removing a tag twice changes nothing.
 *
 * @returns when to look again, while Shopify is working
 */
export async function publish(shop: ShopId, hold: Hold): Promise<void | { againInMs: number }> {
  const admin = await adminOf(shop)
  for (;;) {
    if (hold.signal.aborted) return { againInMs: 0 }
    const run = await nextRun(shop, hold)
    if (run === null) return
    if (run.state === 'planned' && !(await begin(shop, run, admin, hold))) continue
    const again = await advance(shop, run, admin, hold)
    if (again) return again
  }
}

/** The run under way, one that was asked for, or a new one where tagging is on and something has changed. */
async function nextRun(shop: ShopId, hold: Hold): Promise<Run | null> {
  return withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    const open = await findOpenRun(tx, shop)
    if (open !== null) return open
    const settings = await readSettings(tx, shop)
    if (!settings.taggingOn) return null
    const groups = await planGroups(tx, { shop, purpose: 'update', settings })
    if (!groups.some((group) => group.changes)) return null
    await planUpdate(tx, shop)
    return findOpenRun(tx, shop)
  })
}

async function isTaggingOn(shop: ShopId): Promise<boolean> {
  return withShopBulk(shop, async (tx) => (await readSettings(tx, shop)).taggingOn)
}

/**
 * Chooses the road, and writes what is to be sent into the ledger. False: settings or stages have changed while Shopify was
 * asked for tags, so that it has to be asked for others.
 */
async function begin(shop: ShopId, run: Run, admin: Admin, hold: Hold): Promise<boolean> {
  if (run.kind === 'start') await defineState(admin)
  const first = await withShopBulk(shop, async (tx) => {
    const settings = await readSettings(tx, shop)
    const groups = await planGroups(tx, { shop, purpose: run.kind, settings })
    const agreed = await tx.query<{ at: number | null }>(
      `SELECT (extract(epoch FROM "syncedAt") * 1000)::float8 AS at FROM "Shop" WHERE shop = $1`,
      [shop],
    )
    return { settings, groups, agreedAt: agreed[0]?.at ?? null }
  })
  const changing = first.groups.filter((group) => group.changes)
  const isBulk = changing.reduce((sum, group) => sum + group.customers, 0) >= BULK_FROM
  const names = new Set(changing.flatMap((group) => group.add))
  const justRead = isBulk ? await readLately(admin, [...names], first.agreedAt) : []
  return withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    const settings = await readSettings(tx, shop)
    const input = { shop, purpose: run.kind, settings, justRead }
    const isWanted = run.kind === 'remove' || settings.taggingOn
    const groups = isWanted ? await planGroups(tx, input) : []
    if (isBulk && groups.some((group) => group.changes && group.add.some((tag) => !names.has(tag)))) return false
    run.state = 'running'
    run.progress = { road: isBulk ? 'bulk' : 'single', refusals: {}, looks: 0 }
    const customers = await writeIntents(tx, input, groups, run.id, isBulk)
    if (isBulk) run.progress.operations = await operationsOf(tx, shop, run.id)
    await beginRun(tx, shop, run.id, customers, run.progress)
    return true
  })
}

/** The metafield's definition, which names it in Shopify's admin; it is there already on every later start. */
async function defineState(admin: Admin): Promise<void> {
  const { metafieldDefinitionCreate: answer } = await admin.change(StateDefinitionDocument, {
    definition: {
      ownerType: 'CUSTOMER',
      namespace: STATE_NAMESPACE,
      key: STATE_KEY,
      type: 'json',
      name: 'Morello segment',
      description: 'The customer’s segment, as the storefront block reads it.',
      access: { admin: 'MERCHANT_READ' },
    },
  })
  const errors = answer?.userErrors ?? []
  if (errors.some((error) => error.code !== 'TAKEN' && error.code !== 'UNSTRUCTURED_ALREADY_EXISTS')) {
    throw new OutsideFailure('shopify-refused', errors.map((error) => error.message).join(' '))
  }
}

/**
 * Tags of customers that carry one of the names we are about to add and that have changed since the import last agreed with
 * Shopify: what the merchant has tagged by hand in the meantime stays the merchant's. Everybody else's tags are known from
 * the import. Single calls read each customer's tags instead.
 */
async function readLately(admin: Admin, names: string[], agreedAt: number | null): Promise<TagsJustRead> {
  const since = new Date(Math.max(0, (agreedAt ?? 0) - AGREEMENT_SLACK_MS)).toISOString()
  const seen = new Map<string, string[]>()
  for (const name of names) {
    const query = `tag:"${name.replace(/["\\]/g, '\\$&')}" updated_at:>='${since}'`
    let after: string | null = null
    for (;;) {
      const { customers }: { customers: LatelyPage } = await admin.ask(TaggedLatelyDocument, { query, after })
      for (const { node } of customers.edges) seen.set(node.id.slice(CUSTOMER_GID.length), node.tags)
      after = customers.pageInfo.endCursor
      if (!customers.pageInfo.hasNextPage || after === null) break
    }
  }
  return [...seen].map(([customer, tags]) => ({ customer, tags }))
}

type LatelyPage = {
  edges: { node: { id: string; tags: string[] } }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

/** Sends what is left of a run; ends it when nothing is, or when tagging was stopped meanwhile. */
async function advance(shop: ShopId, run: Run, admin: Admin, hold: Hold): Promise<void | { againInMs: number }> {
  // A worker that is being stopped leaves the run as it is to the next one.
  if (hold.signal.aborted) return { againInMs: 0 }
  const mayGoOn = async () => run.kind === 'remove' || (await isTaggingOn(shop))
  let isWhole: boolean
  if (run.progress.road === 'bulk') {
    const again = await advanceBulk(shop, run, admin, hold, await mayGoOn())
    if (again) return again
    isWhole = (run.progress.operations ?? []).every((operation) => operation.state === 'done')
  } else {
    const settings = await withShopBulk(shop, (tx) => readSettings(tx, shop))
    const goOn = async () => !hold.signal.aborted && (await mayGoOn())
    isWhole = await sendSingly(shop, run, admin, settings, hold, goOn)
    if (!isWhole && hold.signal.aborted) return { againInMs: 0 }
  }
  const isStopped = !isWhole && !(await mayGoOn())
  await withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    for (const operation of run.progress.operations ?? []) {
      if (operation.state === 'failed' && !operation.isSent) await release(tx, shop, run.id, operation)
    }
    await endRun(tx, shop, run.id, {
      state: isWhole || isStopped ? 'done' : 'failed',
      isWhole,
      refusals: run.progress.refusals ?? {},
      ...(!isWhole && !isStopped && { problem: { kind: 'shopify-unavailable' as const } }),
    })
  })
  // The queue counts the attempts, so that a run that fails is not begun again for ever.
  if (!isWhole && !isStopped) throw new OutsideFailure('shopify-unavailable', `run ${run.id} was given up by Shopify`)
}
