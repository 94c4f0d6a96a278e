const HALF_LN_2PI = 0.918_938_533_204_672_8
/** From here on the asymptotic series below are exact to the last digits. */
const ASYMPTOTIC_FROM = 10

/**
 * ln Γ(z), z > 0, to 1e-14 relative: Stirling's series, after stepping up by Γ(z + 1) = z·Γ(z) where z is small.
 *
 * Source: Abramowitz & Stegun 6.1.41. Known values: Γ(1) = Γ(2) = 1, Γ(1/2) = √π.
 */
export function lnGamma(z: number): number {
  let step = 1
  let at = z
  for (; at < ASYMPTOTIC_FROM; at += 1) step *= at
  const inverse = 1 / at
  const squared = inverse * inverse
  const series =
    inverse *
    (1 / 12 - squared * (1 / 360 - squared * (1 / 1260 - squared * (1 / 1680 - squared * (1 / 1188 - squared / 523)))))
  return (at - 0.5) * Math.log(at) - at + HALF_LN_2PI + series - Math.log(step)
}

/**
 * ψ(z) = d ln Γ(z) / dz, z > 0, to 1e-13.
 *
 * Source: Abramowitz & Stegun 6.3.18. Known value: ψ(1) = −.5772156649.
 */
export function digamma(z: number): number {
  let below = 0
  let at = z
  for (; at < ASYMPTOTIC_FROM; at += 1) below += 1 / at
  const squared = 1 / (at * at)
  const series = squared * (1 / 12 - squared * (1 / 120 - squared * (1 / 252 - squared * (1 / 240 - squared / 132))))
  return Math.log(at) - 0.5 / at - series - below
}

const MOST_TERMS = 100_000
const LARGE = 1e200

/**
 * Gauss' hypergeometric function ₂F₁(a, b; c; z) for 0 ≤ z < 1 and c > 0, times e^lnFactor, by its series: neither overflows
 * where their product does not. Converges soon for small a and b: of two equal forms callers take the one that has them.
 *
 * Known value: ₂F₁(1, 1; 2; z) = −ln(1 − z) / z.
 */
export function hypergeometric(a: number, b: number, c: number, z: number, lnFactor = 0): number {
  let term = 1
  let sum = 1
  let lnScale = lnFactor
  for (let n = 0; n < MOST_TERMS; n += 1) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z
    sum += term
    // What is left is at most a geometric series of ratio near z once the terms shrink.
    if (Math.abs(term) <= 1e-15 * (1 - z) * Math.abs(sum)) break
    if (Math.abs(sum) < LARGE) continue
    term /= LARGE
    sum /= LARGE
    lnScale += Math.log(LARGE)
  }
  return sum * Math.exp(lnScale)
}

/**
 * The regularised incomplete beta function I_x(a, b), 0–1: the chance that a Beta(a, b) variable is at most x. a, b > 0.
 *
 * Known values: I_x(1, 1) = x, I_.5(a, a) = .5.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x)
  return (Math.exp(front) / a) * hypergeometricOfOne(a + b, a + 1, x)
}

/**
 * ₂F₁(1, b; c; z) for 0 ≤ z < 1 and c > 1 by its continued fraction, which needs few terms where the series needs many: near 1,
 * unless b is far above c.
 *
 * Source: DLMF 8.17.22, by Lentz's method. Known value: ₂F₁(1, 1; 2; z) = −ln(1 − z) / z.
 */
export function hypergeometricOfOne(b: number, c: number, z: number): number {
  const p = c - 1
  const q = b - p
  let numerator = 1
  let inverse = 1 / notZero(1 - (b * z) / (p + 1))
  let fraction = inverse
  for (let m = 1; m < MOST_TERMS; m += 1) {
    const even = (m * (q - m) * z) / ((p + 2 * m - 1) * (p + 2 * m))
    inverse = 1 / notZero(1 + even * inverse)
    numerator = notZero(1 + even / numerator)
    fraction *= inverse * numerator
    const odd = (-(p + m) * (b + m) * z) / ((p + 2 * m) * (p + 2 * m + 1))
    inverse = 1 / notZero(1 + odd * inverse)
    numerator = notZero(1 + odd / numerator)
    fraction *= inverse * numerator
    if (Math.abs(inverse * numerator - 1) < 1e-14) break
  }
  return fraction
}

function notZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value
}
