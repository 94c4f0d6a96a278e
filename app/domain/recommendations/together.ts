import { boughtBy, type Known } from './baskets.ts'

/** How many customers bought both of two products, sparse: those of product p without p itself. */
export type Together = {
  /** Customers of each product. */
  times: Float64Array
  starts: Float64Array
  others: Uint32Array
  counts: Float64Array
}

/** Known value: customers with 0, 1 and with 0, 1, 2 → 0 and 1 together twice, 0 and 2 once. */
export function togetherOf(known: Known): Together {
  const rows = rowsOf(known)
  const times = new Float64Array(known.productCount)
  for (const product of rows.products) times[product] = times[product]! + 1
  const buyers = buyersOf(times, rows)
  const starts = new Float64Array(times.length + 1)
  const others: Uint32Array[] = []
  const counts: Float64Array[] = []
  const count = new Float64Array(times.length)
  for (let product = 0; product < times.length; product++) {
    const met: number[] = []
    for (let at = buyers.starts[product]!; at < buyers.starts[product + 1]!; at++) {
      const row = buyers.rows[at]!
      for (let by = rows.starts[row]!; by < rows.starts[row + 1]!; by++) {
        const other = rows.products[by]!
        if (other === product) continue
        if (count[other] === 0) met.push(other)
        count[other] = count[other]! + 1
      }
    }
    others.push(Uint32Array.from(met))
    counts.push(Float64Array.from(met, (other) => count[other]!))
    for (const other of met) count[other] = 0
    starts[product + 1] = starts[product]! + met.length
  }
  const together = {
    times,
    starts,
    others: new Uint32Array(starts[times.length]!),
    counts: new Float64Array(starts[times.length]!),
  }
  for (let product = 0; product < times.length; product++) {
    together.others.set(others[product]!, starts[product])
    together.counts.set(counts[product]!, starts[product])
  }
  return together
}

type Rows = { starts: Float64Array; products: Uint32Array }

/** Each customer's products, each once. */
function rowsOf(known: Known): Rows {
  const customers = known.counts.length
  const starts = new Float64Array(customers + 1)
  const products = new Uint32Array(known.products.length)
  for (let customer = 0; customer < customers; customer++) {
    let at = starts[customer]!
    for (const product of boughtBy(known, customer)) products[at++] = product
    starts[customer + 1] = at
  }
  return { starts, products: products.subarray(0, starts[customers]) }
}

/** The same rows the other way round: who bought each product. */
function buyersOf(times: Float64Array, { starts, products }: Rows) {
  const from = new Float64Array(times.length + 1)
  for (const [product, count] of times.entries()) from[product + 1] = from[product]! + count
  const next = from.slice()
  const rows = new Uint32Array(products.length)
  for (let row = 0; row + 1 < starts.length; row++)
    for (let at = starts[row]!; at < starts[row + 1]!; at++) {
      const product = products[at]!
      rows[next[product]!] = row
      next[product] = next[product]! + 1
    }
  return { starts: from, rows }
}
