import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { addOutcome, emptyOutcomes, limitsOverTime, walkStages, type OutcomeTally } from '#app/domain/replay.ts'
import { dayFromText, dayText, type ShopCalendar } from '#app/domain/shop-calendar.ts'
import { STAGES, type Estimates, type Thresholds } from '#app/domain/stages.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { ByCustomer, Folded } from './fold.ts'
import type { OrderColumns } from './read-orders.ts'

/** So many shop days are replayed; what is older stays as it was. */
const REPLAYED_DAYS = 400
const YEAR_MS = 365 * DAY_MS

export type Replay = {
  /** The first day of the columns below, and how many days up to yesterday. */
  firstDay: number
  days: number
  /** Per stage (index of STAGES), per day: customers at its end, and their money of the 365 days before. */
  customers: Float64Array[]
  revenueMinor: Float64Array[]
  /** The stage of asOf per customer. */
  stage: Uint8Array
  outcomes: OutcomeTally
}

/**
 * Replays everybody's stages: fills since-when into the standings, and counts every shop day by what changes (difference
 * columns), so that 400 days cost hardly more than one.
 */
export function replayStages(
  orders: OrderColumns,
  grouped: ByCustomer,
  folded: Folded,
  adopted: readonly Estimates[],
  thresholds: Thresholds,
  calendar: ShopCalendar,
  asOf: Instant,
): Replay {
  const { standings } = folded
  const overTime = limitsOverTime(adopted, thresholds)
  const today = calendar.dayOf(asOf)
  const firstDay = today - REPLAYED_DAYS
  const days = REPLAYED_DAYS
  // One column more than days: what ends after the last day is subtracted there.
  const customers = STAGES.map(() => new Float64Array(days + 1))
  const revenueMinor = STAGES.map(() => new Float64Array(days + 1))
  const stage = new Uint8Array(standings.count)
  const outcomes = emptyOutcomes()
  const times = new Float64Array(grouped.longest)
  const from = new Int32Array(grouped.longest)
  const to = new Int32Array(grouped.longest)
  const net = new Float64Array(grouped.longest)
  const clip = (at: Instant): number => {
    if (at === Infinity) return days
    return Math.min(days, Math.max(0, calendar.dayOf(at) - firstDay))
  }
  const windowStart = calendar.startOf(firstDay)
  let customer = 0
  let counting = 0
  let oldest = 0
  function visit(index: number, spanFrom: Instant, spanTo: Instant): void {
    if (spanTo === Infinity) {
      stage[customer] = index
      standings.stageSince[customer] = spanFrom
    }
    if (spanTo <= windowStart) return
    const first = clip(spanFrom)
    const end = clip(spanTo)
    if (first >= end) return
    customers[index]![first]! += 1
    customers[index]![end]! -= 1
    while (oldest < counting && to[oldest]! <= first) oldest += 1
    for (let k = oldest; k < counting && from[k]! < end; k += 1) {
      const start = Math.max(first, from[k]!)
      const stop = Math.min(end, to[k]!)
      if (start >= stop) continue
      revenueMinor[index]![start]! += net[k]!
      revenueMinor[index]![stop]! -= net[k]!
    }
  }
  for (customer = 0; customer < standings.count; customer += 1) {
    const start = grouped.start[customer]!
    const count = grouped.start[customer + 1]! - start
    counting = 0
    oldest = 0
    for (let k = 0; k < count; k += 1) {
      const order = grouped.sorted[start + k]!
      const at = orders.at[order]!
      times[k] = at
      if (at + YEAR_MS <= windowStart) continue
      from[counting] = clip(at)
      to[counting] = clip(at + YEAR_MS)
      net[counting] = orders.netMinor[order]!
      counting += 1
    }
    walkStages(times, count, standings.knownFrom[customer]!, asOf, overTime, visit)
    addOutcome(outcomes, times, count, standings.knownFrom[customer]!, asOf, overTime)
  }
  for (const column of [...customers, ...revenueMinor]) {
    for (let day = 1; day <= days; day += 1) column[day]! += column[day - 1]!
  }
  return { firstDay, days, customers, revenueMinor, stage, outcomes }
}

type DayRow = { day: string; stage: string; customers: number; revenue12mMinor: number }

/**
 * Writes the days that differ from what is stored. The seven stages come from the replay up to yesterday; cherry-picker
 * cannot be replayed and gets today's numbers, the last run of a day having the last word.
 */
export async function writeStageDays(
  tx: BulkTx,
  shop: ShopId,
  replay: Replay,
  cherryPicker: { customers: number; revenue12m: number },
): Promise<void> {
  const today = replay.firstDay + replay.days
  const stored = await tx.query<{ day: string; stage: string; customers: number; revenue: string }>(
    `SELECT to_char("day", 'YYYY-MM-DD') AS "day", "stage", "customers", "revenue12mMinor" AS "revenue" FROM "StageDay"
      WHERE "shop" = $1 AND "day" >= $2::date`,
    [shop, dayText(replay.firstDay)],
  )
  const known = new Map(stored.map((row) => [`${row.day} ${row.stage}`, `${row.customers} ${row.revenue}`]))
  const storedFirst = stored.length > 0 ? Math.min(...stored.map((row) => dayFromText(row.day))) : Infinity
  const rows: DayRow[] = []
  let hasBegun = false
  for (let day = 0; day < replay.days; day += 1) {
    hasBegun ||= replay.firstDay + day >= storedFirst || replay.customers.some((column) => column[day]! > 0)
    if (!hasBegun) continue
    for (const [index, stage] of STAGES.entries()) {
      rows.push({
        day: dayText(replay.firstDay + day),
        stage,
        customers: replay.customers[index]![day]!,
        revenue12mMinor: replay.revenueMinor[index]![day]!,
      })
    }
  }
  rows.push({
    day: dayText(today),
    stage: 'cherry-picker',
    customers: cherryPicker.customers,
    revenue12mMinor: cherryPicker.revenue12m,
  })
  const changed = rows.filter(
    (row) => known.get(`${row.day} ${row.stage}`) !== `${row.customers} ${row.revenue12mMinor}`,
  )
  if (changed.length === 0) return
  await tx.query(
    `INSERT INTO "StageDay" ("shop", "day", "stage", "customers", "revenue12mMinor")
      SELECT $1::int, r.* FROM unnest($2::date[], $3::text[], $4::int[], $5::bigint[]) r
      ON CONFLICT ("shop", "day", "stage")
      DO UPDATE SET "customers" = excluded."customers", "revenue12mMinor" = excluded."revenue12mMinor"`,
    [
      shop,
      changed.map((row) => row.day),
      changed.map((row) => row.stage),
      changed.map((row) => row.customers),
      changed.map((row) => row.revenue12mMinor),
    ],
  )
}
