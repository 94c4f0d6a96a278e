/** 10,000 events, 2 % lost, 5 % repeated, all shuffled: what is stale after one reconciliation, and what that cost. */
import type { Paper } from './paper.ts'

export async function run(results: Paper): Promise<void> {
  await results.tests('tests/flow/sync/missed.test.ts', { EXAM_EVENTS: '10000' })
}
