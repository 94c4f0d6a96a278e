/** Shopify's own words for each customer, which change without the customer's updatedAt. */
import { print } from 'graphql'
import { CustomerWordsBulkDocument } from '#app/outside/admin.generated.ts'
import { withShopBulk } from '#app/outside/database.server.ts'
import type { Holder } from './backfill.ts'
import { shareMergeLock } from './merge.ts'
import { ifReadable, readWords } from './read-order.ts'
import type { BesideRun } from './runs.ts'

export const WORDS_TEXT = print(CustomerWordsBulkDocument)

const AT_ONCE = 5_000

type Words = ReturnType<typeof readWords>

/** Stores them for whoever was not asked for by themselves since; answers whether anything differs. */
export async function takeWords(
  holder: Holder,
  run: BesideRun,
  objects: AsyncIterable<unknown> | Iterable<unknown>,
): Promise<boolean> {
  let changed = 0
  let waiting: Words[] = []
  const store = async () => {
    const words = waiting
    waiting = []
    changed += await storeWords(holder, run, words)
  }
  for await (const object of objects) {
    const words = ifReadable(() => readWords(object))
    if (words !== null) waiting.push(words)
    if (waiting.length >= AT_ONCE) await store()
  }
  if (waiting.length > 0) await store()
  return changed > 0
}

async function storeWords(holder: Holder, run: BesideRun, words: Words[]): Promise<number> {
  return withShopBulk(holder.shop, async (tx) => {
    await holder.stillMine(tx)
    await shareMergeLock(tx, holder.shop)
    const written = await tx.query(
      `UPDATE "Customer" c SET "rfmGroup" = w.rfm, "spendTier" = w.tier
       FROM unnest($2::bigint[], $3::text[], $4::text[]) w(id, rfm, tier)
       WHERE c.shop = $1 AND c.id = w.id AND c."fetchedAt" <= $5
         AND (c."rfmGroup", c."spendTier") IS DISTINCT FROM (w.rfm, w.tier) RETURNING 1 AS one`,
      [
        holder.shop,
        words.map(({ id }) => id),
        words.map(({ rfmGroup }) => rfmGroup),
        words.map(({ spendTier }) => spendTier),
        new Date(run.startedAt),
      ],
    )
    return written.length
  })
}
