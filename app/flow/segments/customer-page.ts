import type { CherryTier } from '#app/domain/cherry-picker.ts'
import { factsOf, gapDaysOf, occasionsOf } from '#app/domain/occasions.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import type { CustomerOrder, CustomerPage } from '#app/domain/pages.ts'
import { desiredTags } from '#app/domain/publication.ts'
import { spansOf } from '#app/domain/replay.ts'
import { nextOrderWindow, nextStage, stageAt, stageReason } from '#app/domain/stages.ts'
import type { Estimates, StageFacts } from '#app/domain/stages.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { evidenceOf, ordersOf, type ReadOrder } from './customer-orders.ts'
import { adminUrl, readShopState, workedOut } from './shop-state.ts'

/**
 * One customer: everything is worked out from the stored orders as of the last run of the stages, by the same functions.
 *
 * @throws {InvalidInput} not-found for a customer who is not there, or not yet worked out
 */
export async function customerPage(shop: ShopId, customer: Id): Promise<CustomerPage> {
  return withShop(shop, async (tx) => {
    const state = await readShopState(tx, shop)
    const { asOf, summary, estimates } = workedOut(shop, state)
    const id = BigInt(customer)
    const membership = await tx.membership.findUnique({ where: { shop_customer: { shop, customer: id } } })
    const features = await tx.customerFeatures.findUnique({ where: { shop_customer: { shop, customer: id } } })
    if (!membership || !features)
      throw new InvalidInput(`no customer ${customer} in shop ${shop}`, { code: 'not-found' })
    const account = await tx.customer.findUnique({ where: { shop_id: { shop, id } } })
    const ledger = await tx.ledger.findUnique({ where: { shop_customer: { shop, customer: id } } })
    const { settings, adopted } = state
    const orders = (await ordersOf(tx, shop, [id], state, asOf)).get(customer) ?? []
    const valid = orders.filter((order) => order.leftOut === null)
    const times = valid.map((order) => order.orderedAt).sort((a, b) => a - b)
    const occasions = occasionsOf(times)
    const facts = factsOf(occasions)
    const knownFrom = Math.min(account?.createdAt.getTime() ?? Infinity, times[0] ?? Infinity)
    const spans = spansOf(times, Number.isFinite(knownFrom) ? knownFrom : asOf, asOf, adopted, settings.thresholds)
    const stage = stageAt(facts, asOf, estimates, settings.thresholds)
    const tier = membership.cherryPicker as CherryTier
    const currency = state.currency ?? ''
    return {
      customer,
      stage,
      since: spans.at(-1)?.from ?? membership.stageSince.getTime(),
      asOf,
      reason: stageReason(facts, asOf, estimates, settings.thresholds, settings.version, gapDaysOf(occasions)),
      next: nextStage(facts, asOf, estimates, settings.thresholds),
      timeline: spans.map((span) => ({ ...span, isReplayed: span.from < summary.firstAsOf })),
      window: windowOf(facts, estimates, asOf),
      orders: orders.map(shownOrder),
      spent: { minor: Number(features.netMinor), currency },
      spent12m: { minor: Number(features.net12mMinor), currency },
      isBusiness: membership.isBusiness,
      isWatched: membership.isWatched,
      cherry: {
        tier,
        evidence: evidenceOf({ ...features, n: facts.n, isBusiness: membership.isBusiness }, orders, state, asOf),
      },
      tags: { ours: ledger?.tags ?? [], wanted: desiredTags(stage, tier, settings) },
      shopifyUrl: adminUrl(state.domain, `customers/${customer}`),
      freshness: await freshnessOf(tx, shop),
    }
  })
}

function shownOrder({ isBusiness: _b, hasCounted: _c, isAttempt: _a, ...order }: ReadOrder): CustomerOrder {
  return order
}

/** Asked as of the last order, so that a range which has passed is still known. */
function windowOf(facts: StageFacts, estimates: Estimates, asOf: Instant): CustomerPage['window'] {
  const window = facts.lastAt === null ? null : nextOrderWindow(facts, estimates, facts.lastAt)
  return window && { ...window, hasPassed: window.to < asOf }
}
