import { calibrationOf } from '#app/domain/calibration.ts'
import { cycleDaysOf, estimatesFrom } from '#app/domain/estimates.ts'
import { expectedPurchasesOfAll, fitPurchases, shareBuying } from '#app/domain/lifetime/mbg-nbd.ts'
import type { History } from '#app/domain/lifetime/mbg-nbd.ts'
import { boughtWithin, historiesAt } from '#app/domain/lifetime/purchase-days.ts'
import type { KnownHistories, PurchaseDays } from '#app/domain/lifetime/purchase-days.ts'
import { riskModel, sharesBuying } from '#app/domain/risk.ts'
import { dayText } from '#app/domain/shop-calendar.ts'
import { InvalidInput } from '#app/errors.ts'
import * as bgNbd from './bg-nbd.ts'
import * as paretoNbd from './pareto-nbd.ts'
import { areaUnderCurve, liftOfTopDecile, ranksOf } from './ranking.ts'

export type ScoreFigures = {
  model: string
  logLikelihood: number
  auc: number
  aucRepeaters: number
  aucRankRF: number
  aucRankRFRepeaters: number
  ece: number
  lift10: number
  dropOut: 'identifiable' | 'not identifiable'
}

/** The day that leaves as many days behind it as it has before it. */
export function halfway({ days }: PurchaseDays): number {
  const [first, last] = endsOf(days)
  return Math.floor((first + last) / 2)
}

/**
 * Learns from purchases up to a day, ranks everybody known then, and compares with who bought after it and up to `endDay`;
 * beside it the simpler rules and the references. Log-likelihoods are in weeks, as they are published.
 */
