/** A number of customers, and how far from it the true one may be (95 %); 0: it is the true one. */
export type Estimate = { customers: number; plusMinus: number }

/**
 * How many of everybody there are, by those found in a fixed sample: the interval of Agresti and Coull (The American
 * Statistician 52, 1998), which holds also where none, or all, of the sample were found.
 *
 * @param found    of the sample
 * @param sampled  at least 1, at most `total`
 */
export function estimateOf(found: number, sampled: number, total: number): Estimate {
  const Z = 1.96
  const n = sampled + Z * Z
  const share = (found + (Z * Z) / 2) / n
  const half = Z * Math.sqrt((share * (1 - share)) / n)
  const plain = found / sampled
  // Told around the plain share, it must reach both ends of the interval.
  const away = Math.max(share + half - plain, plain - (share - half))
  return { customers: Math.round(plain * total), plusMinus: Math.ceil(Math.min(1, away) * total) }
}
