import { lnGamma } from '#app/domain/lifetime/special-functions.ts'

/** The peer: one MBG/NBD log-likelihood over ungrouped rows, as it is written down. */
export function plainLogLikelihood(
  [r, alpha, a, b]: readonly [number, number, number, number],
  repeats: Int32Array,
  recency: Int32Array,
  age: Int32Array,
): number {
  const same = r * Math.log(alpha) - lnGamma(r) + lnGamma(a + b) - lnGamma(b)
  let sum = 0
  for (let i = 0; i < repeats.length; i += 1) {
    const x = repeats[i]!
    const gone = (a / (b + x)) * ((alpha + age[i]!) / (alpha + recency[i]!)) ** (r + x)
    const buys = lnGamma(r + x) - (r + x) * Math.log(alpha + age[i]!)
    sum += same + buys + lnGamma(b + x + 1) - lnGamma(a + b + x + 1) + Math.log(1 + gone)
  }
  return sum
}
