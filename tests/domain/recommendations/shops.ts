import { BasketsGathered, type Baskets } from '#app/domain/recommendations/baskets.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { chanceFrom } from '#tests/shop/chance.ts'

/** Customers with their baskets, a day apart. */
export function baskets(customers: readonly (readonly (readonly number[])[])[], productCount?: number): Baskets {
  const gathered = new BasketsGathered()
  for (const [customer, own] of customers.entries())
    for (const [basket, products] of own.entries())
      for (const product of products) gathered.add(customer, basket, basket * DAY_MS, product)
  return gathered.end(productCount ?? Math.max(...customers.flat(2)) + 1)
}

/** Four tastes of ten products each; whoever has one buys from it, whatever others buy. */
export function shopOfTastes(seed: number, customers = 300): Baskets {
  const random = chanceFrom(`shop ${seed}`)
  const pick = (from: number, count: number) => from + Math.floor(random() * count)
  return baskets(
    Array.from({ length: customers }, () => {
      const taste = pick(0, 4) * 10
      return Array.from({ length: 4 }, () => [pick(taste, 10), pick(taste, 10)])
    }),
    40,
  )
}

/** Nobody has a taste: everybody buys from the same few, the first ones most. */
export function shopOfHits(seed: number, customers = 300): Baskets {
  const random = chanceFrom(`shop ${seed}`)
  const pick = () => Math.floor(40 * random() ** 3)
  return baskets(
    Array.from({ length: customers }, () => Array.from({ length: 4 }, () => [pick(), pick()])),
    40,
  )
}
