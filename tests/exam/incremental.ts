/** 10,000 random events, each worked out for its customer alone: stages, flags and own segments as a run over everybody has them. */
import type { Paper } from './paper.ts'

export async function run(results: Paper): Promise<void> {
  await results.tests('tests/flow/segments/incremental.test.ts', { EXAM_EVENTS: '10000' })
}
