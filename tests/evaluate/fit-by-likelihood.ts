import { minimise } from '#app/domain/lifetime/minimise.ts'
import type { History } from '#app/domain/lifetime/mbg-nbd.ts'
import type { Histories } from '#app/domain/lifetime/histories.ts'

/** Parameters above 0 under which a likelihood of one history is highest over all customers, in weeks; gradients by differences. */
export function fitByLikelihood(
  { repeats, recencyDays, ageDays, count }: Histories,
  start: number[],
  logLikelihood: (at: readonly number[], history: History) => number,
): { at: number[]; logLikelihood: number } {
  const weightOf = new Map<string, { history: History; weight: number }>()
  for (let i = 0; i < count; i += 1) {
    const key = `${repeats[i]} ${recencyDays[i]} ${ageDays[i]}`
    const known = weightOf.get(key)
    if (known) known.weight += 1
    else {
      const history = { repeats: repeats[i]!, recency: recencyDays[i]! / 7, age: ageDays[i]! / 7 }
      weightOf.set(key, { history, weight: 1 })
    }
  }
  const groups = [...weightOf.values()]
  const costAt = (logs: ArrayLike<number>) => {
    const at = Array.from(logs, Math.exp)
    return -groups.reduce((sum, { history, weight }) => sum + weight * logLikelihood(at, history), 0) / count
  }
  const found = minimise((logs, gradient) => {
    for (let i = 0; i < logs.length; i += 1) {
      const beside = (step: number) => costAt(logs.map((each, j) => (i === j ? each + step : each)))
      gradient[i] = (beside(1e-5) - beside(-1e-5)) / 2e-5
    }
    return costAt(logs)
  }, start.map(Math.log))
  return { at: found.at.map(Math.exp), logLikelihood: -found.value * count }
}
