import { calibrationOf } from './calibration.ts'
import type { Calibration } from './calibration.ts'
import { cycleDaysOf, estimatesFrom } from './estimates.ts'
import { expectedPurchasesOfAll, fitPurchases } from './lifetime/mbg-nbd.ts'
import type { NotEnoughData, PurchaseFit } from './lifetime/mbg-nbd.ts'
import { boughtWithin, historiesAt } from './lifetime/purchase-days.ts'
import type { KnownHistories, PurchaseDays } from './lifetime/purchase-days.ts'
import type { Histories } from './lifetime/histories.ts'
import { fitLogistic, logisticShare } from './logistic.ts'
import type { Examples, Logistic } from './logistic.ts'

/**
 * What the score tells late from on time by: MBG/NBD's expected orders, which know who may have stopped, or the days since the
 * last order over the personal cycle.
 */
export type LeansOn = 'expected-orders' | 'purchase-cycle'

/**
 * How likely each customer of a shop is to order again within the horizon: a logistic model of recency, frequency and expected
 * orders, trained on what followed at earlier moments of the same shop. It ranks and is calibrated; it is no reason: the
 * at-risk stage stays the rule of domain/stages.ts.
 */
export type RiskModel = {
  kind: 'fitted'
  asOfDay: number
  horizonDays: number
  leansOn: LeansOn
  /** Why it leans on the purchase cycle: few customers have come back, or none can be seen to have stopped. */
  because: 'few-repeat-buyers' | 'no-drop-out' | null
  purchases: PurchaseFit
  /** G as of the day. */
  cycleDays: number
  logistic: Logistic
  /** The earlier moments it was trained on: who was known then, and how many of them bought within the days that followed. */
  cuts: { day: number; horizonDays: number; customers: number; buyers: number }[]
}

/** What a chance is worked out from: row i of every column is one customer. */
export type RiskHistories = Histories & {
  /** Σ ln(gap in days) over the repeats. */
  sumLnGapDays: ArrayLike<number>
}

/** How often the score was right, of whom it was given when. */
export type Tested = Calibration & { kind: 'tested'; cutDay: number; customers: number }

/** Until this many customers have come back, the score leans on the purchase cycle. */
const REPEAT_BUYERS_TO_LEAN_ON = 200
/** Fewer than this of either outcome teach nothing. */
const OUTCOMES_NEEDED = 10
/** Between yesterday and today nothing has changed; between a week and a month much has. */
const SOFTENING_DAYS = 7
/** Nobody's expected orders are told apart below this. */
const FEWEST_ORDERS = 1e-6

/**
 * The model of a shop as of the end of a day. Purchases after it are not read.
 *
 * @param horizonDays  the shop's own window, over 0
 */
export function riskModel(purchases: PurchaseDays, asOfDay: number, horizonDays: number): RiskModel | NotEnoughData {
  const now = historiesAt(purchases, asOfDay)
  const fit = fitPurchases(now)
  if (fit.kind !== 'fitted') return fit
  const isSmall = fit.repeatBuyers < REPEAT_BUYERS_TO_LEAN_ON
  const because = isSmall ? 'few-repeat-buyers' : fit.dropOut === 'identifiable' ? null : 'no-drop-out'
  const leansOn = because === null ? 'expected-orders' : 'purchase-cycle'

  const taught = earlierCuts(now, asOfDay, horizonDays).map(({ day, horizonDays: days }) => {
    const known = historiesAt(purchases, day)
    const own = fitPurchases(known)
    return {
      day,
      horizonDays: days,
      customers: known.count,
      // A moment with too few to fit borrows today's model.
      inputs: inputsOf(known, days, leansOn, own.kind === 'fitted' ? own : fit, cycleDaysAt(known, day)),
      bought: boughtWithin(purchases, known.customers, day, day + days),
    }
  })
  const examples = together(taught, widthOf(leansOn))
  const bought = sumOf(examples.cameTrue)
  const rarer = Math.min(bought, examples.count - bought)
  if (rarer < OUTCOMES_NEEDED)
    return { kind: 'not-enough-data', lacking: 'outcomes', found: rarer, needed: OUTCOMES_NEEDED }
  return {
    kind: 'fitted',
    asOfDay,
    horizonDays,
    leansOn,
    because,
    purchases: fit,
    cycleDays: cycleDaysAt(now, asOfDay),
    logistic: fitLogistic(examples),
    cuts: taught.map(({ day, horizonDays: days, customers, bought: who }) => ({
      day,
      horizonDays: days,
      customers,
      buyers: sumOf(who),
    })),
  }
}

