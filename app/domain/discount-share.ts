/** A person's lines, and those of them that were discounted. */
export type DiscountCount = { lines: number; discounted: number }

/** What a shop's people teach of one person's share: as if `discounted` of `lines` more lines had been seen of everybody. */
export type SharePrior = { lines: number; discounted: number }

/** With too little spread between people the shop's share is all there is to say: no prior is stronger than this. */
const MOST_LINES = 1_000

/**
 * The beta prior of people's discount shares by moments: their mean, and how much they differ beyond what chance alone makes
 * them differ. People without lines teach nothing.
 *
 * Known value: shares that all are alike give a prior of 1,000 lines.
 */
export function sharePriorOf(people: readonly DiscountCount[]): SharePrior {
  const known = people.filter(({ lines }) => lines > 0)
  const lines = known.reduce((sum, each) => sum + each.lines, 0)
  const mean = lines === 0 ? 0 : known.reduce((sum, each) => sum + each.discounted, 0) / lines
  let squares = 0
  let squaredLines = 0
  for (const each of known) {
    squares += each.lines * (each.discounted / each.lines - mean) ** 2
    squaredLines += each.lines ** 2
  }
  const freedom = known.length - 1
  const chance = mean * (1 - mean)
  const between = (squares - freedom * chance) / (lines - squaredLines / Math.max(lines, 1) - freedom)
  const weight = between > 0 ? Math.min(MOST_LINES, Math.max(0, chance / between - 1)) : MOST_LINES
  return { lines: weight, discounted: weight * mean }
}

/**
 * A person's discount share (0–1) drawn towards the shop's, with its standard deviation: few lines say little.
 *
 * share = (discounted + α) / (lines + α + β), the mean of the beta posterior.
 */
export function shrunkShare(count: DiscountCount, prior: SharePrior): { share: number; deviation: number } {
  const lines = count.lines + prior.lines
  if (lines === 0) return { share: 0, deviation: 0 }
  const share = (count.discounted + prior.discounted) / lines
  return { share, deviation: Math.sqrt((share * (1 - share)) / (lines + 1)) }
}
