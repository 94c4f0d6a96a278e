import { BasketsGathered, type Baskets } from '#app/domain/recommendations/baskets.ts'
import { chanceFrom } from '#tests/shop/chance.ts'

export const BASKETS_A_PRODUCT = 20
const TASTES = 50

/** Customers have two of fifty tastes; within each, and over all, some products are bought far more than others. */
export function shopOf(products: number): Baskets {
  const chance = chanceFrom('recommendations')
  const baskets = BASKETS_A_PRODUCT * products
  const gathered = new BasketsGathered()
  const often = (count: number) => Math.floor(count * chance() ** 2.5)
  const perTaste = products / TASTES
  const product = (taste: number) => (chance() < 0.25 ? often(products) : often(perTaste) * TASTES + taste)
  for (let customer = 0, basket = 0; basket < baskets; customer++) {
    const tastes = [Math.floor(chance() * TASTES), Math.floor(chance() * TASTES)]
    const own = 1 + Math.floor(-Math.log(1 - chance()) * 3)
    for (let each = 0; each < own && basket < baskets; each++, basket++) {
      const size = 1 + Math.floor(-Math.log(1 - chance()) * 4)
      for (let line = 0; line < size; line++)
        gathered.add(customer, basket, basket, product(tastes[Math.floor(chance() * 2)]!))
    }
  }
  return gathered.end(products)
}