/** The chance, 0–1, of another order within the model's horizon, for every row of histories as of the model's day. */
export function sharesBuying(model: RiskModel, known: RiskHistories): Float64Array {
  const inputs = inputsOf(known, model.horizonDays, model.leansOn, model.purchases, model.cycleDays)
  const width = widthOf(model.leansOn)
  return Float64Array.from({ length: known.count }, (_, row) => logisticShare(model.logistic, inputs, row * width))
}

/**
 * How often the score was right: the model as it would have been made one horizon ago, beside what has happened since.
 * Where that moment had too little to learn from, that.
 */
export function backTest(purchases: PurchaseDays, asOfDay: number, horizonDays: number): Tested | NotEnoughData {
  const cutDay = asOfDay - horizonDays
  const model = riskModel(purchases, cutDay, horizonDays)
  if (model.kind !== 'fitted') return model
  const known = historiesAt(purchases, cutDay)
  const bought = boughtWithin(purchases, known.customers, cutDay, asOfDay)
  return { kind: 'tested', cutDay, customers: known.count, ...calibrationOf(sharesBuying(model, known), bought) }
}

/**
 * Three earlier moments to learn from, and how many days after each are looked at. A long history gives three whole horizons,
 * one after another. A short one is cut in half, and twice a little later: what came before is then as long as what followed,
 * as it is for the moment to be forecast.
 */
function earlierCuts(
  known: KnownHistories,
  asOfDay: number,
  horizonDays: number,
): { day: number; horizonDays: number }[] {
  const spanDays = known.ageDays.reduce((most, days) => Math.max(most, days), 0)
  if (spanDays >= 4 * horizonDays) return [3, 2, 1].map((back) => ({ day: asOfDay - back * horizonDays, horizonDays }))
  const reachDays = Math.min(horizonDays, spanDays / 2)
  return [1, 5 / 6, 2 / 3]
    .map((share) => Math.floor(reachDays * share))
    .filter((days, index, all) => days > 0 && days !== all[index - 1])
    .map((days) => ({ day: asOfDay - days, horizonDays: days }))
}

function widthOf(leansOn: LeansOn): number {
  return leansOn === 'purchase-cycle' ? 4 : 3
}

/**
 * Recency, frequency and expected orders of every row, one row after another, and where it leans on it the cycle ratio; all
 * by their logarithms, so that equal ratios count equally.
 */
function inputsOf(
  known: RiskHistories,
  horizonDays: number,
  leansOn: LeansOn,
  fit: PurchaseFit,
  cycleDays: number,
): Float64Array {
  const width = widthOf(leansOn)
  const inputs = new Float64Array(known.count * width)
  const expected = expectedPurchasesOfAll(fit, known, horizonDays)
  for (let row = 0; row < known.count; row += 1) {
    const sinceDays = known.ageDays[row]! - known.recencyDays[row]! + SOFTENING_DAYS
    const at = row * width
    inputs[at] = Math.log(sinceDays / horizonDays)
    inputs[at + 1] = Math.log1p(known.repeats[row]!)
    inputs[at + 2] = Math.log(Math.max(expected[row]!, FEWEST_ORDERS))
    if (leansOn === 'expected-orders') continue
    const ownDays = cycleDaysOf(known.repeats[row]! + 1, known.sumLnGapDays[row]!, cycleDays)
    inputs[at + 3] = Math.log(sinceDays / ownDays)
  }
  return inputs
}

function cycleDaysAt(known: KnownHistories, day: number): number {
  const { count, repeats, sumLnGapDays, firstGapDays } = known
  const n = repeats.map((each) => each + 1)
  return estimatesFrom({ count, n, sumLnGapDays, firstGapDays, isBusiness: new Uint8Array(count) }, day).cycleDays
}

function together(
  parts: readonly { customers: number; inputs: Float64Array; bought: Uint8Array }[],
  width: number,
): Examples {
  const count = parts.reduce((sum, part) => sum + part.customers, 0)
  const inputs = new Float64Array(count * width)
  const cameTrue = new Uint8Array(count)
  let row = 0
  for (const part of parts) {
    inputs.set(part.inputs, row * width)
    cameTrue.set(part.bought, row)
    row += part.customers
  }
  return { count, width, inputs, cameTrue }
}

function sumOf(values: Uint8Array): number {
  return values.reduce((sum, each) => sum + each, 0)
}
