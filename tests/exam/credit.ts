/** Store credit among lost answers, deaths and other people's hands in the accounts; and its worker killed twenty times in ten shops. */
import type { Paper } from './paper.ts'

export async function run(results: Paper): Promise<void> {
  await results.tests('tests/flow/rewards/credit-twice.test.ts', {
    EXAM_SEEDS: process.env.EXAM_SEEDS ?? '6',
    EXAM_PEOPLE: process.env.EXAM_PEOPLE ?? '50',
    EXAM_KILLED_SHOPS: process.env.EXAM_KILLED_SHOPS ?? '10',
  })
}
