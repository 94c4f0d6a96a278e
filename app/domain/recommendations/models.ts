/**
 * What a customer who has bought these would buy next, of products that are new to them: item-item models, learned from who
 * bought what, and popularity behind them.
 */
import { invert } from './invert.ts'
import type { Together } from './together.ts'

/** Adds to `scores` what one product that was bought says of every other. Higher is better; the scale is the model's own. */
export type Model = { products: number; addScores(product: number, scores: Float64Array, weight: number): void }

/** Products bought by more people come first, whatever was bought. */
export function popularity({ times }: Together): Model {
  return {
    products: times.length,
    addScores: (_, scores, weight) => {
      for (let at = 0; at < scores.length; at++) scores[at] = scores[at]! + weight * times[at]!
    },
  }
}

/**
 * Item-item cosine with shrinkage: s = n_ij / (√(n_i n_j) + h), of each product the k closest only.
 *
 * @param h  customers; ≥ 0
 * @param k  neighbours that each product keeps
 */
export function cosine(together: Together, { h, k }: { h: number; k: number }): Model {
  const near = nearest(together, h, k)
  return sparse(together.times.length, near.starts, near.others, near.weights)
}

/** Of each product the `k` closest by shrunk cosine, closest first. */
function nearest({ times, starts, others, counts }: Together, h: number, k: number) {
  const from = new Float64Array(times.length + 1)
  const found: number[] = []
  const weights: number[] = []
  for (let product = 0; product < times.length; product++) {
    const close: [number, number][] = []
    for (let at = starts[product]!; at < starts[product + 1]!; at++) {
      const other = others[at]!
      close.push([other, counts[at]! / (Math.sqrt(times[product]! * times[other]!) + h)])
    }
    close.sort((a, b) => b[1] - a[1] || a[0] - b[0])
    for (const [other, weight] of close.slice(0, k)) {
      found.push(other)
      weights.push(weight)
    }
    from[product + 1] = found.length
  }
  return { starts: from, others: Uint32Array.from(found), weights: Float64Array.from(weights) }
}

function sparse(products: number, starts: Float64Array, others: Uint32Array, weights: Float64Array): Model {
  return {
    products,
    addScores: (product, scores, weight) => {
      for (let at = starts[product]!; at < starts[product + 1]!; at++) {
        const other = others[at]!
        scores[other] = scores[other]! + weight * weights[at]!
      }
    },
  }
}

/**
 * EASE^R: the item-item weights B, with a diagonal of 0, that minimise ‖X − XB‖² + λ‖B‖². With P = (XᵀX + λI)⁻¹:
 * B_ij = −P_ij / P_jj.
 *
 * A generator that pauses some 20 ms apart; its memory is products² × 8 bytes.
 *
 * @param lambda  in customers; > 0
 *
 * Source: Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019. Known value: two products bought together
 * by 2 customers and alone by 1 each, λ 1 → P = [[4, -2], [-2, 4]] / 12, B_01 = .5.
 */
export function* ease(together: Together, lambda: number): Generator<void, Model> {
  const products = together.times.length
  const inverse = new Float64Array(products * products)
  for (let product = 0; product < products; product++) {
    const row = product * products
    inverse[row + product] = together.times[product]! + lambda
    for (let at = together.starts[product]!; at < together.starts[product + 1]!; at++)
      inverse[row + together.others[at]!] = together.counts[at]!
  }
  yield* invert(inverse, products)
  const diagonal = Float64Array.from({ length: products }, (_, at) => inverse[at * products + at]!)
  return {
    products,
    addScores: (product, scores, weight) => {
      const row = product * products
      for (let at = 0; at < products; at++)
        if (at !== product) scores[at] = scores[at]! - (weight * inverse[row + at]!) / diagonal[at]!
    },
  }
}

