/** Everything that is recommended in a shop, worked out anew: which model, what goes with what, and what each customer is shown. */
import { goodsShareOf } from '#app/domain/costs.ts'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { allOf, type Known } from '#app/domain/recommendations/baskets.ts'
import { choose, learn } from '#app/domain/recommendations/choice.ts'
import { customerPicks, type ShopPicks } from '#app/domain/recommendations/documents.ts'
import { topOf } from '#app/domain/recommendations/models.ts'
import {
  coldOnes,
  firstPicks,
  goesWith,
  picksOf,
  picksOfReturner,
  type Learned,
  type Picks,
} from '#app/domain/recommendations/picks.ts'
import { salesOf, scoresOf, seasonAt } from '#app/domain/recommendations/taste.ts'
import { OutsideFailure } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { readSettings } from '../settings.ts'
import { readPurchases, type Purchases } from './read-baskets.ts'
import { readChoices, readRecommender, readShelf } from './stored.ts'
import {
  clearOtherCustomers,
  putCustomerPicks,
  sendRefusedAgain,
  writeProductPicks,
  writeRecommender,
  type CustomerRow,
  type ProductRow,
} from './write.ts'

type Holder = { shop: ShopId; stillMine(tx: BulkTx): Promise<void>; signal: AbortSignal }

/** A run over the whole shop says who is in which stage; it is waited for. */
const RECOMPUTE_WAIT_MS = 5_000
/** A choice made within the last day stands where only what the merchant pins or keeps out has changed. */
const CHOICE_STANDS_MS = DAY_MS
/** Between two looks at whether others have something to do. */
const SLICE_MS = 25
const CUSTOMERS_AT_ONCE = 5_000
/** What is kept of each product's closest: enough for one customer worked out alone. */
const NEAR = 24

/**
 * Reads the shop's baskets, chooses and learns the model, and stores what is to be shown; whoever writes it to Shopify looks
 * only at what has changed. The same orders and moment give the same rows.
 *
 * @param mayKeepChoice  only what the merchant wants has changed
 */
export async function rebuildRecommendations(
  holder: Holder,
  mayKeepChoice: boolean,
): Promise<void | { againInMs: number }> {
  const { shop, stillMine, signal } = holder
  const asOf = now()
  const read = await withShopBulk(shop, async (tx) => {
    if (await isRecomputing(tx, shop)) return null
    return readAll(tx, shop, asOf)
  })
  if (read === null) return { againInMs: RECOMPUTE_WAIT_MS }
  const { purchases, recommender } = read
  const { baskets } = purchases
  const isYoung = recommender.chosenAt !== null && asOf - recommender.chosenAt < CHOICE_STANDS_MS
  const kept = mayKeepChoice && isYoung ? recommender.choice : null
  const choice = kept ?? (await unhurried(choose(baskets), signal))
  const { model, times } = await unhurried(learn(baskets, choice), signal)
  const known = allOf(baskets)
  const shelf = read.shelfOf(purchases.keptShare, read.goodsShare)
  const season = choice.reading.isSeasonal
    ? seasonAt(salesOf(known), asOf, new Float64Array(baskets.productCount))
    : null
  const position = (id: number) => purchases.products.find(id)
  const learned: Learned = {
    model,
    isPersonal: choice.model !== 'popularity',
    reading: choice.reading,
    times,
    season,
    shelf,
    cold: coldOnes(times, shelf),
    pinned: read.pinned.map(position).filter((at) => at >= 0),
    asOf,
  }
  const ids = (positions: readonly number[]) => positions.map((at) => shelf.ids[at]!)
  const products = await unhurried(productRows(learned, ids), signal)
  const wanted: ShopPicks = { off: !recommender.isOn, first: ids(firstPicks(known, learned)) }
  const shown = await writeEverybody(holder, known, purchases, learned, read.standing)

  await withShopBulk(shop, async (tx) => {
    await writeProductPicks(tx, shop, products)
    await clearOtherCustomers(tx, shop, shown, asOf)
    await sendRefusedAgain(tx, shop)
    await writeRecommender(tx, shop, {
      choice,
      chosenAt: kept === null ? asOf : recommender.chosenAt!,
      rebuiltAt: asOf,
      counts: {
        customers: known.counts.length,
        baskets: baskets.at.length,
        products: shelf.isOut.reduce((sum, isOut) => sum + 1 - isOut, 0),
      },
      wanted,
    })
    await owe(tx, shop, 'show-picks', String(shop), {})
    await stillMine(tx)
  })
}

async function isRecomputing(tx: BulkTx, shop: ShopId): Promise<boolean> {
  const rows = await tx.query(
    `SELECT FROM "Work" WHERE shop = $1 AND kind = 'recompute' AND state IN ('waiting', 'running') AND "nextAt" < now() LIMIT 1`,
    [shop],
  )
  return rows.length > 0
}

type Standing = { isActive: boolean; isCherryPicker: boolean }

