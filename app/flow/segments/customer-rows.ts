import { gapDaysOf, factsOf, occasionsOf } from '#app/domain/occasions.ts'
import { countedFacts } from '#app/domain/limited.ts'
import { whyLeftOut, type Instant } from '#app/domain/order.ts'
import type { CustomerRow, SegmentKey, WatchPage } from '#app/domain/pages.ts'
import { PICKER_TIERS, type CherryTier } from '#app/domain/cherry-picker.ts'
import type { Thresholds } from '#app/domain/stages.ts'
import { stageReason } from '#app/domain/stages.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { evidenceOf, ordersOf } from './customer-orders.ts'
import { customerOutlooks } from './outlook.ts'
import { moneyOf, readShopState, workedOut, type ShopState } from './shop-state.ts'

/** People on one page of a list. */
const PAGE_ROWS = 50

type CustomerList = { rows: CustomerRow[]; total: number }

/** Instants of a customer's valid orders as of a moment, oldest first, by customer id. */
export async function validTimes(
  tx: Tx,
  shop: ShopId,
  customers: bigint[],
  state: ShopState,
  asOfs: ReadonlyMap<string, Instant>,
): Promise<Map<string, Instant[]>> {
  const orders = await tx.order.findMany({
    where: { shop, customer: { in: customers } },
    select: {
      customer: true,
      processedAt: true,
      isTest: true,
      cancelledAt: true,
      financialStatus: true,
      subtotalMinor: true,
      currency: true,
    },
    orderBy: { processedAt: 'asc' },
  })
  const times = new Map<string, Instant[]>(customers.map((customer) => [String(customer), []]))
  for (const order of orders) {
    const facts = {
      ...order,
      customer: String(order.customer),
      orderedAt: order.processedAt.getTime(),
      cancelledAt: order.cancelledAt?.getTime() ?? null,
      subtotalMinor: Number(order.subtotalMinor),
    }
    const asOf = asOfs.get(facts.customer) ?? -Infinity
    if (whyLeftOut(facts, asOf, state.settings.orderRule, state.currency ?? '') === null)
      times.get(facts.customer)!.push(facts.orderedAt)
  }
  return times
}

type FactRow = {
  customer: bigint
  n: number
  lastAt: Date | null
  netMinor: bigint
  lastTitle: string | null
  stageSince: Date
  decidedAt: Date
  cherryPicker: CherryTier
}

/** Rows of a list with their reasons, in the order of the ids; under other thresholds than the saved ones if given. */
export async function customerRows(
  tx: Tx,
  shop: ShopId,
  ids: readonly bigint[],
  state: ShopState,
  thresholds: Thresholds = state.settings.thresholds,
): Promise<CustomerRow[]> {
  if (ids.length === 0) return []
  const { asOf: runAt, estimates } = workedOut(shop, state)
  const customers = [...ids]
  const facts = await tx.$queryRaw<FactRow[]>`
    SELECT f."customer", f."n", f."lastAt", f."netMinor", m."stageSince", m."decidedAt", m."cherryPicker",
      (SELECT l."title" FROM "Line" l WHERE l."shop" = f."shop" AND l."order" = f."lastOrder" ORDER BY l."id" LIMIT 1)
        AS "lastTitle"
    FROM "CustomerFeatures" f JOIN "Membership" m ON m."shop" = f."shop" AND m."customer" = f."customer"
    WHERE f."shop" = ${shop} AND f."customer" = ANY(${customers}::bigint[])`
  // An order may have moved somebody alone since the run over the whole shop.
  const asOfs = new Map(facts.map((row) => [String(row.customer), Math.max(runAt, row.decidedAt.getTime())]))
  // Where older orders are hidden, those that are here do not make up anybody's history.
  const times = state.isLimited ? null : await validTimes(tx, shop, customers, state, asOfs)
  const factOf = new Map(facts.map((row) => [String(row.customer), row]))
  return customers.flatMap((id) => {
    const customer = String(id)
    const fact = factOf.get(customer)
    if (!fact) return []
    const occasions = times && occasionsOf(times.get(customer)!)
    return {
      customer,
      orders: fact.n,
      spent: moneyOf(state, Number(fact.netMinor)),
      lastTitle: fact.lastTitle,
      since: fact.stageSince.getTime(),
      reason: stageReason(
        occasions ? factsOf(occasions) : countedFacts(fact.n, fact.lastAt?.getTime() ?? null),
        asOfs.get(customer)!,
        estimates,
        thresholds,
        state.settings.version,
        occasions && gapDaysOf(occasions),
      ),
      cherry: fact.cherryPicker,
      evidence: [],
      outlook: null,
    }
  })
}

