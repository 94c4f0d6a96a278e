/** Tag runs beside a hostile second writer, with the worker killed ten times: the same test as in `npm test`, in full. */
import type { Paper } from './paper.ts'

export async function run(results: Paper): Promise<void> {
  await results.tests('tests/flow/publication/hostile-writer.test.ts', {
    EXAM_CUSTOMERS: process.env.EXAM_CUSTOMERS ?? '1500',
    EXAM_KILLS: process.env.EXAM_KILLS ?? '10',
  })
}
