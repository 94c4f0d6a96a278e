import { boughtBy, type Known } from './baskets.ts'

/** How many customers bought both of two products. Each pair is held once, with the first of the two: pairs are what takes memory. */
export type Together = {
  /** Customers of each product. */
  times: Float64Array
  /** Of each product those of a higher position that a customer of it has bought, in no order. */
  others: Uint32Array[]
  /** Customers of both, beside `others`. */
  counts: Uint32Array[]
}

/**
 * A generator that pauses often; its memory is 8 bytes a pair.
 *
 * Known value: customers with 0, 1 and with 0, 1, 2 → 0 and 1 together twice, 0 and 2 once, 1 and 2 once.
 */
export function* togetherOf(known: Known): Generator<void, Together> {
  const rows = rowsOf(known)
  const times = new Float64Array(known.productCount)
  for (const product of rows.products) times[product] = times[product]! + 1
  const buyers = buyersOf(times, rows)
  const others: Uint32Array[] = []
  const counts: Uint32Array[] = []
  const count = new Uint32Array(times.length)
  const met = new Uint32Array(times.length)
  for (let product = 0; product < times.length; product++) {
    let size = 0
    for (let at = buyers.starts[product]!; at < buyers.starts[product + 1]!; at++) {
      const row = buyers.rows[at]!
      // Down to the product itself, which the row holds.
      for (let by = rows.starts[row + 1]! - 1; rows.products[by]! > product; by--) {
        const other = rows.products[by]!
        if (count[other] === 0) met[size++] = other
        count[other] = count[other]! + 1
      }
    }
    others.push(met.slice(0, size))
    counts.push(others[product]!.map((other) => count[other]!))
    for (const other of others[product]!) count[other] = 0
    yield
  }
  return { times, others, counts }
}

type Rows = { starts: Float64Array; products: Uint32Array }

/** Each customer's products, each once, by position. */
function rowsOf(known: Known): Rows {
  const customers = known.counts.length
  const starts = new Float64Array(customers + 1)
  const products = new Uint32Array(known.products.length)
  for (let customer = 0; customer < customers; customer++) {
    let at = starts[customer]!
    for (const product of boughtBy(known, customer)) products[at++] = product
    products.subarray(starts[customer], at).sort()
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
