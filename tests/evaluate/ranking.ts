/** Ranks 0–1 of values, ascending; equal values share the middle of their ranks. */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const rows = Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < rows.length;) {
    let to = from
    while (to < rows.length && values[rows[to]!] === values[rows[from]!]) to += 1
    for (let at = from; at < to; at += 1) ranks[rows[at]!] = (from + to) / 2 / rows.length
    from = to
  }
  return ranks
}

/** The chance that somebody for whom it came true is ranked above somebody for whom it did not; ties count half. */
export function areaUnderCurve(scores: ArrayLike<number>, cameTrue: ArrayLike<number>): number {
  const ranks = ranksOf(scores)
  let [positives, sum] = [0, 0]
  for (let i = 0; i < ranks.length; i += 1) {
    if (!cameTrue[i]) continue
    positives += 1
    sum += ranks[i]! * ranks.length
  }
  return (sum - (positives * positives) / 2) / (positives * (ranks.length - positives))
}

/** How many times as often as over all it came true for the tenth with the highest scores; people at its edge with equal scores count in part. */
export function liftOfTopDecile(scores: ArrayLike<number>, cameTrue: ArrayLike<number>): number {
  const rows = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!)
  const wanted = Math.round(rows.length / 10)
  const edge = scores[rows[wanted - 1]!]!
  let [above, aboveTrue, atEdge, atEdgeTrue, all] = [0, 0, 0, 0, 0]
  for (const row of rows) {
    const isTrue = cameTrue[row] ? 1 : 0
    all += isTrue
    if (scores[row]! > edge) {
      above += 1
      aboveTrue += isTrue
    } else if (scores[row]! === edge) {
      atEdge += 1
      atEdgeTrue += isTrue
    }
  }
  return (aboveTrue + ((wanted - above) * atEdgeTrue) / atEdge) / wanted / (all / rows.length)
}
