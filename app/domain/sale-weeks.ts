import { mondayOf } from './shop-calendar.ts'

/** Buyers of one ISO week of the shop; `discounted` of them had a discount that was open to everyone. */
export type WeekOfBuyers = { monday: number; buyers: number; discounted: number }

/** Weight of the shop's usual share in a week's, in buyers: a week with three buyers is no sale because two had a code. */
const PRIOR_BUYERS = 5
/** Under so many weeks with buyers, or with groups less far apart than this, the shop has no sale weeks that can be told. */
const WEEKS_NEEDED = 8
const LEAST_DISTANCE = 0.2

/**
 * The Mondays (shop calendar days) of the weeks in which the shop had a sale, learned from the shop alone: every week's
 * share of buyers with an open discount, drawn towards the shop's median week, falls into two groups where the split leaves
 * the least variance within them (Otsu; exact, by trying every split). The upper group are sale weeks if the groups' means
 * are at least 0.2 apart: a shop that always or never discounts has none.
 *
 * First-purchase benefits are not to be counted in `discounted`: they follow newcomers, not sales.
 * Known value: shares of nine weeks 5 % and one 60 %, 100 buyers each → that one week.
 */
export function saleWeeksOf(weeks: readonly WeekOfBuyers[]): Set<number> {
  const withBuyers = weeks.filter((week) => week.buyers > 0)
  if (withBuyers.length < WEEKS_NEEDED) return new Set()
  const raw = withBuyers.map((week) => week.discounted / week.buyers).sort((a, b) => a - b)
  const usual = raw[Math.floor((raw.length - 1) / 2)]!
  const shares = withBuyers
    .map(({ monday, buyers, discounted }) => ({
      monday,
      share: (discounted + PRIOR_BUYERS * usual) / (buyers + PRIOR_BUYERS),
    }))
    .sort((a, b) => a.share - b.share)
  const total = shares.reduce((sum, week) => sum + week.share, 0)
  let best = { between: 0, from: shares.length }
  let below = 0
  for (let from = 1; from < shares.length; from += 1) {
    below += shares[from - 1]!.share
    const distance = (total - below) / (shares.length - from) - below / from
    const between = from * (shares.length - from) * distance * distance
    if (distance >= LEAST_DISTANCE && between > best.between) best = { between, from }
  }
  return new Set(shares.slice(best.from).map((week) => week.monday))
}

/** Full-price chances of one person: how many there were, and how many passed without an order. */
export type FullPriceChances = { chances: number; ignored: number }

/**
 * How many chances to buy at full price somebody let pass: the days outside sale weeks since the first occasion, one after
 * another, are cut into periods as long as the personal cycle; a period without an occasion was ignored. A last period that
 * is not over yet is no chance.
 *
 * @param occasionDays  shop calendar days of the occasions, ascending; at least one
 * @param cycleDays     the personal cycle g
 * @param today         shop calendar day of asOf
 */
export function fullPriceChances(
  occasionDays: readonly number[],
  cycleDays: number,
  saleWeeks: ReadonlySet<number>,
  today: number,
): FullPriceChances {
  const length = Math.max(1, Math.round(cycleDays))
  const bought = new Set(occasionDays)
  const result = { chances: 0, ignored: 0 }
  let daysOfPeriod = 0
  let hasBought = false
  for (let day = occasionDays[0]! + 1; day <= today; day += 1) {
    if (saleWeeks.has(mondayOf(day))) continue
    daysOfPeriod += 1
    hasBought ||= bought.has(day)
    if (daysOfPeriod < length) continue
    result.chances += 1
    if (!hasBought) result.ignored += 1
    daysOfPeriod = 0
    hasBought = false
  }
  return result
}
