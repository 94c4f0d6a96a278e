/** Learning what is bought together, of 5,000 products and 100,000 baskets, beside one inversion of that size by ml-matrix. */
import { inverse, Matrix } from 'ml-matrix'
import { backTest, leaveOut } from '#app/domain/recommendations/back-test.ts'
import { ease, easeNearby, learned } from '#app/domain/recommendations/models.ts'
import { togetherOf } from '#app/domain/recommendations/together.ts'
import { BASKETS_A_PRODUCT, shopOf } from './tastes.ts'

const PRODUCTS = Number(process.argv[2] ?? 5000)
const LAMBDA = 500
/** As the product takes above DENSE_UP_TO. */
const NEARBY = 100

const say = (text: string) => process.stdout.write(`${text}\n`)
const test = leaveOut(shopOf(PRODUCTS))

const ours = timed(() => {
  const together = learned(togetherOf(test.known))
  return { together, model: learned(ease(together, LAMBDA)) }
})
const peakMb = process.resourceUsage().maxRSS / 1024
const nearby = timed(() => learned(easeNearby(learned(togetherOf(test.known)), LAMBDA, NEARBY)))
const plain = { halfLifeBaskets: null, isSeasonal: false }
const [dense, near] = [ours.value.model, nearby.value].map((model) => learned(backTest(test, model, plain)).ndcg10) as [
  number,
  number,
]
const { together } = ours.value
const matrix = Matrix.zeros(PRODUCTS, PRODUCTS)
for (let product = 0; product < PRODUCTS; product++) {
  matrix.set(product, product, together.times[product]! + LAMBDA)
  for (const [at, other] of together.others[product]!.entries()) {
    matrix.set(product, other, together.counts[product]![at]!)
    matrix.set(other, product, together.counts[product]![at]!)
  }
}
const peer = timed(() => inverse(matrix))

const seconds = (ms: number) => (ms / 1000).toFixed(1)
say(
  `EASE of ${PRODUCTS} products and ${BASKETS_A_PRODUCT * PRODUCTS} baskets: ${seconds(ours.ms)} s beside ${seconds(peer.ms)} s of one inversion ` +
    `by ml-matrix, ${(ours.ms / peer.ms).toFixed(2)}x (limit 3x); peak memory ${peakMb.toFixed(0)} MB (limit 1,024 MB)`,
)
say(
  `from ${NEARBY} nearby products each, as above 5,000: ${seconds(nearby.ms)} s; NDCG@10 ${near.toFixed(4)} beside ` +
    `${dense.toFixed(4)}, ${((1 - near / dense) * 100).toFixed(1)} % lost (limit 5 %)`,
)

function timed<T>(work: () => T): { ms: number; value: T } {
  const from = performance.now()
  const value = work()
  return { ms: performance.now() - from, value }
}
