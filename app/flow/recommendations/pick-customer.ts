/**
 * One customer worked out alone, after an order: from what the last rebuild stored of each product, so that nobody is shown
 * what they have just bought, and what goes with it comes first.
 */
import { goodsShareOf } from '#app/domain/costs.ts'
import { IdIndex } from '#app/domain/id-index.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import { allOf } from '#app/domain/recommendations/baskets.ts'
import type { Choice } from '#app/domain/recommendations/choice.ts'
import { customerPicks, type CustomerPicks } from '#app/domain/recommendations/documents.ts'
import { picksOf, picksOfReturner, type Learned } from '#app/domain/recommendations/picks.ts'
import { now } from '#app/outside/clock.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { readSettings } from '../settings.ts'
import type { Hold } from './owners.ts'
import { readPurchases, type Purchases } from './read-baskets.ts'
import { standingOf } from './rebuild.ts'
import { moneyOf, readChoices, readRecommender } from './stored.ts'
import { putPicksOf } from './write.ts'

/** Behind what fits, as many popular products may be needed. */
const POPULAR = 40

export async function pickCustomer(shop: ShopId, customer: Id, hold: Hold): Promise<void> {
  const asOf = now()
  await withShopBulk(shop, async (tx) => {
    const { choice } = await readRecommender(tx, shop)
    if (choice === null) return
    const [facts] = await tx.query<{ currency: string | null }>('SELECT currency FROM "Shop" WHERE shop = $1', [shop])
    const { orderRule, costs } = await readSettings(tx, shop)
    const rule = { rule: orderRule, currency: facts?.currency ?? '' }
    const purchases = await readPurchases(tx, shop, new IdIndex(), rule, asOf, { only: customer })
    const picks =
      purchases.baskets.at.length > 0
        ? await picksFor(tx, shop, customer, choice, purchases, goodsShareOf(costs).share, asOf)
        : returnerPicks(customer, purchases)
    await putPicksOf(tx, shop, customer, picks, asOf)
    await owe(tx, shop, 'show-picks', String(shop), {})
    await hold.stillMine(tx)
  })
}

/** Of somebody who has kept nothing; null: nor sent anything back. */
function returnerPicks(customer: Id, { returned, products }: Purchases): CustomerPicks | null {
  const went = returned.get(Number(customer))
  return went === undefined ? null : customerPicks(picksOfReturner(went), products.ids)
}

type Near = { product: string; near: string[]; weights: number[] }
type Fact = {
  id: string
  isOut: boolean
  priceMinor: string | null
  unitCostMinor: string | null
  cycleDays: number | null
  customers: number | null
}

async function picksFor(
  tx: BulkTx,
  shop: ShopId,
  customer: Id,
  choice: Choice,
  { baskets, products, returned, pieces }: Purchases,
  goodsShare: number,
  asOf: Instant,
): Promise<CustomerPicks> {
  const { pinned, excluded } = await readChoices(tx, shop)
  const near = await tx.query<Near>(
    `SELECT "product"::text, "near"::text[], "weights" FROM "ProductPicks" WHERE shop = $1 AND "product" = ANY ($2::bigint[])`,
    [shop, [...products.ids.subarray(0, products.size)]],
  )
  const said = new Map(near.map((row) => [products.add(Number(row.product)), row]))
  for (const row of near) for (const id of row.near) products.add(Number(id))
  for (const id of pinned) products.add(id)
  const popular = await tx.query<{ product: string }>(
    `SELECT k."product"::text FROM "ProductPicks" k JOIN "Product" p ON p.shop = $1 AND p.id = k."product"
     WHERE k.shop = $1 AND p."isOnSale" AND NOT p."isGiftCard" ORDER BY k."customers" DESC, k."product" LIMIT ${POPULAR}`,
    [shop],
  )
  for (const { product } of popular) products.add(Number(product))

  const ids = [...products.ids.subarray(0, products.size)]
  const rows = await tx.query<Fact>(
    `SELECT p.id::text, NOT p."isOnSale" OR p."isGiftCard" AS "isOut", p."priceMinor"::text,
       p."unitCostMinor"::text, c."cycleDays", k."customers"
     FROM "Product" p LEFT JOIN "ProductCycle" c ON c.shop = $1 AND c.product = p.id
     LEFT JOIN "ProductPicks" k ON k.shop = $1 AND k.product = p.id WHERE p.shop = $1 AND p.id = ANY ($2::bigint[])`,
    [shop, ids],
  )
  const factOf = new Map(rows.map((row) => [Number(row.id), row]))
  const facts = ids.map((id) => factOf.get(id))
  const learned: Learned = {
    model: {
      products: ids.length,
      addScores: (product, scores, weight) => {
        const row = said.get(product)
        row?.near.forEach((id, at) => {
          const other = products.find(Number(id))
          scores[other] = scores[other]! + weight * row.weights[at]!
        })
      },
    },
    isPersonal: choice.model !== 'popularity',
    reading: choice.reading,
    times: Float64Array.from(facts, (fact) => fact?.customers ?? 0),
    // What was stored of each product holds the season already.
    season: null,
    shelf: {
      ids,
      isOut: Uint8Array.from(ids, (id, at) => (facts[at]?.isOut === false && !excluded.has(id) ? 0 : 1)),
      price: Float64Array.from(facts, (fact) => moneyOf(fact?.priceMinor)),
      categories: ids.map(() => []),
      cycleDays: Float64Array.from(facts, (fact) => fact?.cycleDays ?? NaN),
      keptShare: new Float64Array(ids.length).fill(1),
      unitCost: Float64Array.from(facts, (fact) => moneyOf(fact?.unitCostMinor)),
      goodsShare,
    },
    cold: [],
    pinned: pinned.map((id) => products.find(id)),
    asOf,
  }
  const [standing] = await tx.query<{ stage: string; cherry: string }>(
    `SELECT "stage", "cherryPicker" AS cherry FROM "Membership" WHERE shop = $1 AND customer = $2::bigint`,
    [shop, customer],
  )
  const own = pieces.get(Number(customer))
  const picks = picksOf(
    {
      known: { ...allOf(baskets), productCount: ids.length },
      customer: 0,
      ...standingOf(standing?.stage ?? '', standing?.cherry ?? 'none'),
      returned: returned.get(Number(customer)) ?? new Set(),
      piecesOf: (product) => own?.get(product) ?? 1,
    },
    learned,
    new Float64Array(ids.length),
  )
  return customerPicks(picks, ids)
}
