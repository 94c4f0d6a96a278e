import { withShopBulk } from '#app/outside/database.server.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { parsedLine, resultLines } from '../bulk-change.ts'
import { confirm, confirmAll } from './confirm.ts'
import type { Confirmed } from './confirm.ts'
import { withRefusals } from './runs.ts'
import type { Operation, Run } from './runs.ts'
import type { Hold } from './publish.ts'

const BATCH = 2000

type Told = { id?: string; updatedAt?: string; tags?: string[] }
type UserErrors = { userErrors?: { message: string }[] }
type ResultLine = {
  data?: {
    tagsAdd?: ({ node?: Told | null } & UserErrors) | null
    tagsRemove?: ({ node?: Told | null } & UserErrors) | null
    metafieldsSet?: ({ metafields?: { owner?: Told }[] | null } & UserErrors) | null
    metafieldsDelete?: ({ deletedMetafields?: ({ ownerId: string } | null)[] | null } & UserErrors) | null
  } | null
  errors?: { message: string }[]
}

/** What one line of a result says: the customers whose change is done, or Shopify's words. */
export function readResultLine(text: string): { customers: Confirmed[]; refusal: string | null } {
  const line = parsedLine<ResultLine>(text)
  const { tagsAdd, tagsRemove, metafieldsSet, metafieldsDelete } = line.data ?? {}
  const answer = tagsAdd ?? tagsRemove ?? metafieldsSet ?? metafieldsDelete
  const refusal = answer?.userErrors?.[0]?.message ?? line.errors?.[0]?.message ?? (answer ? null : 'no answer')
  if (refusal !== null) return { customers: [], refusal }
  const told: (Told | null | undefined)[] = [
    tagsAdd?.node,
    tagsRemove?.node,
    ...(metafieldsSet?.metafields ?? []).map((metafield) => metafield.owner),
    ...(metafieldsDelete?.deletedMetafields ?? []).map((deleted) => deleted && { id: deleted.ownerId }),
  ]
  const customers = told.flatMap((each) =>
    each?.id
      ? [
          {
            customer: each.id.slice(each.id.lastIndexOf('/') + 1),
            updatedAt: each.updatedAt ?? null,
            ...(each.tags && { tags: each.tags }),
          },
        ]
      : [],
  )
  return { customers, refusal: null }
}

/** Reads a result file to its end and writes what it confirms into the ledger, some thousands at a time. */
export async function readResults(
  shop: ShopId,
  run: Run,
  admin: Admin,
  hold: Hold,
  operation: Operation,
  url: string,
): Promise<void> {
  const file = await admin.openFile(url, 0, null)
  const words: string[] = []
  let customers: Confirmed[] = []
  const write = async () => {
    const batch = customers
    customers = []
    await withShopBulk(shop, async (tx) => {
      await hold.stillMine(tx)
      await confirm(tx, shop, run.id, operation.kind, batch)
    })
  }
  for await (const line of resultLines(file.body)) {
    const result = readResultLine(line)
    customers.push(...result.customers)
    if (result.refusal !== null) words.push(result.refusal)
    if (customers.length >= BATCH) await write()
  }
  await write()
  if (operation.kind === 'clear' && words.length === 0) {
    await withShopBulk(shop, async (tx) => {
      await hold.stillMine(tx)
      await confirmAll(tx, shop, run.id, operation)
    })
  }
  run.progress.refusals = withRefusals(run.progress.refusals, words)
}
