/** The middle value, or the mean of the two in the middle. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2
}

/**
 * The narrowest interval by two order statistics, equally far from both ends, that holds the median of what was sampled in
 * at least 95 of 100 samples, however it is distributed: the inverted sign test.
 *
 * @param values  independent, at least 6: fewer never reach 95 %
 * @returns its two ends, their ranks from the smallest (1) on, and its exact coverage, 0.95 to 1
 *
 * Source: Conover, "Practical Nonparametric Statistics", 3rd ed., section 3.2. Known value: of 30 values the 10th and the
 * 21st, coverage 0.9572.
 */
export function medianInterval(values: number[]): {
  low: number
  high: number
  ranks: [number, number]
  coverage: number
} {
  const n = values.length
  const sorted = values.toSorted((a, b) => a - b)
  // P(X = k) and P(X < k) of a binomial X of n fair coins.
  let point = 2 ** -n
  let below = 0
  let k = 0
  while (below + point <= 0.025) {
    below += point
    k += 1
    point *= (n - k + 1) / k
  }
  if (k === 0) throw new Error(`${n} values are too few for an interval of 95 %`)
  return { low: sorted[k - 1]!, high: sorted[n - k]!, ranks: [k, n - k + 1], coverage: 1 - 2 * below }
}
