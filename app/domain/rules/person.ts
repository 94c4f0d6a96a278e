import type { CherryTier } from '#app/domain/cherry-picker.ts'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import type { ShopCalendar } from '#app/domain/shop-calendar.ts'
import type { Stage } from '#app/domain/stages.ts'
import type { NumberFeature, WordFeature } from './rule.ts'

/** What is stored of one customer, as far as rules look at it. Money in minor units. */
export type StoredPerson = {
  n: number
  firstAt: Instant | null
  lastAt: Instant | null
  netMinor: number
  net12mMinor: number
  dealLines: number
  dealDiscounted: number
  fullPriceOccasions: number
  benefitsUsed: number
  /** Null: several orders, and nobody knows when the last one was. */
  stage: Stage | null
  stageSince: Instant
  cherryPicker: CherryTier
  isBusiness: boolean
  isWatched: boolean
  isVip: boolean
  buysInSales: boolean
  isRegular: boolean
  /** Of the account; null: there is none, only orders. */
  createdAt: Instant | null
  /** As keys (`tagKeyOf`). */
  tags: ReadonlySet<string>
  emailConsent: string | null
  smsConsent: string | null
  /** When each product was last bought and kept, by product id: of those that rules name. */
  bought: ReadonlyMap<string, Instant>
  /** When something of each collection was bought and kept, an instant for each order: of those that rules name. */
  boughtIn: ReadonlyMap<string, readonly Instant[]>
  /** As Shopify writes them. */
  rfmGroup: string | null
  spendTier: string | null
  country: string | null
  /** When the last of the checkouts that were never completed was begun, if a rule asks for it. */
  checkoutAt: Instant | null
  /** As last counted, if a rule asks for it; null, and no interests: nothing is known of visits. */
  visits30d: number | null
  visitAt: Instant | null
  interests: ReadonlySet<string>
  /** Choices of the survey that they have taken, if a rule asks for them. */
  answers: ReadonlySet<number>
}

/** One customer at one moment, as rules see them. Days are whole ones, rounded down; null: not known, or never. */
export type Person = {
  numbers: Record<NumberFeature, number | null>
  /** Calendar days of the shop. */
  days: Record<'first-order' | 'last-order', number | null>
  stage: Stage | null
  cherryPicker: CherryTier
  isBusiness: boolean
  isWatched: boolean
  isVip: boolean
  buysInSales: boolean
  isRegular: boolean
  consents: Record<'email' | 'sms', boolean>
  tags: ReadonlySet<string>
  /** Days since each product was last bought. */
  bought: ReadonlyMap<string, number>
  /** Days since each order that holds something of a collection, the newest first. */
  boughtIn: ReadonlyMap<string, readonly number[]>
  words: Record<WordFeature, string | null>
  /** Days since a checkout was left after which nothing was ordered. */
  leftCheckoutDays: number | null
  /** Categories of which they looked at most. */
  interests: ReadonlySet<string>
  /** Choices of the survey, by number. */
  answers: ReadonlySet<number>
}

/** Shopify's state of somebody who has said yes. */
export const SUBSCRIBED = 'SUBSCRIBED'

const NOTHING_BOUGHT: ReadonlyMap<string, number> = new Map()
const NOTHING_BOUGHT_IN: ReadonlyMap<string, readonly number[]> = new Map()

/**
 * One customer as of a moment.
 *
 * @param isLimited  Shopify hides older orders: what rests on the whole history is not known of anybody
 */
export function personAt(stored: StoredPerson, asOf: Instant, calendar: ShopCalendar, isLimited: boolean): Person {
  const { n, firstAt, lastAt } = stored
  const whole = (value: number | null) => (isLimited ? null : value)
  return {
    numbers: {
      orders: n,
      'since-last-days': lastAt === null ? null : daysBetween(lastAt, asOf),
      'since-first-days': firstAt === null ? null : daysBetween(firstAt, asOf),
      'known-days': stored.createdAt === null ? null : daysBetween(stored.createdAt, asOf),
      'in-stage-days': stored.stage === null ? null : daysBetween(stored.stageSince, asOf),
      'average-gap-days': whole(
        n < 2 || firstAt === null || lastAt === null ? null : Math.floor((lastAt - firstAt) / ((n - 1) * DAY_MS)),
      ),
      'spent-12m': whole(stored.net12mMinor),
      spent: whole(stored.netMinor),
      'discount-percent': whole(
        stored.dealLines === 0 ? null : Math.floor((100 * stored.dealDiscounted) / stored.dealLines),
      ),
      'full-price-orders': whole(stored.fullPriceOccasions),
      'benefits-used': whole(stored.benefitsUsed),
      'visits-30d': stored.visits30d,
      'since-visit-days': stored.visitAt === null ? null : daysBetween(stored.visitAt, asOf),
    },
    days: {
      'first-order': isLimited || firstAt === null ? null : calendar.dayOf(firstAt),
      'last-order': lastAt === null ? null : calendar.dayOf(lastAt),
    },
    stage: stored.stage,
    cherryPicker: isLimited ? 'none' : stored.cherryPicker,
    isBusiness: stored.isBusiness,
    isWatched: !isLimited && stored.isWatched,
    isVip: !isLimited && stored.isVip,
    buysInSales: !isLimited && stored.buysInSales,
    isRegular: !isLimited && stored.isRegular,
    consents: { email: stored.emailConsent === SUBSCRIBED, sms: stored.smsConsent === SUBSCRIBED },
    tags: stored.tags,
    bought: boughtAt(stored.bought, asOf, isLimited),
    boughtIn: boughtInAt(stored.boughtIn, asOf, isLimited),
    words: { 'rfm-group': stored.rfmGroup, 'spend-tier': stored.spendTier, country: stored.country },
    leftCheckoutDays:
      stored.checkoutAt === null || (lastAt !== null && lastAt >= stored.checkoutAt)
        ? null
        : daysBetween(stored.checkoutAt, asOf),
    interests: stored.interests,
    answers: stored.answers,
  }
}

function boughtAt(bought: StoredPerson['bought'], asOf: Instant, isLimited: boolean): ReadonlyMap<string, number> {
  if (isLimited || bought.size === 0) return NOTHING_BOUGHT
  return new Map([...bought].map(([product, at]) => [product, daysBetween(at, asOf)]))
}

function boughtInAt(boughtIn: StoredPerson['boughtIn'], asOf: Instant, isLimited: boolean): Person['boughtIn'] {
  if (isLimited || boughtIn.size === 0) return NOTHING_BOUGHT_IN
  return new Map(
    [...boughtIn].map(([collection, ats]) => [
      collection,
      ats.map((at) => daysBetween(at, asOf)).sort((one, other) => one - other),
    ]),
  )
}

/** Whole days; what is later than the moment (Shopify's clock runs before ours) is of today. */
function daysBetween(from: Instant, to: Instant): number {
  return Math.max(0, Math.floor((to - from) / DAY_MS))
}
