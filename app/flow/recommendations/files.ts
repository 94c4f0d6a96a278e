/** Many owners at once: files of lines that Shopify works off by itself, a few at a time, and their results read back. */
import { print } from 'graphql'
import { OutsideFailure } from '#app/errors.ts'
import { BulkChangeDocument, BulkChangeStatusDocument, PicksSetDocument } from '#app/outside/admin.generated.ts'
import { withShopBulk, type ShopId } from '#app/outside/database.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { parsedLine, resultLines, uploadLines } from '../bulk-change.ts'
import { echoOf, IS_CHANGED, metafieldsOf, type Hold, type Owner } from './owners.ts'

/** Lines of one file; under 50 MB, Shopify's limit is 100 MB. */
const LINES_PER_FILE = 20_000
/** Shopify runs five at once; the import and the tags may need some. */
const AT_ONCE = 2
const RESULTS_AT_ONCE = 2_000

type Line = { id: string; sent: unknown }

/**
 * Looks at the files that are under way, and with `mayStart` starts more.
 *
 * @returns whether any is under way
 */
export async function advanceFiles(
  shop: ShopId,
  admin: Admin,
  owner: Owner,
  hold: Hold,
  mayStart = false,
): Promise<boolean> {
  const underWay = await withShopBulk(shop, (tx) =>
    tx.query<{ operation: string }>(
      `SELECT DISTINCT "sentIn" AS operation FROM "${owner.table}" WHERE "shop" = $1 AND "sentIn" IS NOT NULL`,
      [shop],
    ),
  )
  let running = 0
  for (const { operation } of underWay) if (await isRunning(shop, admin, owner, hold, operation)) running += 1
  while (mayStart && running < AT_ONCE) {
    const started = await start(shop, admin, owner, hold)
    if (started === 'nothing-left') break
    running += 1
    if (started === 'full') break
  }
  return running > 0
}

/** Nothing is noted before Shopify has taken the file; sent twice, it is the same. */
async function start(
  shop: ShopId,
  admin: Admin,
  owner: Owner,
  hold: Hold,
): Promise<'started' | 'full' | 'nothing-left'> {
  const lines = await withShopBulk(shop, (tx) =>
    tx.query<Line>(
      `SELECT t."${owner.column}"::text AS id, t."wanted" AS sent FROM "${owner.table}" t
       WHERE t."shop" = $1 AND ${IS_CHANGED} ORDER BY t."${owner.column}" LIMIT ${LINES_PER_FILE}`,
      [shop],
    ),
  )
  if (lines.length === 0) return 'nothing-left'
  const text = lines
    .map(({ id, sent }) => `${JSON.stringify({ metafields: metafieldsOf(owner, id, sent) })}\n`)
    .join('')
  const stagedUploadPath = await uploadLines(admin, text, `picks-${owner.column}-${lines[0]!.id}.jsonl`)
  const { bulkOperationRunMutation: answer } = await admin.change(BulkChangeDocument, {
    mutation: print(PicksSetDocument),
    stagedUploadPath,
  })
  const errors = answer?.userErrors ?? []
  if (errors.some(({ code }) => code === 'OPERATION_IN_PROGRESS' || code === 'LIMIT_REACHED')) return 'full'
  if (!answer?.bulkOperation)
    throw new OutsideFailure('shopify-refused', errors.map(({ message }) => message).join(' ') || 'no bulk operation')
  await withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    await tx.query(
      `UPDATE "${owner.table}" t SET "sentIn" = $2, "sent" = r."sent"
       FROM jsonb_to_recordset($3::jsonb) AS r("id" bigint, "sent" jsonb)
       WHERE t."shop" = $1 AND t."${owner.column}" = r."id"`,
      [shop, answer.bulkOperation!.id, JSON.stringify(lines)],
    )
  })
  return 'started'
}

/** Reads the result of an operation that has ended; what it does not confirm waits for the next rebuild. */
async function isRunning(shop: ShopId, admin: Admin, owner: Owner, hold: Hold, operation: string): Promise<boolean> {
  const { bulkOperation: told } = await admin.ask(BulkChangeStatusDocument, { id: operation })
  if (told && ['CREATED', 'RUNNING', 'CANCELING'].includes(told.status)) return true
  const url = told?.url ?? told?.partialDataUrl ?? null
  if (url !== null) await readIfThere(readResults(shop, admin, owner, hold, operation, url))
  await withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    await tx.query(`UPDATE "${owner.table}" SET "sentIn" = NULL WHERE "shop" = $1 AND "sentIn" = $2`, [shop, operation])
  })
  return false
}

/** A result that is gone confirms nothing. */
async function readIfThere(reading: Promise<void>): Promise<void> {
  try {
    await reading
  } catch (error) {
    if (!(error instanceof OutsideFailure) || error.code !== 'bulk-file-gone') throw error
  }
}

type ResultLine = {
  data?: {
    metafieldsSet?: {
      metafields?: { owner?: { id?: string; updatedAt?: string } }[] | null
      userErrors?: unknown[]
    } | null
  } | null
}

async function readResults(
  shop: ShopId,
  admin: Admin,
  owner: Owner,
  hold: Hold,
  operation: string,
  url: string,
): Promise<void> {
  const file = await admin.openFile(url, 0, null)
  let done: { id: string; at: string | null }[] = []
  const note = async () => {
    const rows = done
    done = []
    await withShopBulk(shop, async (tx) => {
      await hold.stillMine(tx)
      await tx.query(
        `UPDATE "${owner.table}" t SET "written" = t."sent", "sent" = NULL, "sentIn" = NULL ${echoOf(owner)}
         FROM jsonb_to_recordset($3::jsonb) AS r("id" bigint, "at" timestamptz)
         WHERE t."shop" = $1 AND t."sentIn" = $2 AND t."${owner.column}" = r."id"`,
        [shop, operation, JSON.stringify(rows)],
      )
    })
  }
  for await (const line of resultLines(file.body)) {
    const answer = parsedLine<ResultLine>(line).data?.metafieldsSet
    const told = answer?.metafields?.[0]?.owner
    if (told?.id && (answer?.userErrors ?? []).length === 0)
      done.push({ id: told.id.slice(owner.gid.length), at: told.updatedAt ?? null })
    if (done.length >= RESULTS_AT_ONCE) await note()
  }
  await note()
}
