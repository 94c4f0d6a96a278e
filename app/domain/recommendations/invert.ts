import { Bug } from '#app/errors.ts'

/** Pivots that are taken out at once: a panel of so many columns and its rows stay in the processor's cache. */
const BLOCK = 64
/** Products of numbers between two pauses: about 20 ms. */
const WORK_PER_PAUSE = 20_000_000

/**
 * Inverts a symmetric positive definite matrix in its own place, by the sweep operator on blocks of pivots (Goodnight, "A
 * tutorial on the SWEEP operator", The American Statistician 33(3), 1979): n³ / 2 products, half of what a matrix without
 * symmetry takes.
 *
 * A generator, so that whoever runs it may do other things between two steps of some 20 ms.
 *
 * @param matrix  size × size, row after row; only the lower half is read. Holds the inverse, both halves, at the end.
 * @throws {Bug} where the matrix is not positive definite: the caller adds λ > 0 to counts
 *
 * Known value: [[4, 2], [2, 3]] → [[.375, -.25], [-.25, .5]].
 */
export function* invert(matrix: Float64Array, size: number): Generator<void, void> {
  const column = new Float64Array(size * BLOCK)
  const swept = new Float64Array(size * BLOCK)
  for (let from = 0; from < size; from += BLOCK) {
    const width = Math.min(BLOCK, size - from)
    takePanel(matrix, size, from, width, column)
    const pivot = pivotInverse(column, from, width)
    multiply(column, pivot, width, size, swept)
    yield* update(matrix, size, column, swept)
    putPanel(matrix, size, from, width, swept, pivot)
  }
  for (let row = 0; row < size; row++)
    for (let at = 0; at <= row; at++) {
      const value = -matrix[row * size + at]!
      matrix[row * size + at] = value
      matrix[at * size + row] = value
    }
}

/** The columns of the block, all rows of them, out of the lower half; rows are BLOCK wide, the rest of them 0. */
function takePanel(matrix: Float64Array, size: number, from: number, width: number, panel: Float64Array): void {
  panel.fill(0)
  for (let row = 0; row < size; row++)
    for (let at = 0; at < width; at++) {
      const other = from + at
      panel[row * BLOCK + at] = row >= other ? matrix[row * size + other]! : matrix[other * size + row]!
    }
}

/** The inverse of the block of pivots, by sweeping them one by one. */
function pivotInverse(panel: Float64Array, from: number, width: number): Float64Array {
  const block = new Float64Array(BLOCK * BLOCK)
  for (let row = 0; row < width; row++)
    for (let at = 0; at < width; at++) block[row * BLOCK + at] = panel[(from + row) * BLOCK + at]!
  for (let pivot = 0; pivot < width; pivot++) {
    const value = block[pivot * BLOCK + pivot]!
    if (!(value > 0)) throw new Bug(`pivot ${from + pivot} of a matrix to be inverted is ${value}`)
    for (let row = 0; row < width; row++) {
      if (row === pivot) continue
      const factor = block[row * BLOCK + pivot]! / value
      for (let at = 0; at < width; at++)
        if (at !== pivot) block[row * BLOCK + at] = block[row * BLOCK + at]! - factor * block[pivot * BLOCK + at]!
    }
    for (let at = 0; at < width; at++) {
      block[at * BLOCK + pivot] = block[at * BLOCK + pivot]! / value
      block[pivot * BLOCK + at] = block[at * BLOCK + pivot]!
    }
    block[pivot * BLOCK + pivot] = -1 / value
  }
  for (let at = 0; at < block.length; at++) block[at] = -block[at]!
  return block
}

/** swept = panel × pivot, row by row. */
function multiply(panel: Float64Array, pivot: Float64Array, width: number, size: number, swept: Float64Array): void {
  swept.fill(0)
  for (let row = 0; row < size; row++)
    for (let by = 0; by < width; by++) {
      const factor = panel[row * BLOCK + by]!
      if (factor === 0) continue
      for (let at = 0; at < width; at++)
        swept[row * BLOCK + at] = swept[row * BLOCK + at]! + factor * pivot[by * BLOCK + at]!
    }
}

/**
 * matrix −= swept × columnᵀ in the lower half, four rows by four columns at a time: each number that is read from memory is
 * used four times. The block's own rows and columns are written too; putPanel sets them right.
 */
