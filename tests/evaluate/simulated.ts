import { purchaseDaysOf } from '#app/domain/lifetime/purchase-days.ts'
import type { PurchaseDays } from '#app/domain/lifetime/purchase-days.ts'
import { chanceFrom } from '#tests/shop/chance.ts'

/**
 * Purchase days of customers who come within the first third of the time at a random rate of their own (exponential, so r is 1;
 * one purchase in `gapDays` on average) and stop for good after each purchase with one and the same chance.
 */
export function simulated(customers: number, overDays: number, gapDays: number, chanceToStop: number): PurchaseDays {
  const random = chanceFrom(`${customers} ${overDays} ${gapDays} ${chanceToStop}`)
  const waiting = () => -Math.log(1 - random())
  return purchaseDaysOf(
    Array.from({ length: customers }, () => {
      const rate = waiting() / gapDays
      const days: number[] = []
      for (let day = (random() * overDays) / 3; day < overDays; day += waiting() / rate) {
        days.push(Math.floor(day))
        if (random() < chanceToStop) break
      }
      return days
    }),
  )
}
