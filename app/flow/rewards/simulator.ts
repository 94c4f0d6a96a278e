/** Will it really apply? A basket, a buyer and codes, against the discounts that the shop has now and our own rewards. */
import { minorOf } from '#app/domain/money.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import { priceAtCheckout } from '#app/domain/rewards/checkout.ts'
import { codeKey, type Buyer, type CheckoutDiscount } from '#app/domain/rewards/checkout-terms.ts'
import { discountOf, type WantedDiscount } from '#app/domain/rewards/discount.ts'
import { isShared } from '#app/domain/rewards/reward.ts'
import {
  emptyQuestion,
  type NotSimulated,
  type Question,
  type ShopRead,
  type SimulatorPage,
} from '#app/domain/rewards/simulation.ts'
import { endOfDay } from '#app/domain/shop-calendar.ts'
import { AccessLost, OutsideFailure } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import { readShopDiscounts, segmentsOf, type ReadDiscount } from './shop-discounts.ts'
import { readRewards, readShopFrame, type ShopFrame, type StoredReward } from './stored.ts'

/** Nothing is written, in Shopify or here. @param question  null: nothing was asked yet */
export async function simulatorPage(shop: ShopId, question: Question | null): Promise<SimulatorPage> {
  const at = now()
  const customer = question === null ? null : customerIn(question)
  const stored = await withShop(shop, async (tx) => ({
    frame: await readShopFrame(tx, shop),
    rewards: await readRewards(tx, shop),
    known: customer === null ? null : await knownCustomer(tx, shop, customer),
  }))
  const { known } = stored
  // Until the first import nobody has asked which it is.
  const frame = { ...stored.frame, currency: stored.frame.currency || 'USD' }
  const rewards = stored.rewards.filter(({ state }) => state !== 'ended')
  const codes = [...new Set([...rewards.flatMap(sharedCodeOf), ...(known?.codes ?? [])])]
  const asked = question ?? emptyQuestion(codes)
  const isUnknown = customer !== null && known === null
  const shopSide = await readShopSide(shop, frame, [...codes, ...asked.codes], isUnknown ? null : customer)
  const ours = ownDiscounts(rewards, frame, at, shopSide)
  const all = [...shopSide.discounts.map((one) => boundAsOurs(one, rewards)), ...ours.discounts]
  const page = {
    currency: frame.currency,
    read: shopSide.read,
    items: distinctItems(shopSide.discounts),
    codes,
    question: asked,
    unknownCustomer: isUnknown ? customer : null,
  }
  if (question === null || isUnknown) return { ...page, result: null }
  const buyer = buyerOf(question, all, known, shopSide.inSegments)
  const basket = {
    lines: question.lines.map(({ item, unitMinor, quantity }) => ({
      productId: item,
      variantId: item,
      unitMinor,
      quantity,
      collectionIds: [item],
    })),
    shippingMinor: question.shippingMinor,
  }
  const discounts = all.map(({ discount }) => discount)
  return {
    ...page,
    result: {
      at,
      answer: priceAtCheckout(basket, buyer, question.codes, discounts, at),
      names: namesOf(discounts, rewards),
      notSimulated: [...shopSide.notSimulated, ...ours.notSimulated],
    },
  }
}

function customerIn({ who, customer }: Question): string | null {
  return (who === 'address' || who === 'customer') && customer !== '' ? customer : null
}

function sharedCodeOf({ definition, state }: StoredReward): string[] {
  return state === 'live' && isShared(definition) ? [definition.code] : []
}

type KnownCustomer = { id: Id; orders: number; uses: Map<string, number>; codes: string[] }

/** Uses by code in any letters; cancelled orders are among them, as their use stays a use. */
async function knownCustomer(tx: Tx, shop: ShopId, customer: Id): Promise<KnownCustomer | null> {
  const id = BigInt(customer)
  const row = await tx.customer.findUnique({ where: { shop_id: { shop, id } }, select: { numberOfOrders: true } })
  if (row === null) return null
  const orders = await tx.order.findMany({ where: { shop, customer: id }, select: { discounts: true } })
  const uses = new Map<string, number>()
  for (const key of orders.flatMap(({ discounts }) => discounts)) {
    const code = /^code:(.*)$/.exec(key)?.[1]
    if (code !== undefined) uses.set(codeKey(code), (uses.get(codeKey(code)) ?? 0) + 1)
  }
  const grants = await tx.grant.findMany({
    where: { shop, customer: id, state: 'issued', code: { not: null } },
    select: { code: true },
    orderBy: { id: 'desc' },
    take: 5,
  })
  const codes = grants.flatMap(({ code }) => code ?? [])
  return { id: customer, orders: Math.max(row.numberOfOrders ?? 0, orders.length), uses, codes }
}

type ShopSide = {
  read: ShopRead
  discounts: ReadDiscount[]
  notSimulated: NotSimulated[]
  /** Of the customer, by Shopify's id. */
  inSegments: ReadonlySet<string>
}

