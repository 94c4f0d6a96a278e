import type { CherryTier } from '#app/domain/cherry-picker.ts'
import { gapDeviationDays } from '#app/domain/flags.ts'
import { countedFacts } from '#app/domain/limited.ts'
import { factsOf, gapDaysOf, occasionsOf } from '#app/domain/occasions.ts'
import { DAY_MS, type Id, type Instant } from '#app/domain/order.ts'
import type { CustomerOrder, CustomerPage, FlagReason } from '#app/domain/pages.ts'
import { desiredTags } from '#app/domain/publication.ts'
import type { Refill } from '#app/domain/product-cycles.ts'
import { spansOf } from '#app/domain/replay.ts'
import { nextOrderWindow, nextStage, stageAt, stageReason } from '#app/domain/stages.ts'
import type { Estimates, Stage, StageFacts, StageSpan } from '#app/domain/stages.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { evidenceOf, ordersOf, type ReadOrder } from './customer-orders.ts'
import { customerOutlooks, shopOutlook } from './outlook.ts'
import { refillOf } from './refill.ts'
import { ownStandings } from './own/pages.ts'
import { adminUrl, moneyOf, readShopState, workedOut, type ShopState } from './shop-state.ts'

/** Somebody with 50,000 orders takes a busy machine longer than a page is otherwise given. */
const READING = { timeoutMs: 60_000 }
/** Of somebody with thousands, the newest tell enough. */
const ORDERS_SHOWN = 100

/**
 * One customer: everything is worked out from the stored orders as of the last run of the stages, by the same functions.
 *
 * @throws {InvalidInput} not-found for a customer who is not there, or not yet worked out
 */
export async function customerPage(shop: ShopId, customer: Id): Promise<CustomerPage> {
  const own = await ownStandings(shop, customer, now())
  return withShop(
    shop,
    async (tx) => {
      const state = await readShopState(tx, shop)
      const { asOf: runAt, summary, estimates } = workedOut(shop, state)
      const id = BigInt(customer)
      const membership = await tx.membership.findUnique({ where: { shop_customer: { shop, customer: id } } })
      const features = await tx.customerFeatures.findUnique({ where: { shop_customer: { shop, customer: id } } })
      // Without a stage there is nothing to explain.
      if (!membership || !features || membership.stage === null)
        throw new InvalidInput(`no customer ${customer} in shop ${shop}`, { code: 'not-found' })
      // An order may have moved this customer alone since the run over the whole shop.
      const asOf = Math.max(runAt, membership.decidedAt.getTime())
      const account = await tx.customer.findUnique({ where: { shop_id: { shop, id } } })
      const ledger = await tx.ledger.findUnique({ where: { shop_customer: { shop, customer: id } } })
      const names = new Map(own.names.map((each) => [each.id, each.name]))
      const inOwn = own.standings.map((each) => each.id)
      const { settings } = state
      const orders = (await ordersOf(tx, shop, [id], state, asOf)).get(customer) ?? []
      const { facts, gapDays, spans } = state.isLimited
        ? countedHistory(features, membership)
        : historyOf(orders, account?.createdAt.getTime() ?? Infinity, state, asOf)
      const refill = state.isLimited ? null : await refillOf(tx, shop, features.lastOrder)
      const stage = stageAt(facts, asOf, estimates, settings.thresholds)
      const tier = membership.cherryPicker as CherryTier
      return {
        customer,
        stage,
        since: spans.at(-1)?.from ?? membership.stageSince.getTime(),
        asOf,
        reason: stageReason(facts, asOf, estimates, settings.thresholds, settings.version, gapDays),
        next: nextStage(facts, asOf, estimates, settings.thresholds),
        timeline: spans.map((span) => ({ ...span, isReplayed: span.from < summary.firstAsOf })),
        window: windowOf(facts, estimates, asOf, refill),
        refill,
        outlook: {
          shop: await shopOutlook(tx, shop, state),
          customer: (await customerOutlooks(tx, shop, [id], state, asOf)).get(customer) ?? null,
        },
        orders: orders.slice(0, ORDERS_SHOWN).map(shownOrder),
        olderOrders: Math.max(0, orders.length - ORDERS_SHOWN),
        ordersCounted: orders.filter((order) => order.leftOut === null).length,
        spent: moneyOf(state, Number(features.netMinor)),
        spent12m: moneyOf(state, Number(features.net12mMinor)),
        isBusiness: membership.isBusiness,
        isWatched: membership.isWatched,
        cherry: {
          tier,
          evidence: state.isLimited
            ? []
            : evidenceOf({ ...features, n: facts.n, isBusiness: membership.isBusiness }, orders, state, asOf),
        },
        flags: flagReasons(features, membership, state),
        own,
        tags: {
          ours: ledger?.tags ?? [],
          wanted: desiredTags(stage, tier, { ...settings, own: names }, inOwn),
        },
        shopifyUrl: adminUrl(state.domain, `customers/${customer}`),
        freshness: await freshnessOf(tx, shop),
      }
    },
    READING,
  )
}

