/** 200 claims at once on the last 100 places of a reward over two web processes, one killed, and 200 by one person; then its codes. */
import type { Paper } from './paper.ts'

export async function run(results: Paper): Promise<void> {
  await results.tests('tests/flow/rewards/claims.test.ts', { EXAM_CLAIMS: '10' })
}
