import { STATE_KEY, STATE_NAMESPACE } from '#app/domain/publication.ts'
import { Bug, OutsideFailure } from '#app/errors.ts'
import { StateDefinitionDocument, TaggedLatelyDocument } from '#app/outside/admin.generated.ts'
import { withShopBulk } from '#app/outside/database.server.ts'
import type { BulkTx, ShopId, Tx } from '#app/outside/database.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { readSettings } from '../settings.ts'
import { advanceBulk, operationsOf } from './bulk-road.ts'
import { IS_IN_FLIGHT, planGroups, writeIntents } from './plan.ts'
import type { TagsJustRead } from './plan.ts'
import { release } from './confirm.ts'
import { lockIntents, neverUsedNames, taggingSettings } from './names.ts'
import { beginRun, endRun, findOpenRun, planUpdate } from './runs.ts'
import type { Run } from './runs.ts'
import { CUSTOMER_GID, sendSingly } from './single-road.ts'
import { namesToAdd, writeUndo } from './undo.ts'

/** What the worker holds while it publishes. */
export type Hold = { stillMine(tx: Tx | BulkTx): Promise<void>; signal: AbortSignal }

/** From this many customers on, Shopify works them off by itself. */
const BULK_FROM = 500
/** The import and Shopify agree up to this long before their last agreement. */
const AGREEMENT_SLACK_MS = 10 * 60_000
/** Customers published alone are done this soon. */
const IN_FLIGHT_MS = 500
const AFTER_TROUBLE_MS = 5000

/**
 * Brings tags and metafields in Shopify to what the stages say, run by run. Safe to be killed anywhere and begun again:
 * the ledger owns a tag before it is sent, and adding or removing a tag twice changes nothing.
 *
 * @returns when to look again, while Shopify is working
 */
export async function publish(shop: ShopId, hold: Hold): Promise<void | { againInMs: number }> {
  const admin = await adminOf(shop)
  const before = await doneSoFar(shop)
  try {
    return await publishRuns(shop, admin, hold)
  } catch (error) {
    // A run that gets on is no failing one: its attempts are for when nothing moves.
    if (error instanceof OutsideFailure && error.code !== 'lease-lost' && (await doneSoFar(shop)) > before) {
      return { againInMs: error.retryAfterMs ?? AFTER_TROUBLE_MS }
    }
    throw error
  }
}

async function publishRuns(shop: ShopId, admin: Admin, hold: Hold): Promise<void | { againInMs: number }> {
  for (;;) {
    if (hold.signal.aborted) return { againInMs: 0 }
    const run = await nextRun(shop, hold)
    if (run === null) return
    if (run.state === 'planned') {
      const begun = await begin(shop, run, admin, hold)
      if (begun === 'in-flight') return { againInMs: IN_FLIGHT_MS }
      if (begun === 'outdated') continue
    }
    const again = await advance(shop, run, admin, hold)
    if (again) return again
  }
}

/** Changes that Shopify has ever confirmed. */
async function doneSoFar(shop: ShopId): Promise<number> {
  return withShopBulk(shop, async (tx) => {
    const rows = await tx.query<{ done: number }>(
      `SELECT coalesce(sum("tagsAdded" + "tagsRemoved" + "statesWritten"), 0)::float8 AS done FROM "PublicationRun"
       WHERE shop = $1 AND kind <> 'live'`,
      [shop],
    )
    return rows[0]!.done
  })
}

