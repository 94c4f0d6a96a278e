/** Store credit among lost answers, deaths and other people's hands in the accounts; and its worker killed twenty times. */
import type { Paper } from './paper.ts'

export async function run(results: Paper): Promise<void> {
  await results.tests('tests/flow/rewards/credit-twice.test.ts', {
    EXAM_SEEDS: process.env.EXAM_SEEDS ?? '6',
    EXAM_PEOPLE: process.env.EXAM_PEOPLE ?? '50',
    EXAM_KILLS: process.env.EXAM_KILLS ?? '20',
  })
}
