/** A whole night's learning for a catalogue far above what is learned in one piece: the choice of the model, and the model. */
import { choose, learn } from '#app/domain/recommendations/choice.ts'
import { learned } from '#app/domain/recommendations/models.ts'
import { BASKETS_A_PRODUCT, shopOf } from './tastes.ts'

const PRODUCTS = Number(process.argv[2] ?? 30_000)

const baskets = shopOf(PRODUCTS)
const from = performance.now()
learned(learn(baskets, learned(choose(baskets))))
const seconds = (performance.now() - from) / 1000
const peakMb = process.resourceUsage().maxRSS / 1024
process.stdout.write(
  `a night's learning of ${PRODUCTS} products and ${BASKETS_A_PRODUCT * PRODUCTS} baskets: ${seconds.toFixed(0)} s, ` +
    `peak memory ${peakMb.toFixed(0)} MB (limit 1,024 MB)\n`,
)