/** The run under way, one that was asked for, or a new one where tagging is on and something has changed. */
async function nextRun(shop: ShopId, hold: Hold): Promise<Run | null> {
  return withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    const open = await findOpenRun(tx, shop)
    if (open !== null) return open
    const settings = await taggingSettings(tx, shop)
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
 * Chooses the road, and writes what is to be sent into the ledger. outdated: settings or stages have changed while Shopify
 * was asked for tags, so that it has to be asked for others; in-flight: a customer published alone has to be done first.
 */
async function begin(shop: ShopId, run: Run, admin: Admin, hold: Hold): Promise<'begun' | 'outdated' | 'in-flight'> {
  if (run.kind === 'start') await defineState(admin)
  if (run.kind === 'undo') return beginUndo(shop, run, admin, hold)
  const purpose = run.kind
  const first = await withShopBulk(shop, async (tx) => {
    const settings = await taggingSettings(tx, shop)
    const groups = await planGroups(tx, { shop, purpose, settings })
    return { settings, groups, agreedAt: await lastAgreement(tx, shop) }
  })
  const changing = first.groups.filter((group) => group.changes)
  const isBulk = changing.reduce((sum, group) => sum + group.customers, 0) >= BULK_FROM
  const names = new Set(changing.flatMap((group) => group.add))
  const justRead = isBulk ? await readLately(admin, [...names], first.agreedAt) : []
  return withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    await lockIntents(tx, shop, 'whole')
    if (purpose === 'remove' && (await isAnyInFlight(tx, shop))) return 'in-flight'
    const settings = await taggingSettings(tx, shop)
    const input = { shop, purpose, settings, justRead }
    const isWanted = purpose === 'remove' || settings.taggingOn
    const groups = isWanted ? await planGroups(tx, input) : []
    if (isBulk && groups.some((group) => group.changes && group.add.some((tag) => !names.has(tag)))) return 'outdated'
    run.state = 'running'
    const neverUsed = await neverUsedNames(tx, shop, settings)
    run.progress = { road: isBulk ? 'bulk' : 'single', refusals: {}, looks: 0, neverUsed }
    const customers = await writeIntents(tx, input, groups, run.id, isBulk)
    if (isBulk) run.progress.operations = await operationsOf(tx, shop, run.id)
    await beginRun(tx, shop, run.id, customers, run.progress)
    return 'begun'
  })
}

/** When the import and Shopify last agreed; null: never. */
async function lastAgreement(tx: BulkTx, shop: ShopId): Promise<number | null> {
  const agreed = await tx.query<{ at: number | null }>(
    `SELECT (extract(epoch FROM "syncedAt") * 1000)::float8 AS at FROM "Shop" WHERE shop = $1`,
    [shop],
  )
  return agreed[0]?.at ?? null
}

async function isAnyInFlight(tx: BulkTx, shop: ShopId): Promise<boolean> {
  const rows = await tx.query<{ is: boolean }>(
    `SELECT EXISTS (SELECT FROM "Ledger" l WHERE l.shop = $1 AND ${IS_IN_FLIGHT}) AS is`,
    [shop],
  )
  return rows[0]!.is
}

/** Always by bulk mutations: it is one road for few and for many, and what it sends is known beforehand. */
async function beginUndo(
  shop: ShopId,
  run: Run,
  admin: Admin,
  hold: Hold,
): Promise<'begun' | 'outdated' | 'in-flight'> {
  const undone = run.progress.undoes
  if (undone === undefined) throw new Bug(`run ${run.id}: an undo of nothing`)
  const first = await withShopBulk(shop, async (tx) => ({
    names: await namesToAdd(tx, shop, undone),
    agreedAt: await lastAgreement(tx, shop),
  }))
  const justRead = await readLately(admin, first.names, first.agreedAt)
  return withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    await lockIntents(tx, shop, 'whole')
    if (await isAnyInFlight(tx, shop)) return 'in-flight'
    run.state = 'running'
    const customers = await writeUndo(tx, shop, run.id, undone, justRead)
    run.progress = { ...run.progress, road: 'bulk', refusals: {}, looks: 0 }
    run.progress.operations = await operationsOf(tx, shop, run.id)
    await beginRun(tx, shop, run.id, customers, run.progress)
    return 'begun'
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
  const mayGoOn = async () => run.kind === 'remove' || run.kind === 'undo' || (await isTaggingOn(shop))
  let isWhole: boolean
  if (run.progress.road === 'bulk') {
    const again = await advanceBulk(shop, run, admin, hold, await mayGoOn())
    if (again) return again
    isWhole = (run.progress.operations ?? []).every((operation) => operation.state === 'done')
  } else {
    const settings = await withShopBulk(shop, (tx) => taggingSettings(tx, shop))
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
