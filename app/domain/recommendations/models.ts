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
export function* cosine(together: Together, { h, k }: { h: number; k: number }): Generator<void, Model> {
  return sparse(yield* nearest(together, h, k))
}

/** Of each product some others, and a weight of each. */
type Near = { others: Uint32Array[]; weights: Float64Array[] }

/** Of each product the `k` closest by shrunk cosine, closest first; equal ones by position. */
function* nearest({ times, others, counts }: Together, h: number, k: number): Generator<void, Near> {
  const products = times.length
  const room = Math.min(k, products)
  const sizes = new Uint32Array(products)
  const found = new Uint32Array(products * room)
  const weights = new Float64Array(products * room)
  const keep = (product: number, other: number, weight: number) => {
    const from = product * room
    let at = from + sizes[product]!
    const isCloser = (place: number) => weights[place]! > weight || (weights[place] === weight && found[place]! < other)
    if (sizes[product] === room) {
      if (room === 0 || isCloser(at - 1)) return
      at -= 1
    } else sizes[product] = sizes[product]! + 1
    for (; at > from && !isCloser(at - 1); at--) {
      found[at] = found[at - 1]!
      weights[at] = weights[at - 1]!
    }
    found[at] = other
    weights[at] = weight
  }
  for (let product = 0; product < products; product++) {
    const [after, count] = [others[product]!, counts[product]!]
    for (let at = 0; at < after.length; at++) {
      const other = after[at]!
      const weight = count[at]! / (Math.sqrt(times[product]! * times[other]!) + h)
      keep(product, other, weight)
      keep(other, product, weight)
    }
    yield
  }
  const ofEach = <A extends Uint32Array | Float64Array>(all: A) =>
    Array.from(sizes, (size, product) => all.subarray(product * room, product * room + size) as A)
  return { others: ofEach(found), weights: ofEach(weights) }
}

function sparse({ others, weights }: Near): Model {
  return {
    products: others.length,
    addScores: (product, scores, weight) => {
      const [to, by] = [others[product]!, weights[product]!]
      for (let at = 0; at < to.length; at++) scores[to[at]!] = scores[to[at]!]! + weight * by[at]!
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
  const { times, others, counts } = together
  const products = times.length
  const inverse = new Float64Array(products * products)
  for (let product = 0; product < products; product++) {
    inverse[product * products + product] = times[product]! + lambda
    for (const [at, other] of others[product]!.entries()) {
      inverse[product * products + other] = counts[product]![at]!
      inverse[other * products + product] = counts[product]![at]!
    }
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
  const { times, others, counts } = together
  const products = times.length
  const near = yield* nearest(together, SHRINK, k)
  const place = new Int32Array(products).fill(-1)
  const rows = Array.from({ length: products }, () => ({ into: [] as number[], weights: [] as number[] }))
  for (let product = 0; product < products; product++) {
    const close = near.others[product]!
    const size = close.length
    for (let at = 0; at < size; at++) place[close[at]!] = at
    place[product] = size
    const gram = new Float64Array(size * size)
    const wanted = new Float64Array(size)
    for (let at = 0; at <= size; at++) {
      const one = at === size ? product : close[at]!
      if (at < size) gram[at * size + at] = times[one]! + lambda
      const [after, count] = [others[one]!, counts[one]!]
      for (let by = 0; by < after.length; by++) {
        const to = place[after[by]!]!
        if (to < 0) continue
        if (at === size) wanted[to] = count[by]!
        else if (to === size) wanted[at] = count[by]!
        else gram[Math.max(at, to) * size + Math.min(at, to)] = count[by]!
      }
    }
    for (const other of close) place[other] = -1
    place[product] = -1
    solve(gram, wanted, size)
    for (const [at, other] of close.entries()) {
      rows[other]!.into.push(product)
      rows[other]!.weights.push(wanted[at]!)
    }
    yield
  }
  return sparse({
    others: rows.map(({ into }) => Uint32Array.from(into)),
    weights: rows.map((row) => Float64Array.from(row.weights)),
  })
}

/** Neighbours are chosen by a cosine that trusts few customers little. */
const SHRINK = 10

/** Solves matrix × x = wanted in place, by Cholesky, from the lower half of a symmetric positive definite matrix; overwrites it. */
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
