/** Shares with how far they may be off by chance. */

/** Fewer than this many say nothing of a share. */
export const SHARE_NEEDS = 20

/** The normal distribution's 97.5th percentile: what lies outside is 5 in 100. */
const Z = 1.959963984540054

/** `count` of `of`, as a share, with the ends of its 95 % interval; all shares 0–1. */
export type Share = { count: number; of: number; share: number; low: number; high: number }

/**
 * Wilson's 95 % interval of a share.
 *
 * @param count  0 ≤ count ≤ of
 * @param of     ≥ 1
 *
 * Source: Wilson, JASA 22 (1927); as method 3 in Newcombe, "Two-sided confidence intervals for the single proportion",
 * Statistics in Medicine 17 (1998). Known values of its table I: 81 of 263 → .2553–.3662, 15 of 148 → .0624–.1605, 0 of 20 →
 * 0–.1611, 1 of 29 → .0061–.1718 (tests/domain/interval.test.ts).
 */
export function shareOf(count: number, of: number): Share {
  const share = count / of
  const middle = (2 * count + Z * Z) / (2 * (of + Z * Z))
  const half = (Z * Math.sqrt(Z * Z + 4 * count * (1 - share))) / (2 * (of + Z * Z))
  return { count, of, share, low: count === 0 ? 0 : middle - half, high: count === of ? 1 : middle + half }
}

/** The same where there are enough to say anything of it; else null. */
export function shareOfEnough(count: number, of: number): Share | null {
  return of >= SHARE_NEEDS ? shareOf(count, of) : null
}

/** Where a share lies beside another that is known: beyond it with its whole interval, or not to be told from it. */
export function besideShare({ low, high }: Share, known: number): 'above' | 'below' | 'alike' {
  return low > known ? 'above' : high < known ? 'below' : 'alike'
}
