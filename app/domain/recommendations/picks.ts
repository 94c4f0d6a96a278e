/** What a customer, a product's page and a guest are shown. */
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { boughtBy, productsOf, type Known } from './baskets.ts'
import { topOf, type Model } from './models.ts'
import { alike, moneyLeft, type Shelf } from './shelf.ts'
import { scoresOf, weightsOf, type Reading } from './taste.ts'

/** Why a product is shown: it runs low, it goes with the last order, it fits all orders, others buy it, the merchant says so. */
export const PICK_REASONS = ['low', 'goes-with', 'for-you', 'popular', 'pinned'] as const
export type PickReason = (typeof PICK_REASONS)[number]

/** What a list is about. */
export const LEADS = ['low', 'goes-with', 'for-you', 'popular'] as const
export type Lead = (typeof LEADS)[number]

/**
 * Products by position, best first.
 *
 * @property lead  null: nothing of their own
 * @property never  what no list shows to them, whatever it is of: bought and not running low, or sent back
 */
export type Picks = { lead: Lead | null; picks: { product: number; why: PickReason }[]; never: number[] }

/** More than the theme shows, so that what sells out meanwhile leaves no gap. */
export const MOST_PICKS = 12
export const MOST_GOES_WITH = 8
const MOST_LOW = 2
/** The theme carries them with the customer: some kilobytes at most. */
const MOST_NEVER = 250
const MOST_PINNED = 3
/** A refill is spoken of from 80 % of how long it usually lasts to one and a half times of it. */
const LOW_FROM = 0.8
const LOW_TO = 1.5
/** The place of a product that hardly anybody has bought yet. */
const COLD_PLACE = 3
const COLD_BELOW = 3
const MOST_COLD = 200
/** Of so many that fit, the ones that leave more money come first for those who come for discounts. */
const CHERRY_CHOICE = 30

/** Everything that is learned of a shop, once for all its customers. */
export type Learned = {
  model: Model
  isPersonal: boolean
  reading: Reading
  /** Customers of each product. */
  times: Float64Array
  season: Float64Array | null
  shelf: Shelf
  /** As `coldOnes` says. */
  cold: readonly number[]
  /** What the merchant has pinned, first first. */
  pinned: readonly number[]
  asOf: Instant
}

/** One customer, with `known` holding all of their baskets. `pieces`: of the last basket with each product. */
export type Shopper = {
  known: Known
  customer: number
  /** Their last order says more than all of them: they buy again and again, or have bought once. */
  isActive: boolean
  /** Possibly a cherry-picker, or more surely: what leaves more money goes first. */
  isCherryPicker: boolean
  returned: ReadonlySet<number>
  piecesOf(product: number): number
}

/**
 * The picks of a customer who has bought something. Never what they have bought, unless it runs low; never what they have
 * returned; never what is out.
 *
 * @param scores  room for one number a product
 */
export function picksOf(shopper: Shopper, learned: Learned, scores: Float64Array): Picks {
  const { known, customer, returned } = shopper
  const { shelf, model, isPersonal, season } = learned
  const bought = boughtBy(known, customer)
  const isOut = (product: number) => shelf.isOut[product] === 1 || returned.has(product)
  const low = lowOf(shopper, learned, isOut)
  const taken = new Set<number>(low)
  const pinned = learned.pinned.filter((product) => !isOut(product) && !bought.has(product)).slice(0, MOST_PINNED)
  for (const product of pinned) taken.add(product)
  const free = (product: number) => !isOut(product) && !bought.has(product) && !taken.has(product)

  const why: Lead = !isPersonal ? 'popular' : shopper.isActive ? 'goes-with' : 'for-you'
  const weights = shopper.isActive ? lastOf(known, customer) : weightsOf(known, customer, learned.reading)
  scoresOf(model, weights, season, scores)
  const fitting = topOf(scores, CHERRY_CHOICE, (product) => !(free(product) && scores[product]! > 0))
  const ranked = shopper.isCherryPicker ? byMoneyLeft(fitting, scores, shelf) : fitting
  const room = MOST_PICKS - low.length - pinned.length
  const chosen: { product: number; why: Lead }[] = ranked.slice(0, room).map((product) => ({ product, why }))
  const cold = isPersonal ? coldFor(weights, learned, (product) => free(product) && !ranked.includes(product)) : null
  if (cold !== null) chosen.splice(COLD_PLACE, 0, { product: cold, why: 'for-you' })
  for (const { product } of chosen) taken.add(product)
  for (const product of topOf(learned.times, Math.max(0, room - chosen.length), (one) => !free(one)))
    chosen.push({ product, why: 'popular' })
  const picks = [
    ...low.map((product) => ({ product, why: 'low' as const })),
    ...pinned.map((product) => ({ product, why: 'pinned' as const })),
    ...chosen,
  ].slice(0, MOST_PICKS)
  // What went back comes first, and of what they have bought the newest: a long history is cut off at its other end.
  const never = [
    ...returned,
    ...[...bought].reverse().filter((product) => !returned.has(product) && !low.includes(product)),
  ]
  const lead = low.length > 0 ? 'low' : (chosen[0]?.why ?? why)
  return { lead: picks.length === 0 ? null : lead, picks, never: never.slice(0, MOST_NEVER) }
}

