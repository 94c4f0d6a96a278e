/** People who were given about the same chance: the mean of what they were given, and the share for whom it came true. */
export type CalibrationBin = { customers: number; given: number; cameTrue: number }

/** How often forecasts were right. `error` is the expected calibration error: the mean distance of given and came true. */
export type Calibration = { bins: CalibrationBin[]; error: number }

/**
 * Forecasts beside what happened, in bins of equal numbers of people from the lowest chance to the highest: a chart of how often
 * we were right. People with equal chances are never told apart, so there can be fewer bins.
 *
 * @param given     shares, 0–1
 * @param cameTrue  0 or 1
 */
export function calibrationOf(given: ArrayLike<number>, cameTrue: ArrayLike<number>, bins = 10): Calibration {
  const rows = Uint32Array.from({ length: given.length }, (_, i) => i).sort((a, b) => given[a]! - given[b]!)
  const result: CalibrationBin[] = []
  for (let from = 0; from < rows.length;) {
    // Where equal chances have run over the end of a bin, the next one ends where it would have anyway.
    const bin = Math.floor((from * bins) / rows.length) + 1
    let to = Math.max(from + 1, Math.ceil((bin * rows.length) / bins))
    while (to < rows.length && given[rows[to]!] === given[rows[to - 1]!]) to += 1
    let [sumGiven, sumTrue] = [0, 0]
    for (let at = from; at < to; at += 1) {
      sumGiven += given[rows[at]!]!
      sumTrue += cameTrue[rows[at]!]!
    }
    result.push({ customers: to - from, given: sumGiven / (to - from), cameTrue: sumTrue / (to - from) })
    from = to
  }
  const error = result.reduce((sum, bin) => sum + bin.customers * Math.abs(bin.given - bin.cameTrue), 0)
  return { bins: result, error: rows.length > 0 ? error / rows.length : 0 }
}