/**
 * EASE^R where each product is explained by its `k` closest products only: the same regression, product by product, so
 * time and memory grow with the number of products and not with its cube and square.
 *
 * Source: the neighbourhood of Ning & Karypis, "SLIM: Sparse linear methods for top-n recommender systems", ICDM 2011 (fsSLIM),
 * with Steck's square loss. With k ≥ products it gives the weights of `ease`, which a test checks.
 */
export function* easeNearby(together: Together, lambda: number, k: number): Generator<void, Model> {
  const { times, starts, others, counts } = together
  const products = times.length
  const near = nearest(together, SHRINK, k)
  const place = new Int32Array(products).fill(-1)
  const rows: { into: number[]; weights: number[] }[] = Array.from({ length: products }, () => ({
    into: [],
    weights: [],
  }))
  for (let product = 0; product < products; product++) {
    const size = near.starts[product + 1]! - near.starts[product]!
    const close = near.others.subarray(near.starts[product], near.starts[product + 1])
    for (const [at, other] of close.entries()) place[other] = at
    const gram = new Float64Array(size * size)
    for (const [at, other] of close.entries()) {
      gram[at * size + at] = times[other]! + lambda
      for (let by = starts[other]!; by < starts[other + 1]!; by++) {
        const to = place[others[by]!]!
        if (to >= 0) gram[at * size + to] = counts[by]!
      }
    }
    const wanted = new Float64Array(size)
    for (let at = starts[product]!; at < starts[product + 1]!; at++) {
      const to = place[others[at]!]!
      if (to >= 0) wanted[to] = counts[at]!
    }
    for (const other of close) place[other] = -1
    solve(gram, wanted, size)
    for (const [at, other] of close.entries()) {
      rows[other]!.into.push(product)
      rows[other]!.weights.push(wanted[at]!)
    }
    yield
  }
  const from = new Float64Array(products + 1)
  for (const [product, { into }] of rows.entries()) from[product + 1] = from[product]! + into.length
  const into = new Uint32Array(from[products]!)
  const weights = new Float64Array(from[products]!)
  for (const [product, row] of rows.entries()) {
    into.set(row.into, from[product])
    weights.set(row.weights, from[product])
  }
  return sparse(products, from, into, weights)
}

/** Neighbours are chosen by a cosine that trusts few customers little. */
const SHRINK = 10

/** Solves matrix × x = wanted in place, by Cholesky; the matrix is symmetric positive definite and is overwritten. */
function solve(matrix: Float64Array, wanted: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    const at = row * size
    for (let column = 0; column <= row; column++) {
      const other = column * size
      let sum = matrix[at + column]!
      for (let by = 0; by < column; by++) sum -= matrix[at + by]! * matrix[other + by]!
      matrix[at + column] = column === row ? Math.sqrt(sum) : sum / matrix[other + column]!
    }
  }
  for (let row = 0; row < size; row++) {
    let sum = wanted[row]!
    for (let by = 0; by < row; by++) sum -= matrix[row * size + by]! * wanted[by]!
    wanted[row] = sum / matrix[row * size + row]!
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = wanted[row]!
    for (let by = row + 1; by < size; by++) sum -= matrix[by * size + row]! * wanted[by]!
    wanted[row] = sum / matrix[row * size + row]!
  }
}

/**
 * The best `count` positions by score, best first; equal scores in the order of positions.
 *
 * @param isOut  positions that are not wanted
 */
export function topOf(scores: Float64Array, count: number, isOut: (product: number) => boolean): number[] {
  const best: number[] = []
  for (let product = 0; product < scores.length; product++) {
    const score = scores[product]!
    if (best.length === count && score <= scores[best[count - 1]!]!) continue
    if (isOut(product)) continue
    let at = best.length
    while (at > 0 && scores[best[at - 1]!]! < score) at -= 1
    best.splice(at, 0, product)
    if (best.length > count) best.pop()
  }
  return best
}

/** Runs a model's learning to its end without a pause. */
export function learned<M>(learning: Generator<void, M>): M {
  for (;;) {
    const step = learning.next()
    if (step.done === true) return step.value
  }
}