async function readShopSide(
  shop: ShopId,
  { currency, scopes }: ShopFrame,
  codes: readonly string[],
  customer: string | null,
): Promise<ShopSide> {
  const without = (read: ShopRead): ShopSide => ({ read, discounts: [], notSimulated: [], inSegments: new Set() })
  if (!scopes.includes('write_discounts')) return without({ kind: 'no-permission' })
  try {
    const admin = await adminOf(shop)
    const wanted = [...new Map(codes.map((code) => [codeKey(code), code])).values()]
    const { discounts, notSimulated, hasMore } = await readShopDiscounts(admin, currency, wanted)
    const segments = [...new Set(discounts.flatMap((one) => one.segments))]
    const inSegments = customer === null ? new Set<string>() : await segmentsOf(admin, customer, segments)
    return { read: { kind: 'all', hasMore }, discounts, notSimulated, inSegments }
  } catch (error) {
    if (error instanceof OutsideFailure && error.code !== 'shopify-refused') return without({ kind: 'unanswered' })
    if (error instanceof AccessLost && error.code === 'scope-missing') return without({ kind: 'no-permission' })
    throw error
  }
}

/** Rewards that Shopify was not asked about or has not got; of those that it has, its own word counts. */
function ownDiscounts(
  rewards: readonly StoredReward[],
  frame: ShopFrame,
  at: Instant,
  { discounts: seen, read }: ShopSide,
): { discounts: ReadDiscount[]; notSimulated: NotSimulated[] } {
  const there = new Set(seen.map(({ discount }) => discount.id))
  const discounts: ReadDiscount[] = []
  const notSimulated: NotSimulated[] = []
  for (const { id, definition, state, startedAt, discountGid } of rewards) {
    if (discountGid !== null && there.has(discountGid)) continue
    const isCredit = definition.steps.every(({ what }) => what.kind === 'credit')
    if (!isShared(definition) || isCredit) {
      notSimulated.push({ title: definition.name, why: isCredit ? 'credit' : 'personal' })
      continue
    }
    const endsAt = endOfDay(definition.endsOn, frame.timezone)
    const wanted = discountOf(id, definition, frame.currency, startedAt ?? Math.min(at, endsAt), endsAt)
    // Live by our rows, and Shopify was asked and has it not: it is not there for a shopper either.
    const isDraft = state === 'draft' || discountGid === null || read.kind === 'all'
    discounts.push({
      discount: plainOf(`reward:${id}`, wanted, frame.currency, isDraft),
      segments: [],
      customers: [],
      items: [],
    })
  }
  return { discounts, notSimulated }
}

function plainOf(id: string, wanted: WantedDiscount, currency: string, isDraft: boolean): CheckoutDiscount {
  const { what, products, combines } = wanted
  return {
    id,
    title: wanted.title,
    isDraft,
    codes: [{ code: wanted.code, uses: 0 }],
    takes:
      what.kind === 'percent'
        ? what
        : what.kind === 'amount'
          ? { kind: 'amount', amountMinor: minorOf(what.amount, currency), onEach: false }
          : { kind: 'free-shipping', dearestMinor: null },
    items:
      products.length === 0
        ? { kind: 'all' }
        : {
            kind: 'chosen',
            productIds: products.map((product) => `gid://shopify/Product/${product}`),
            variantIds: [],
            collectionIds: [],
          },
    minimum: wanted.minimum === null ? null : { subtotalMinor: minorOf(wanted.minimum, currency) },
    buyers: wanted.isBound ? 'not-ordered' : 'all',
    oncePerCustomer: true,
    usageLimit: null,
    startsAt: Date.parse(wanted.startsAt),
    endsAt: Date.parse(wanted.endsAt),
    combinesWith: { order: combines, product: combines, shipping: combines && what.kind !== 'free-shipping' },
  }
}

/** Our own segment is of those who have not ordered: no customer has to be named for that. */
function boundAsOurs(one: ReadDiscount, rewards: readonly StoredReward[]): ReadDiscount {
  const isOurs = rewards.some(({ segmentGid }) => segmentGid !== null && one.segments.includes(segmentGid))
  return isOurs ? { ...one, discount: { ...one.discount, buyers: 'not-ordered' } } : one
}

function buyerOf(
  { who }: Question,
  all: readonly ReadDiscount[],
  known: KnownCustomer | null,
  inSegments: ReadonlySet<string>,
): Buyer {
  if (who === 'guest') return { kind: 'guest' }
  const kind = who === 'address' ? 'address' : 'customer'
  if (known === null) return { kind, orders: 0, segmentOf: [], chosenFor: [], uses: {} }
  const named = (is: (one: ReadDiscount) => boolean) => all.filter(is).map(({ discount }) => discount.id)
  const usesOf = ({ discount }: ReadDiscount) =>
    (discount.codes ?? []).reduce((sum, { code }) => sum + (known.uses.get(codeKey(code)) ?? 0), 0)
  return {
    kind,
    orders: known.orders,
    segmentOf: named(({ segments }) => segments.some((id) => inSegments.has(id))),
    chosenFor: named(({ customers }) => customers.includes(`gid://shopify/Customer/${known.id}`)),
    uses: Object.fromEntries(all.map((one) => [one.discount.id, usesOf(one)])),
  }
}

function namesOf(discounts: readonly CheckoutDiscount[], rewards: readonly StoredReward[]) {
  return Object.fromEntries(
    discounts.map(({ id, title, codes }) => {
      const reward = rewards.find((one) => one.discountGid === id || `reward:${one.id}` === id)
      const code = codes?.length === 1 ? codes[0]!.code : null
      return [id, { title: reward?.definition.name ?? title, code, reward: reward?.id ?? null }]
    }),
  )
}

function distinctItems(discounts: readonly ReadDiscount[]) {
  return [...new Map(discounts.flatMap(({ items }) => items).map((item) => [item.id, item])).values()]
}