function* update(matrix: Float64Array, size: number, column: Float64Array, swept: Float64Array): Generator<void, void> {
  let work = 0
  for (let row = 0; row < size; row += 4) {
    if (row + 4 <= size) updateFourRows(matrix, size, row, column, swept)
    else for (let one = row; one < size; one++) updateRow(matrix, size, one, 0, one + 1, column, swept)
    work += 4 * row * BLOCK
    if (work < WORK_PER_PAUSE) continue
    work = 0
    yield
  }
}

function updateFourRows(
  matrix: Float64Array,
  size: number,
  row: number,
  column: Float64Array,
  swept: Float64Array,
): void {
  const [w0, w1, w2, w3] = [row * BLOCK, (row + 1) * BLOCK, (row + 2) * BLOCK, (row + 3) * BLOCK]
  for (let at = 0; at < row; at += 4) {
    const [u0, u1, u2, u3] = [at * BLOCK, (at + 1) * BLOCK, (at + 2) * BLOCK, (at + 3) * BLOCK]
    let s00 = 0
    let s01 = 0
    let s02 = 0
    let s03 = 0
    let s10 = 0
    let s11 = 0
    let s12 = 0
    let s13 = 0
    let s20 = 0
    let s21 = 0
    let s22 = 0
    let s23 = 0
    let s30 = 0
    let s31 = 0
    let s32 = 0
    let s33 = 0
    for (let by = 0; by < BLOCK; by++) {
      const a0 = swept[w0 + by]!
      const a1 = swept[w1 + by]!
      const a2 = swept[w2 + by]!
      const a3 = swept[w3 + by]!
      const b0 = column[u0 + by]!
      const b1 = column[u1 + by]!
      const b2 = column[u2 + by]!
      const b3 = column[u3 + by]!
      s00 += a0 * b0
      s01 += a0 * b1
      s02 += a0 * b2
      s03 += a0 * b3
      s10 += a1 * b0
      s11 += a1 * b1
      s12 += a1 * b2
      s13 += a1 * b3
      s20 += a2 * b0
      s21 += a2 * b1
      s22 += a2 * b2
      s23 += a2 * b3
      s30 += a3 * b0
      s31 += a3 * b1
      s32 += a3 * b2
      s33 += a3 * b3
    }
    let to = row * size + at
    matrix[to] = matrix[to]! - s00
    matrix[to + 1] = matrix[to + 1]! - s01
    matrix[to + 2] = matrix[to + 2]! - s02
    matrix[to + 3] = matrix[to + 3]! - s03
    to += size
    matrix[to] = matrix[to]! - s10
    matrix[to + 1] = matrix[to + 1]! - s11
    matrix[to + 2] = matrix[to + 2]! - s12
    matrix[to + 3] = matrix[to + 3]! - s13
    to += size
    matrix[to] = matrix[to]! - s20
    matrix[to + 1] = matrix[to + 1]! - s21
    matrix[to + 2] = matrix[to + 2]! - s22
    matrix[to + 3] = matrix[to + 3]! - s23
    to += size
    matrix[to] = matrix[to]! - s30
    matrix[to + 1] = matrix[to + 1]! - s31
    matrix[to + 2] = matrix[to + 2]! - s32
    matrix[to + 3] = matrix[to + 3]! - s33
  }
  for (let one = row; one < row + 4; one++) updateRow(matrix, size, one, row, one + 1, column, swept)
}

function updateRow(
  matrix: Float64Array,
  size: number,
  row: number,
  from: number,
  to: number,
  column: Float64Array,
  swept: Float64Array,
): void {
  for (let at = from; at < to; at++) {
    let sum = 0
    for (let by = 0; by < BLOCK; by++) sum += swept[row * BLOCK + by]! * column[at * BLOCK + by]!
    matrix[row * size + at] = matrix[row * size + at]! - sum
  }
}

/** The block's own columns and rows after the step, in the lower half. */
function putPanel(
  matrix: Float64Array,
  size: number,
  from: number,
  width: number,
  swept: Float64Array,
  pivot: Float64Array,
): void {
  for (let row = 0; row < size; row++)
    for (let at = 0; at < width; at++) {
      const other = from + at
      const isInside = row >= from && row < from + width
      const value = isInside ? -pivot[(row - from) * BLOCK + at]! : swept[row * BLOCK + at]!
      if (row >= other) matrix[row * size + other] = value
      else matrix[other * size + row] = value
    }
}