async function readAll(tx: BulkTx, shop: ShopId, asOf: Instant) {
  const [facts] = await tx.query<{ currency: string | null }>('SELECT currency FROM "Shop" WHERE shop = $1', [shop])
  const settings = await readSettings(tx, shop)
  const { products, isRefill, shelfOf } = await readShelf(tx, shop)
  const rule = { rule: settings.orderRule, currency: facts?.currency ?? '' }
  const purchases = await readPurchases(tx, shop, products, rule, asOf, { isRefill })
  const { pinned } = await readChoices(tx, shop)
  return {
    purchases,
    shelfOf,
    goodsShare: goodsShareOf(settings.costs).share,
    pinned,
    recommender: await readRecommender(tx, shop),
    standing: await readStanding(tx, shop),
  }
}

/** Who is to see what goes with the last order, and who comes for discounts; by customer's id, others are neither. */
async function readStanding(tx: BulkTx, shop: ShopId): Promise<Map<number, Standing>> {
  const rows = await tx.query<{ customer: string; stage: string; cherry: string }>(
    `SELECT "customer"::text, "stage", "cherryPicker" AS "cherry" FROM "Membership"
     WHERE "shop" = $1 AND ("stage" IN ('new', 'repeat', 'loyal') OR "cherryPicker" <> 'none')`,
    [shop],
  )
  return new Map(rows.map(({ customer, stage, cherry }) => [Number(customer), standingOf(stage, cherry)]))
}

export function standingOf(stage: string, cherry: string): Standing {
  return { isActive: ['new', 'repeat', 'loyal'].includes(stage), isCherryPicker: cherry !== 'none' }
}

function* productRows(
  learned: Learned,
  ids: (positions: readonly number[]) => number[],
): Generator<void, ProductRow[]> {
  const { model, times, shelf, isPersonal, season } = learned
  const scores = new Float64Array(model.products)
  const rows: ProductRow[] = []
  for (let product = 0; product < model.products; product++) {
    scoresOf(model, isPersonal ? new Map([[product, 1]]) : new Map(), season, scores)
    const near = topOf(scores, NEAR, (other) => other === product || scores[other]! <= 0)
    const weights = near.map((other) => scores[other]!)
    rows.push({
      product: shelf.ids[product]!,
      customers: times[product]!,
      near: ids(near),
      weights,
      wanted: shelf.isOut[product] === 1 ? [] : ids(goesWith(product, learned, scores)),
    })
    yield
  }
  return rows
}

/**
 * Works out everybody and stores them some thousands at a time, for all of them at once would be as much memory as the shop
 * has customers. Answers who has picks.
 */
async function writeEverybody(
  { shop, stillMine, signal }: Holder,
  known: Known,
  { customers, returned, pieces }: Purchases,
  learned: Learned,
  standing: ReadonlyMap<number, Standing>,
): Promise<number[]> {
  const scores = new Float64Array(known.productCount)
  const none = new Set<number>()
  const shown: number[] = []
  for (let from = 0; from < customers.length; from += CUSTOMERS_AT_ONCE)
    await put(await unhurried(someRows(from, Math.min(customers.length, from + CUSTOMERS_AT_ONCE)), signal))
  const onlyReturned = new Map(returned)
  for (const id of customers) onlyReturned.delete(id)
  const others = [...onlyReturned]
  for (let from = 0; from < others.length; from += CUSTOMERS_AT_ONCE)
    await put(others.slice(from, from + CUSTOMERS_AT_ONCE).map(([id, went]) => rowOf(id, picksOfReturner(went))))
  return shown

  async function put(rows: CustomerRow[]): Promise<void> {
    for (const { customer } of rows) shown.push(customer)
    await withShopBulk(shop, async (tx) => {
      await putCustomerPicks(tx, shop, rows, learned.asOf)
      await stillMine(tx)
    })
  }

  function rowOf(customer: number, picks: Picks): CustomerRow {
    return { customer, wanted: customerPicks(picks, learned.shelf.ids) }
  }

  function* someRows(from: number, to: number): Generator<void, CustomerRow[]> {
    const rows: CustomerRow[] = []
    for (let customer = from; customer < to; customer++) {
      const id = customers[customer]!
      const own = pieces.get(id)
      const shopper = {
        known,
        customer,
        ...(standing.get(id) ?? { isActive: false, isCherryPicker: false }),
        returned: returned.get(id) ?? none,
        piecesOf: (product: number) => own?.get(product) ?? 1,
      }
      rows.push(rowOf(id, picksOf(shopper, learned, scores)))
      yield
    }
    return rows
  }
}

/** Runs a learning to its end and lets others work in between. */
async function unhurried<T>(learning: Generator<void, T>, signal: AbortSignal): Promise<T> {
  for (let until = performance.now() + SLICE_MS; ;) {
    const step = learning.next()
    if (step.done === true) return step.value
    if (performance.now() < until) continue
    if (signal.aborted) throw new OutsideFailure('lease-lost', 'the worker stops')
    await new Promise<void>((resolve) => setImmediate(resolve))
    until = performance.now() + SLICE_MS
  }
}