type History = { facts: StageFacts; gapDays: number[] | null; spans: StageSpan[] }

/** By the stored orders, which are all there are. */
function historyOf(orders: ReadOrder[], createdAt: Instant, state: ShopState, asOf: Instant): History {
  const valid = orders.filter((order) => order.leftOut === null)
  const times = valid.map((order) => order.orderedAt).sort((a, b) => a - b)
  const occasions = occasionsOf(times)
  const knownFrom = Math.min(createdAt, times[0] ?? Infinity)
  const from = Number.isFinite(knownFrom) ? knownFrom : asOf
  return {
    facts: factsOf(occasions),
    gapDays: gapDaysOf(occasions),
    spans: spansOf(times, from, asOf, state.adopted, state.settings.thresholds),
  }
}

/** By Shopify's counts: only the present stage is known. */
function countedHistory(
  features: { n: number; lastAt: Date | null },
  { stage, stageSince }: { stage: string | null; stageSince: Date },
): History {
  return {
    facts: countedFacts(features.n, features.lastAt?.getTime() ?? null),
    gapDays: null,
    spans: [{ stage: stage as Stage, from: stageSince.getTime(), to: null }],
  }
}

function shownOrder({ isBusiness: _b, hasCounted: _c, isAttempt: _a, isCut: _u, ...order }: ReadOrder): CustomerOrder {
  return order
}

type FlaggedFeatures = {
  n: number
  firstAt: Date | null
  lastAt: Date | null
  sumSquaredGapDays: number | null
  net12mMinor: bigint
  recentOccasions: number
  saleOccasions: number
}

/** The flags as they were decided, with the facts that decided them. */
function flagReasons(
  features: FlaggedFeatures,
  decided: { isVip: boolean; buysInSales: boolean; isRegular: boolean },
  { learned, currency, isLimited }: ShopState,
): FlagReason[] {
  const reasons: FlagReason[] = []
  if (isLimited) return reasons
  const money = (minor: number) => ({ minor, currency: currency ?? '' })
  if (decided.isVip && learned.vipFromMinor !== null)
    reasons.push({ flag: 'vip', spent12m: money(Number(features.net12mMinor)), from: money(learned.vipFromMinor) })
  if (decided.buysInSales)
    reasons.push({ flag: 'buys-in-sales', inSales: features.saleOccasions, orders: features.recentOccasions })
  if (decided.isRegular) {
    const [firstAt, lastAt] = [features.firstAt!.getTime(), features.lastAt!.getTime()]
    const sumSquaredGapDays = features.sumSquaredGapDays ?? NaN
    reasons.push({
      flag: 'regular',
      orders: features.n,
      gapDays: Math.round((lastAt - firstAt) / DAY_MS / (features.n - 1)),
      deviationDays: Math.round(gapDeviationDays({ n: features.n, firstAt, lastAt, sumSquaredGapDays })),
    })
  }
  return reasons
}

/** Asked as of the last order, so that a range which has passed is still known. */
function windowOf(
  facts: StageFacts,
  estimates: Estimates,
  asOf: Instant,
  refill: Refill | null,
): CustomerPage['window'] {
  const window = facts.lastAt === null ? null : nextOrderWindow(facts, estimates, facts.lastAt, refill?.lastsDays)
  return window && { ...window, hasPassed: window.to < asOf }
}