/** Of whom only is known what they have sent back. */
export function picksOfReturner(returned: ReadonlySet<number>): Picks {
  return { lead: null, picks: [], never: [...returned].slice(0, MOST_NEVER) }
}

function lastOf(known: Known, customer: number): Map<number, number> {
  const last = known.starts[customer]! + known.counts[customer]! - 1
  return new Map([...productsOf(known, last)].map((product) => [product, 1]))
}

/** What of theirs runs low, the emptiest first. */
function lowOf(
  { known, customer, piecesOf }: Shopper,
  { shelf, asOf }: Learned,
  isOut: (product: number) => boolean,
): number[] {
  const boughtAt = new Map<number, Instant>()
  const from = known.starts[customer]!
  for (let basket = from; basket < from + known.counts[customer]!; basket++)
    for (const product of productsOf(known, basket)) boughtAt.set(product, known.at[basket]!)
  const low: { product: number; used: number }[] = []
  for (const [product, at] of boughtAt) {
    const used = (asOf - at) / DAY_MS / (shelf.cycleDays[product]! * Math.max(1, piecesOf(product)))
    if (used >= LOW_FROM && used <= LOW_TO && !isOut(product)) low.push({ product, used })
  }
  return low
    .sort((a, b) => b.used - a.used || a.product - b.product)
    .slice(0, MOST_LOW)
    .map(({ product }) => product)
}

/** What fits, by how well it fits times what one of it leaves; what is sold below cost comes last. */
function byMoneyLeft(products: readonly number[], scores: Float64Array, shelf: Shelf): number[] {
  const known = products.map((product) => shelf.price[product]!).filter((each) => each > 0)
  const usual = known.length === 0 ? 1 : known.reduce((sum, each) => sum + each, 0) / known.length
  const leaves = (product: number) => scores[product]! * moneyLeft(shelf, product, usual)
  return [...products].sort((a, b) => leaves(b) - leaves(a) || a - b)
}

/** Products on sale that fewer than three customers have bought, the newest (by Shopify's ids) 200 of them. */
export function coldOnes(times: Float64Array, { isOut, ids }: Shelf): number[] {
  const cold: number[] = []
  for (const [product, count] of times.entries()) if (count < COLD_BELOW && isOut[product] === 0) cold.push(product)
  return cold.sort((a, b) => ids[b]! - ids[a]!).slice(0, MOST_COLD)
}

/** A cold product that is most like what they have bought; null: none is like it. */
function coldFor(
  weights: ReadonlyMap<number, number>,
  { cold, shelf }: Learned,
  isFree: (product: number) => boolean,
): number | null {
  let best: number | null = null
  let most = 0
  for (const product of cold) {
    if (!isFree(product)) continue
    let likeness = 0
    for (const [owned, weight] of weights) likeness += weight * alike(shelf, owned, product)
    if (likeness > most) {
      most = likeness
      best = product
    }
  }
  return best
}

/** What goes with a product on its own page: what the model says, then what is most like it. */
export function goesWith(
  product: number,
  { model, isPersonal, shelf, times }: Learned,
  scores: Float64Array,
): number[] {
  const isOut = (other: number) => other === product || shelf.isOut[other] === 1
  scores.fill(0)
  if (isPersonal) model.addScores(product, scores, 1)
  const near = topOf(scores, MOST_GOES_WITH, (other) => isOut(other) || scores[other]! <= 0)
  if (near.length === MOST_GOES_WITH) return near
  for (let other = 0; other < scores.length; other++)
    scores[other] = alike(shelf, product, other) * Math.log(2 + times[other]!)
  const like = topOf(
    scores,
    MOST_GOES_WITH - near.length,
    (other) => isOut(other) || scores[other]! <= 0 || near.includes(other),
  )
  return [...near, ...like]
}

/** First orders of so long ago are counted. */
const FIRST_ORDERS_DAYS = 365

/**
 * For guests: what most customers who came back had begun with. The first orders of the last 12 months count, each product by
 * how many of their buyers bought again; then what most people buy.
 */
export function firstPicks(known: Known, { times, shelf, pinned, asOf }: Learned): number[] {
  const back = new Float64Array(known.productCount)
  for (let customer = 0; customer < known.counts.length; customer++) {
    const first = known.starts[customer]!
    if (known.counts[customer]! < 2 || known.at[first]! < asOf - FIRST_ORDERS_DAYS * DAY_MS) continue
    for (const product of productsOf(known, first)) back[product] = back[product]! + 1
  }
  const isOut = (product: number) => shelf.isOut[product] === 1
  const first = pinned.filter((product) => !isOut(product)).slice(0, MOST_PINNED)
  const begun = topOf(back, MOST_PICKS - first.length, (one) => isOut(one) || back[one] === 0 || first.includes(one))
  const taken = new Set([...first, ...begun])
  const popular = topOf(times, MOST_PICKS - taken.size, (one) => isOut(one) || taken.has(one))
  return [...first, ...begun, ...popular]
}
