/** A smooth function of a few variables: its value at a point, its gradient written into the second argument. */
export type Smooth = (at: Float64Array, gradient: Float64Array) => number

const MOST_STEPS = 300
/** A step is taken that brings at least this share of what its slope promises (Armijo). */
const SUFFICIENT = 1e-4

/**
 * Where a smooth function of a few variables is smallest, by BFGS with a backtracking line search.
 *
 * A step into a place where the value is not finite is halved like one that brings too little, so a function may refuse
 * part of the space. It ends when no part of the gradient is above `tolerance`, or when no step brings anything more.
 *
 * Source: Nocedal & Wright, Numerical Optimization, algorithm 6.1. Known value: Rosenbrock's valley from (−1.2, 1) ends at (1, 1).
 */
export function minimise(of: Smooth, start: readonly number[], tolerance = 1e-6): { at: number[]; value: number } {
  const size = start.length
  let at = Float64Array.from(start)
  let gradient = new Float64Array(size)
  let value = of(at, gradient)
  let inverse = identity(size)
  for (let step = 0; step < MOST_STEPS && largest(gradient) > tolerance; step += 1) {
    const direction = inverse.map((row) => -dot(row, gradient))
    const slope = dot(direction, gradient)
    const next = new Float64Array(size)
    const nextGradient = new Float64Array(size)
    let nextValue = NaN
    // The parameters are logarithms: nobody is more than a factor e⁴ away in one step.
    let length = Math.min(1, 4 / largest(direction))
    for (; length > 1e-12; length /= 2) {
      for (let i = 0; i < size; i += 1) next[i] = at[i]! + length * direction[i]!
      nextValue = of(next, nextGradient)
      if (nextValue <= value + SUFFICIENT * length * slope) break
    }
    if (!(nextValue < value)) break
    inverse = updated(inverse, difference(next, at), difference(nextGradient, gradient), step === 0)
    at = next
    gradient = nextGradient
    value = nextValue
  }
  return { at: [...at], value }
}

/** The inverse Hessian after a step s over which the gradient changed by y; kept as it is where the curvature is not positive. */
function updated(inverse: number[][], s: number[], y: number[], isFirst: boolean): number[][] {
  const curvature = dot(s, y)
  if (!(curvature > 1e-14)) return inverse
  const scale = curvature / dot(y, y)
  const known = isFirst ? inverse.map((row) => row.map((each) => each * scale)) : inverse
  const hy = known.map((row) => dot(row, y))
  const factor = (1 + dot(y, hy) / curvature) / curvature
  return known.map((row, i) =>
    row.map((each, j) => each + factor * s[i]! * s[j]! - (hy[i]! * s[j]! + s[i]! * hy[j]!) / curvature),
  )
}

function identity(size: number): number[][] {
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)))
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!
  return sum
}

function difference(a: Float64Array, b: Float64Array): number[] {
  return Array.from(a, (each, i) => each - b[i]!)
}

function largest(of: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < of.length; i += 1) most = Math.max(most, Math.abs(of[i]!))
  return most
}