/** The same rows with what is to be expected of each, whom to begin with first. */
export async function withOutlook(tx: Tx, shop: ShopId, rows: CustomerRow[], state: ShopState): Promise<CustomerRow[]> {
  const customers = rows.map((row) => BigInt(row.customer))
  const outlooks = await customerOutlooks(tx, shop, customers, state, workedOut(shop, state).asOf)
  const priorityOf = (row: CustomerRow) => row.outlook?.worth?.priority.minor ?? -1
  // They come by what is stored, in steps of 10 %.
  return rows
    .map((row) => ({ ...row, outlook: outlooks.get(row.customer) ?? null }))
    .sort((a, b) => priorityOf(b) - priorityOf(a))
}

/** The same rows with what speaks for and against cherry-picker. */
export async function withEvidence(
  tx: Tx,
  shop: ShopId,
  rows: CustomerRow[],
  state: ShopState,
): Promise<CustomerRow[]> {
  if (rows.length === 0) return rows
  const { asOf: runAt } = workedOut(shop, state)
  const customers = rows.map((row) => BigInt(row.customer))
  const where = { shop, customer: { in: customers } }
  const features = await tx.customerFeatures.findMany({ where })
  const members = await tx.membership.findMany({
    where,
    select: { customer: true, isBusiness: true, decidedAt: true },
  })
  // Nobody's order is left out who was decided with it: one moment for all serves, for it only leaves out the future.
  const asOf = members.reduce((latest, member) => Math.max(latest, member.decidedAt.getTime()), runAt)
  const orders = await ordersOf(tx, shop, customers, state, asOf)
  const businesses = new Set(members.filter((each) => each.isBusiness).map((each) => each.customer))
  const evidence = new Map(
    features.map((each) => {
      const facts = { ...each, isBusiness: businesses.has(each.customer) }
      return [String(each.customer), evidenceOf(facts, orders.get(String(each.customer)) ?? [], state, asOf)]
    }),
  )
  return rows.map((row) => ({ ...row, evidence: evidence.get(row.customer) ?? [] }))
}

function membersOf(shop: ShopId, segment: SegmentKey) {
  return segment === 'cherry-picker' ? { shop, cherryPicker: { in: [...PICKER_TIERS] } } : { shop, stage: segment }
}

/** Ids of a segment's people, newest in it first. */
export async function memberIds(
  tx: Tx,
  shop: ShopId,
  segment: SegmentKey,
  page: number,
  rows: number,
): Promise<bigint[]> {
  const members = await tx.membership.findMany({
    where: membersOf(shop, segment),
    select: { customer: true },
    orderBy: [{ stageSince: 'desc' }, { customer: 'asc' }],
    skip: page * rows,
    take: rows,
  })
  return members.map((member) => member.customer)
}

/** A segment's people, newest in it first. @param page  from 0 */
export async function customersOf(shop: ShopId, segment: SegmentKey, page: number): Promise<CustomerList> {
  return withShop(shop, async (tx) => {
    const state = await readShopState(tx, shop)
    const total = await tx.membership.count({ where: membersOf(shop, segment) })
    return { total, rows: await customerRows(tx, shop, await memberIds(tx, shop, segment, page, PAGE_ROWS), state) }
  })
}

/** Who has only used a first-purchase benefit so far, with which. @param page  from 0 */
export async function watchList(shop: ShopId, page: number): Promise<WatchPage> {
  return withShop(shop, async (tx) => {
    const state = await readShopState(tx, shop)
    const where = { shop, isWatched: true }
    const members = await tx.membership.findMany({
      where,
      select: { customer: true },
      orderBy: [{ stageSince: 'desc' }, { customer: 'asc' }],
      skip: page * PAGE_ROWS,
      take: PAGE_ROWS,
    })
    const rows = await customerRows(
      tx,
      shop,
      members.map((member) => member.customer),
      state,
    )
    const total = await tx.membership.count({ where })
    return {
      total,
      rows: await withEvidence(tx, shop, rows, state),
      page,
      pageRows: PAGE_ROWS,
      freshness: await freshnessOf(tx, shop),
    }
  })
}
