/** What the shop's own past says of what customers will do: learned from a sample of them, once a week. */
import { fitSpending } from '#app/domain/lifetime/gamma-gamma.ts'
import type { PurchaseDays } from '#app/domain/lifetime/purchase-days.ts'
import { isFitDue, lifetimeFitOf, type LifetimeFit, type LifetimeFitRow } from '#app/domain/lifetime/stored-fit.ts'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { backTest, riskModel } from '#app/domain/risk.ts'
import type { ShopCalendar } from '#app/domain/shop-calendar.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { ByCustomer, Folded } from './fold.ts'
import type { OrderColumns } from './read-orders.ts'
import { mixed } from './week-marks.ts'

/** More people would say the same to more digits, and not fit beside a million orders. */
const SAMPLE_CUSTOMERS = 50_000

/** The fit in force, after taking a new one where it is due. */
export async function keepLifetimeFit(
  tx: BulkTx,
  shop: ShopId,
  orders: OrderColumns,
  grouped: ByCustomer,
  folded: Folded,
  calendar: ShopCalendar,
  horizonDays: number,
  asOf: Instant,
): Promise<LifetimeFit> {
  const stored = await readLifetimeFit(tx, shop)
  if (stored !== null && !isFitDue(stored, horizonDays, asOf)) return stored
  const people = sampleOf(folded, SAMPLE_CUSTOMERS)
  const purchases = purchaseDaysOf(people, orders, grouped, calendar)
  const asOfDay = calendar.dayOf(asOf)
  const { standings, money } = folded
  const fit: LifetimeFit = {
    takenAt: asOf,
    horizonDays,
    model: riskModel(purchases, asOfDay, horizonDays),
    spend: fitSpending({
      count: people.length,
      purchases: Float64Array.from(people, (i) => standings.n[i]!),
      means: Float64Array.from(people, (i) => money.netMinor[i]! / standings.n[i]!),
    }),
    rightness: backTest(purchases, asOfDay, horizonDays),
  }
  await tx.query(
    `INSERT INTO "LifetimeFit" ("shop", "takenAt", "horizonDays", "model", "spend", "rightness")
      VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT ("shop") DO UPDATE SET "takenAt" = excluded."takenAt",
        "horizonDays" = excluded."horizonDays", "model" = excluded."model", "spend" = excluded."spend",
        "rightness" = excluded."rightness"`,
    [
      shop,
      new Date(fit.takenAt),
      fit.horizonDays,
      JSON.stringify(fit.model),
      JSON.stringify(fit.spend),
      JSON.stringify(fit.rightness),
    ],
  )
  return fit
}

/** The fit as it is stored; null: none was taken yet. */
export async function readLifetimeFit(tx: BulkTx, shop: ShopId): Promise<LifetimeFit | null> {
  const [row] = await tx.query<LifetimeFitRow>('SELECT * FROM "LifetimeFit" WHERE "shop" = $1', [shop])
  return lifetimeFitOf(row)
}

/**
 * Positions of those to learn from: everybody who has ordered and is no company, or about so many of them, picked by their
 * ids so that the next run learns from the same people.
 */
function sampleOf({ standings }: Folded, most: number): Int32Array {
  const { count, n, isBusiness, customers } = standings
  let buyers = 0
  for (let i = 0; i < count; i += 1) if (n[i]! > 0 && isBusiness[i] === 0) buyers += 1
  const oneIn = Math.ceil(buyers / most)
  const people = new Int32Array(buyers)
  let taken = 0
  for (let i = 0; i < count; i += 1) {
    if (n[i] === 0 || isBusiness[i] === 1) continue
    if (oneIn > 1 && mixed(customers[i]!, 0, 0) % oneIn !== 0) continue
    people[taken] = i
    taken += 1
  }
  return people.slice(0, taken)
}

/** The shop's days on which their occasions began. */
function purchaseDaysOf(
  people: Int32Array,
  orders: OrderColumns,
  { start, sorted }: ByCustomer,
  calendar: ShopCalendar,
): PurchaseDays {
  const offsets = new Int32Array(people.length + 1)
  let most = 0
  for (const i of people) most += start[i + 1]! - start[i]!
  const days = new Int32Array(most)
  let taken = 0
  for (const [row, i] of people.entries()) {
    let occasionAt = -Infinity
    let lastDay = -Infinity
    for (let k = start[i]!; k < start[i + 1]!; k += 1) {
      const at = orders.at[sorted[k]!]!
      if (at - occasionAt < DAY_MS) continue
      occasionAt = at
      const day = calendar.dayOf(at)
      // On the day on which clocks go back, two occasions fit into one calendar day.
      if (day === lastDay) continue
      lastDay = day
      days[taken] = day
      taken += 1
    }
    offsets[row + 1] = taken
  }
  return { count: people.length, offsets, days: days.subarray(0, taken) }
}
