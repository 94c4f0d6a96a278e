import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { evaluate } from './recommendations.ts'

const LOG = fileURLToPath(new URL('../../../shared/data/online_retail_to_2011-10.csv.gz', import.meta.url))

test.skipIf(!existsSync(LOG))(
  'on Online Retail to 2011-10 ours is a tenth better than cosine kNN and far better than popularity (skipped where ../shared is absent)',
  async () => {
    const said: string[] = []
    const { ours, popularity, cosine } = await evaluate([LOG], (line) => said.push(line))
    process.stdout.write(`${said.join('\n')}\n`)
    expect(ours.ndcg10).toBeGreaterThan(1.1 * cosine.ndcg10)
    expect(ours.recall10).toBeGreaterThan(cosine.recall10)
    expect(ours.ndcg10).toBeGreaterThan(2 * popularity.ndcg10)
    // The references are the ones that are known: on the whole log, cosine .0670 and popularity .0256.
    expect(cosine.ndcg10).toBeGreaterThan(0.06)
    expect(popularity.ndcg10).toBeGreaterThan(0.02)
  },
)
