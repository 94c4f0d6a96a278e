/** Learning what is bought together, of 5,000 products and 100,000 baskets, beside one inversion of that size by ml-matrix. */
import { inverse, Matrix } from 'ml-matrix'
import { backTest, leaveOut } from '#app/domain/recommendations/back-test.ts'
import { BasketsGathered, type Baskets } from '#app/domain/recommendations/baskets.ts'
import { ease, easeNearby, learned } from '#app/domain/recommendations/models.ts'
import { togetherOf } from '#app/domain/recommendations/together.ts'
import { chanceFrom } from '#tests/shop/chance.ts'

const PRODUCTS = Number(process.argv[2] ?? 5000)
const BASKETS = 20 * PRODUCTS
const TASTES = 50
const LAMBDA = 500
/** As the product takes above DENSE_UP_TO. */
const NEARBY = 100

const say = (text: string) => process.stdout.write(`${text}\n`)
const test = leaveOut(shopOf(chanceFrom('recommendations')))

const ours = timed(() => {
  const together = togetherOf(test.known)
  return { together, model: learned(ease(together, LAMBDA)) }
})
const peakMb = process.resourceUsage().maxRSS / 1024
const nearby = timed(() => learned(easeNearby(togetherOf(test.known), LAMBDA, NEARBY)))
const plain = { halfLifeBaskets: null, isSeasonal: false }
const [dense, near] = [ours.value.model, nearby.value].map((model) => learned(backTest(test, model, plain)).ndcg10) as [
  number,
  number,
]
const { together } = ours.value
const matrix = Matrix.zeros(PRODUCTS, PRODUCTS)
for (let product = 0; product < PRODUCTS; product++) {
  matrix.set(product, product, together.times[product]! + LAMBDA)
  for (let at = together.starts[product]!; at < together.starts[product + 1]!; at++)
    matrix.set(product, together.others[at]!, together.counts[at]!)
}
const peer = timed(() => inverse(matrix))

const seconds = (ms: number) => (ms / 1000).toFixed(1)
say(
  `EASE of ${PRODUCTS} products and ${BASKETS} baskets: ${seconds(ours.ms)} s beside ${seconds(peer.ms)} s of one inversion ` +
    `by ml-matrix, ${(ours.ms / peer.ms).toFixed(2)}x (limit 3x); peak memory ${peakMb.toFixed(0)} MB (limit 1,024 MB)`,
)
say(
  `from ${NEARBY} nearby products each, as above 5,000: ${seconds(nearby.ms)} s; NDCG@10 ${near.toFixed(4)} beside ` +
    `${dense.toFixed(4)}, ${((1 - near / dense) * 100).toFixed(1)} % lost (limit 5 %)`,
)

/** Customers have two of fifty tastes; within each, and over all, some products are bought far more than others. */
function shopOf(chance: () => number): Baskets {
  const gathered = new BasketsGathered()
  const often = (count: number) => Math.floor(count * chance() ** 2.5)
  const perTaste = PRODUCTS / TASTES
  const product = (taste: number) => (chance() < 0.25 ? often(PRODUCTS) : often(perTaste) * TASTES + taste)
  for (let customer = 0, basket = 0; basket < BASKETS; customer++) {
    const tastes = [Math.floor(chance() * TASTES), Math.floor(chance() * TASTES)]
    const own = 1 + Math.floor(-Math.log(1 - chance()) * 3)
    for (let each = 0; each < own && basket < BASKETS; each++, basket++) {
      const size = 1 + Math.floor(-Math.log(1 - chance()) * 4)
      for (let line = 0; line < size; line++)
        gathered.add(customer, basket, basket, product(tastes[Math.floor(chance() * 2)]!))
    }
  }
  return gathered.end(PRODUCTS)
}

function timed<T>(work: () => T): { ms: number; value: T } {
  const from = performance.now()
  const value = work()
  return { ms: performance.now() - from, value }
}
