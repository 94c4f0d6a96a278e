import { DAY_MS } from '#app/domain/order.ts'
import { purchaseDaysOf } from '#app/domain/lifetime/purchase-days.ts'
import type { PurchaseDays } from '#app/domain/lifetime/purchase-days.ts'
import { InvalidInput } from '#app/errors.ts'
import { readOrderLog, type LogOrder } from '#tests/shop/order-log.ts'
import { fileAndCut } from './arguments.ts'
import { evaluateScore, halfway } from './score.ts'
import type { ScoreFigures } from './score.ts'

const USAGE = 'npm run evaluate -- orders FILE [--cut DATE]'

/** The score on a shop's own log of orders, in the columns that `npm run demo -- --orders` takes. */
export async function evaluate(args: string[], say: (line: string) => void): Promise<ScoreFigures> {
  const { file, cutDay } = fileAndCut(args, USAGE)
  const { orders, badLines } = await readOrderLog(file).catch((error: Error) => {
    throw new InvalidInput(error.message, { cause: error })
  })
  for (const bad of badLines.slice(0, 5)) say(`line ${bad.line} left out: ${bad.reason}`)
  if (badLines.length > 5) say(`and ${badLines.length - 5} lines more`)
  const purchases = purchasesOf(orders)
  if (purchases.count === 0) throw new InvalidInput(`${file} has no order of a customer that is worth something.`)
  const endDay = purchases.days.reduce((most, day) => Math.max(most, day), 0)
  return evaluateScore(purchases, cutDay ?? halfway(purchases), endDay, say)
}

/** Days (UTC) on which customers bought something worth more than 0; guests are nobody. */
export function purchasesOf(orders: readonly LogOrder[]): PurchaseDays {
  const customers = new Map<string, number[]>()
  for (const { customer, at, lines } of orders) {
    const worthMinor = lines.reduce((sum, line) => sum + line.quantity * line.unitMinor - line.discountMinor, 0)
    if (customer === '' || worthMinor <= 0) continue
    const day = Math.floor(at / DAY_MS)
    const known = customers.get(customer)
    if (known) known.push(day)
    else customers.set(customer, [day])
  }
  return purchaseDaysOf([...customers.values()])
}
