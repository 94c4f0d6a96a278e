/** Seven events of one order in all 5,040 arrivals and 20 interleavings, over two workers and the bulk road. */
import type { Paper } from './paper.ts'

export async function run(results: Paper): Promise<void> {
  await results.tests('tests/flow/sync/arrivals.test.ts', { EXAM_ARRIVALS: '5040' })
}
