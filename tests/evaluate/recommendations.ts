import { backTest, leaveOut, type Figures, type Test } from '#app/domain/recommendations/back-test.ts'
import { BasketsGathered, type Baskets } from '#app/domain/recommendations/baskets.ts'
import { choose, TESTED_NEEDED } from '#app/domain/recommendations/choice.ts'
import { cosine, ease, easeNearby, learned, type Model } from '#app/domain/recommendations/models.ts'
import { togetherOf } from '#app/domain/recommendations/together.ts'
import { InvalidInput } from '#app/errors.ts'
import { readOrderLog, type LogOrder } from '#tests/shop/order-log.ts'

const USAGE = 'npm run evaluate -- recommendations FILE'
const COSINES = [0, 10, 30].flatMap((h) => [20, 50, 100].map((k) => ({ h, k })))
const PLAIN = { halfLifeBaskets: null, isSeasonal: false }

/**
 * How well the product's own choice, popularity and cosine kNN find what was new in a customer's last basket, in a log of
 * orders. What each of them is set to is chosen on the basket before the last.
 */
export async function evaluate(
  args: string[],
  say: (line: string) => void,
): Promise<{ ours: Figures; popularity: Figures; cosine: Figures }> {
  const [file] = args
  if (file === undefined || args.length > 1) throw new InvalidInput(`It takes one file: ${USAGE}`)
  const { orders, badLines } = await readOrderLog(file).catch((error: Error) => {
    throw new InvalidInput(error.message, { cause: error })
  })
  for (const bad of badLines.slice(0, 5)) say(`line ${bad.line} left out: ${bad.reason}`)
  if (badLines.length > 5) say(`and ${badLines.length - 5} lines more`)
  const baskets = basketsOf(orders)
  const choice = learned(choose(baskets))
  if (choice.figures === null)
    throw new InvalidInput(
      `${file} has ${choice.tested} customers with three baskets and something new in the last one; it takes ${TESTED_NEEDED}.`,
    )
  const customers = baskets.starts.length - 1
  say(`${customers} customers, ${baskets.productCount} products; the last basket of ${choice.tested} is looked for.`)
  const { halfLifeBaskets, isSeasonal } = choice.reading
  const shape = bestCosine(baskets)
  say(
    `Chosen on the basket before: EASE λ ${choice.lambda}, half-life ${halfLifeBaskets ?? 'none'}, season ${isSeasonal ? 'on' : 'off'}; cosine h ${shape.h}, k ${shape.k}.`,
  )

  const test = leaveOut(baskets)
  const together = learned(togetherOf(test.known))
  const plain = learned(ease(together, choice.lambda))
  const nearby = learned(easeNearby(together, choice.lambda, 100))
  const rows = {
    ours: choice.figures[choice.model],
    popularity: choice.figures.popularity,
    cosine: figuresOf(test, learned(cosine(together, shape))),
  }
  const beside = {
    'EASE, plain': figuresOf(test, plain),
    'EASE of 100 nearby, plain': figuresOf(test, nearby),
  }
  say('                              Recall@10  NDCG@10  hit rate')
  for (const [name, { recall10, ndcg10, hit10 }] of Object.entries({ ...rows, ...beside }))
    say(
      `${(name === 'ours' ? `ours (${choice.model})` : name).padEnd(30)}${[recall10, ndcg10, hit10].map((one) => one.toFixed(4).padStart(9)).join('')}`,
    )
  return rows
}

function figuresOf(test: Test, model: Model): Figures {
  const { recall10, ndcg10, hit10 } = learned(backTest(test, model, PLAIN))
  return { recall10, ndcg10, hit10 }
}

function bestCosine(baskets: Baskets): { h: number; k: number } {
  const earlier = leaveOut(baskets, 1)
  const together = learned(togetherOf(earlier.known))
  const told = COSINES.map((shape) => ({ shape, ndcg10: figuresOf(earlier, learned(cosine(together, shape))).ndcg10 }))
  return told.reduce((most, one) => (one.ndcg10 > most.ndcg10 ? one : most)).shape
}

/** Of customers that are known, baskets of goods: only codes that begin with five digits are goods. */
function basketsOf(orders: readonly LogOrder[]): Baskets {
  const positions = new Map<string, number>()
  const of = new Map<string, LogOrder[]>()
  for (const order of [...orders].sort((a, b) => a.at - b.at)) {
    if (order.customer === '') continue
    const known = of.get(order.customer)
    if (known) known.push(order)
    else of.set(order.customer, [order])
  }
  const gathered = new BasketsGathered()
  for (const [customer, own] of [...of.values()].entries())
    for (const [basket, { at, lines }] of own.entries())
      for (const { sku } of lines) {
        if (!/^\d{5}/.test(sku)) continue
        const position = positions.get(sku) ?? positions.size
        positions.set(sku, position)
        gathered.add(customer, basket, at, position)
      }
  return gathered.end(positions.size)
}
