import { readFileSync } from 'node:fs'
import { purchaseDaysOf } from '#app/domain/lifetime/purchase-days.ts'
import type { PurchaseDays } from '#app/domain/lifetime/purchase-days.ts'
import { dayFromText, dayText } from '#app/domain/shop-calendar.ts'
import { InvalidInput } from '#app/errors.ts'
import { chanceFrom, wholeBetween } from '#tests/shop/chance.ts'
import { fileAndCut } from './arguments.ts'
import { evaluateScore, halfway } from './score.ts'
import type { ScoreFigures } from './score.ts'

const USAGE = 'npm run evaluate -- cdnow FILE [--cut DATE], FILE being cdnow_sample.txt or cdnow_sample_cbs.csv'
const SUMMARY = 'id,x,tx,T,m,hx,hm'
/** The summary gives ages only; this is the day up to which they are counted. */
const SUMMARY_CUT_DAY = dayFromText('1997-09-30')
const SUMMARY_HORIZON_DAYS = 273

/** The score on the CDNOW sample, from its purchases or from the summary of them, on which nobody knows what lay between. */
export async function evaluate(args: string[], say: (line: string) => void): Promise<ScoreFigures> {
  const { file, cutDay } = fileAndCut(args, USAGE)
  const text = readFileSync(file, 'utf8')
  if (text.startsWith(SUMMARY)) {
    if (cutDay !== null && cutDay !== SUMMARY_CUT_DAY)
      throw new InvalidInput(`A summary has one cut, ${dayText(SUMMARY_CUT_DAY)}: give the purchases for another.`)
    say('from the summary: purchases between the first and the last are put on random days between them')
    return evaluateScore(summaryOf(text), SUMMARY_CUT_DAY, SUMMARY_CUT_DAY + SUMMARY_HORIZON_DAYS, say)
  }
  const purchases = purchasesOf(text)
  const endDay = purchases.days.reduce((most, day) => Math.max(most, day), 0)
  return evaluateScore(purchases, cutDay ?? halfway(purchases), endDay, say)
}

/** Purchase days from lines of the master file's id, the sample's id, day, CDs and dollars. */
export function purchasesOf(text: string): PurchaseDays {
  const customers = new Map<string, number[]>()
  for (const [index, line] of linesOf(text)) {
    const match = /^\s*\d+\s+(\d+)\s+(\d{4})(\d\d)(\d\d)\s+\d+\s+\d+\.\d+\s*$/.exec(line)
    const [, customer, ...day] = match ?? []
    const days = match ? dayFromText(day.join('-')) : NaN
    if (customer === undefined || Number.isNaN(days))
      throw new InvalidInput(`Line ${index} is not a purchase. ${USAGE}`)
    const known = customers.get(customer)
    if (known) known.push(days)
    else customers.set(customer, [days])
  }
  if (customers.size === 0) throw new InvalidInput(`The file is empty. ${USAGE}`)
  return purchaseDaysOf([...customers.values()])
}

/**
 * Purchase days from the summary. Where each of the x − 1 purchases between the first and the last lay is not in it: random
 * days between them, as the models have it, always the same ones. Those of the hold-out are put on its days, one a day; only
 * whether there are any is looked at.
 */
export function summaryOf(text: string): PurchaseDays {
  const customers = linesOf(text)
    .slice(1)
    .map(([index, line]) => {
      const fields = line.split(',').map(Number)
      const [id, x, tx, age, , later] = fields
      if (fields.length !== SUMMARY.split(',').length || fields.some(Number.isNaN))
        throw new InvalidInput(`Line ${index} is not a customer. ${USAGE}`)
      const first = SUMMARY_CUT_DAY - Math.round(age! * 7)
      const lastDays = Math.round(tx! * 7)
      const after = Array.from({ length: Math.min(later!, SUMMARY_HORIZON_DAYS) }, (_, i) => SUMMARY_CUT_DAY + 1 + i)
      return [first, ...daysBetween(chanceFrom(`customer ${id}`), x!, lastDays).map((days) => first + days), ...after]
    })
  return purchaseDaysOf(customers)
}

/** The days after the first purchase of x repeats, the last of them known, no two alike. */
function daysBetween(random: () => number, repeats: number, lastDays: number): number[] {
  if (repeats === 0) return []
  const days = new Set([lastDays])
  while (days.size < Math.min(repeats, lastDays)) days.add(wholeBetween(random, 1, lastDays))
  return [...days]
}

function linesOf(text: string): [number: number, line: string][] {
  return text
    .split(/\r?\n/)
    .map((line, index): [number, string] => [index + 1, line])
    .filter(([, line]) => line.trim() !== '')
}