export function evaluateScore(
  purchases: PurchaseDays,
  cutDay: number,
  endDay: number,
  say: (line: string) => void,
): ScoreFigures {
  const [firstDay] = endsOf(purchases.days)
  if (endDay === firstDay) throw new InvalidInput('All purchases are of one day: nothing follows to compare with.')
  if (cutDay < firstDay || cutDay >= endDay)
    throw new InvalidInput(`The cut must be from ${dayText(firstDay)} to ${dayText(endDay - 1)}.`)
  const horizonDays = endDay - cutDay
  const known = historiesAt(purchases, cutDay)
  const bought = boughtWithin(purchases, known.customers, cutDay, endDay)
  const model = riskModel(purchases, cutDay, horizonDays)
  const fit = fitPurchases(known, false)
  if (model.kind !== 'fitted' || fit.kind !== 'fitted') {
    const came = known.repeats.filter((repeats) => repeats > 0).length
    throw new InvalidInput(`Too little to learn from: ${came} of ${known.count} customers had come back by the cut.`)
  }
  const buyers = bought.reduce((sum, each) => sum + each, 0)
  if (buyers === 0 || buyers === known.count)
    throw new InvalidInput(`After the cut ${buyers} of ${known.count} bought.`)
  say(
    `learned from ${dayText(firstDay)} to ${dayText(cutDay)}, looked at to ${dayText(endDay)} (${horizonDays} days): ` +
      `${known.count} customers, ${fit.repeatBuyers} had come back, ${percent(buyers / known.count)} buy`,
  )
  const weeks = known.repeats.reduce((sum, each) => sum + each, 0) * Math.log(7)
  const [bg, pareto] = [bgNbd.fitBgNbd(known), paretoNbd.fitParetoNbd(known)]
  const letters = (of: Record<string, number>) =>
    Object.entries(of)
      .map(([name, value]) => `${name} ${value.toPrecision(5)}`)
      .join('  ')
  const logLikelihood = fit.logLikelihood + weeks
  const { r, alpha, a, b } = fit
  say(`MBG/NBD     ${letters({ r, α: alpha / 7, a, b })}  log-likelihood ${logLikelihood.toFixed(3)}`)
  say(
    `BG/NBD      ${letters({ r: bg.r, α: bg.alpha, a: bg.a, b: bg.b })}  log-likelihood ${bg.logLikelihood.toFixed(3)}`,
  )
  say(
    `Pareto/NBD  ${letters({ r: pareto.r, α: pareto.alpha, s: pareto.s, β: pareto.beta })}  log-likelihood ` +
      pareto.logLikelihood.toFixed(3),
  )
  const dropOut = model.purchases.dropOut
  say(`drop-out ${dropOut}; the score leans on ${model.leansOn}${model.because === null ? '' : ` (${model.because})`}`)
  for (const cut of model.cuts)
    say(`  taught by ${dayText(cut.day)}: ${cut.buyers} of ${cut.customers} bought within ${cut.horizonDays} days`)

  const shares = sharesBuying(model, known)
  const rows = <T>(of: (history: History, row: number) => T) =>
    Array.from({ length: known.count }, (_, row) => of(weeksOf(known, row), row))
  const sinceDays = rows((_, row) => known.ageDays[row]! - known.recencyDays[row]!)
  const [recency, frequency] = [ranksOf(sinceDays.map((days) => -days)), ranksOf(known.repeats)]
  const horizon = horizonDays / 7
  const inWeeks = { ...model.purchases, alpha: model.purchases.alpha / 7 }
  const repeaters = rows((_, row) => row).filter((row) => known.repeats[row]! > 0)
  const figuresOf = (scores: ArrayLike<number>) => ({
    auc: areaUnderCurve(scores, bought),
    aucRepeaters: areaUnderCurve(
      repeaters.map((row) => scores[row]!),
      repeaters.map((row) => bought[row]!),
    ),
    lift10: liftOfTopDecile(scores, bought),
  })
  const cycles = cyclesOf(known, cutDay)
  const sumOfRanks = recency.map((rank, row) => rank + frequency[row]!)
  const rankRF = figuresOf(sumOfRanks)
  const rules: [name: string, scores: ArrayLike<number>, isShare: boolean][] = [
    ['our score', shares, true],
    ['rank(recency) + rank(frequency)', sumOfRanks, false],
    ['recency only', recency, false],
    ['MBG/NBD chance to buy', rows((history) => shareBuying(inWeeks, history, horizon)), true],
    ['MBG/NBD expected orders', expectedPurchasesOfAll(model.purchases, known, horizonDays), false],
    ['Pareto/NBD expected orders', rows((each) => paretoNbd.expectedPurchases(pareto, each, horizon)), false],
    ['BG/NBD chance to be alive', rows((each) => bgNbd.shareAlive(bg, each)), false],
    ['personal cycle, shrunk', rows((_, row) => -sinceDays[row]! / cycles.shrunk[row]!), false],
    ['personal cycle, raw', rows((_, row) => -sinceDays[row]! / cycles.raw[row]!), false],
    ['bought in the last 90 days', rows((_, row) => (sinceDays[row]! <= 90 ? 1 : 0)), false],
  ]
  say(`${'who buys again'.padEnd(34)}AUC all  repeaters  top decile     ECE`)
  for (const [name, scores, isShare] of rules) {
    const { auc, aucRepeaters, lift10 } = figuresOf(scores)
    const error = isShare ? calibrationOf(scores, bought).error.toFixed(4) : ''
    say(
      name.padEnd(34) +
        `${auc.toFixed(4)}     ${aucRepeaters.toFixed(4)}      ${lift10.toFixed(2)}x`.padEnd(34) +
        error.padStart(6),
    )
  }
  const calibration = calibrationOf(shares, bought)
  say('how often the score was right (customers: given, came true):')
  for (const bin of calibration.bins)
    say(`  ${String(bin.customers).padStart(6)}: ${percent(bin.given)}, ${percent(bin.cameTrue)}`)
  return {
    model: `logistic of recency, frequency, MBG/NBD${model.leansOn === 'purchase-cycle' ? ', cycle' : ''}`,
    logLikelihood,
    ...figuresOf(shares),
    aucRankRF: rankRF.auc,
    aucRankRFRepeaters: rankRF.aucRepeaters,
    ece: calibration.error,
    dropOut,
  }
}

function weeksOf(known: KnownHistories, row: number): History {
  return { repeats: known.repeats[row]!, recency: known.recencyDays[row]! / 7, age: known.ageDays[row]! / 7 }
}

/** Personal cycles as the stages have them, and raw: the mean of one's own gaps, the shop's cycle without any. */
function cyclesOf(known: KnownHistories, day: number): { shrunk: number[]; raw: number[] } {
  const n = Array.from(known.repeats, (each) => each + 1)
  const { cycleDays } = estimatesFrom({ ...known, n, isBusiness: new Uint8Array(known.count) }, day)
  return {
    shrunk: n.map((each, row) => cycleDaysOf(each, known.sumLnGapDays[row]!, cycleDays)),
    raw: n.map((each, row) => (each > 1 ? known.recencyDays[row]! / (each - 1) : cycleDays)),
  }
}

function endsOf(days: Int32Array): [first: number, last: number] {
  let [first, last] = [Infinity, -Infinity]
  for (const day of days) {
    first = Math.min(first, day)
    last = Math.max(last, day)
  }
  return [first, last]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
