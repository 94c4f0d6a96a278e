import type { Problem, TagRun } from '#app/domain/pages.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { BulkTx, ShopId, Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { saveSettingsIn } from '../settings.ts'

/** A bulk mutation: one kind of change for customers above `after` and up to `upTo`. */
export type Operation = {
  kind: 'remove' | 'add' | 'state' | 'clear'
  after: string
  upTo: string
  /** Shopify's gid; null: not started. */
  operation: string | null
  /** Shopify may have got the lines, even if we never heard of it. */
  isSent: boolean
  state: 'planned' | 'running' | 'done' | 'failed'
  /** How often Shopify has given up on it. */
  tries: number
}

export type Progress = {
  road?: 'single' | 'bulk'
  /** Keys of the tags that this run may write. */
  names?: string[]
  /** Of these, keys that no run before it could write. */
  neverUsed?: string[]
  operations?: Operation[]
  /** Shopify's own words for what it refused, with how often. */
  refusals?: Record<string, number>
  /** The run that an undo takes back. */
  undoes?: number
  /** Looks since something last moved, for the pace of looking again. */
  looks?: number
}

export type Run = {
  id: number
  kind: 'start' | 'update' | 'remove' | 'undo'
  state: 'planned' | 'running' | 'done' | 'failed'
  progress: Progress
}

/** The runs for the whole shop. */
const RUN_KINDS = ['start', 'update', 'remove', 'undo'] as const

/** Different words of Shopify that a run keeps. */
const REFUSALS_KEPT = 20

/**
 * Turns tagging on; the first run brings tags and metafields to what the stages say. Where it was stopped before a run that
 * was starting came to its end, that run goes on.
 */
export async function startTagging(shop: ShopId): Promise<void> {
  await withShop(shop, async (tx) => {
    // Saving locks the shop's settings: of two people who start at once, the second sees the first one's run.
    const before = await saveSettingsIn(tx, shop, {})
    const { version } = await saveSettingsIn(tx, shop, { taggingOn: true })
    const open = await tx.publicationRun.count({
      where: { shop, kind: 'start', state: { in: ['planned', 'running'] } },
    })
    if (open > 0 && version === before.version)
      throw new InvalidInput('tagging is starting already', { shown: 'tagging-is-starting' })
    await tx.$executeRaw`
      UPDATE "PublicationRun" SET state = 'done', progress = progress || '{"isCancelled":true}', "finishedAt" = now()
      WHERE shop = ${shop} AND kind = 'leave' AND state = 'running'`
    if (open === 0) await planRun(tx, shop, 'start')
    await owe(tx, shop, 'publish', String(shop), {})
  })
}

/** Turns tagging off. What was written stays as it is. */
export async function stopTagging(shop: ShopId): Promise<void> {
  await withShop(shop, async (tx) => {
    await saveSettingsIn(tx, shop, { taggingOn: false })
  })
}

/** Turns tagging off and takes away the tags and metafields that our ledger owns, and nothing else. */
export async function removeTags(shop: ShopId): Promise<void> {
  await withShop(shop, async (tx) => {
    await saveSettingsIn(tx, shop, { taggingOn: false })
    const open = await tx.publicationRun.count({ where: { shop, kind: 'remove', state: 'planned' } })
    if (open === 0) await planRun(tx, shop, 'remove')
    await owe(tx, shop, 'publish', String(shop), {})
  })
}

/** A run to be begun. */
export async function planRun(tx: Tx, shop: ShopId, kind: Run['kind']): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "PublicationRun" (shop, kind, state, "startedAt") VALUES (${shop}, ${kind}, 'planned', now())`
}

/** A run of its own for what has changed since the last one. */
export async function planUpdate(tx: BulkTx, shop: ShopId): Promise<void> {
  await tx.query(
    `INSERT INTO "PublicationRun" (shop, kind, state, "startedAt") VALUES ($1, 'update', 'planned', now())`,
    [shop],
  )
}

/** Whether any run is planned or under way. */
export async function isAnyOpen(tx: Tx, shop: ShopId): Promise<boolean> {
  const open = await tx.publicationRun.count({
    where: { shop, kind: { in: [...RUN_KINDS] }, state: { in: ['planned', 'running'] } },
  })
  return open > 0
}

/** The newest run for the whole shop, if it was one that can be taken back and has not been; null: none. */
export async function findLastRun(tx: Tx, shop: ShopId): Promise<TagRun | null> {
  const last = (await listRuns(tx, shop, 1, RUN_KINDS))[0]
  return last && (last.kind === 'start' || last.kind === 'update') ? last : null
}

/** The run to work on: the one under way, else the oldest planned; null: none. */
export async function findOpenRun(tx: BulkTx, shop: ShopId): Promise<Run | null> {
  const rows = await tx.query<Run>(
    `SELECT id, kind, state, coalesce(progress, '{}') AS progress FROM "PublicationRun"
     WHERE shop = $1 AND kind IN ('start', 'update', 'remove', 'undo') AND state IN ('planned', 'running') ORDER BY state = 'running' DESC, id LIMIT 1`,
    [shop],
  )
  return rows[0] ?? null
}

/** Writes down that a run is under way, and how. */
export async function beginRun(tx: BulkTx, shop: ShopId, run: number, customers: number, progress: Progress) {
  await tx.query(
    `UPDATE "PublicationRun" SET state = 'running', customers = $3, progress = coalesce(progress, '{}') || $4::jsonb
     WHERE shop = $1 AND id = $2`,
    [shop, run, customers, JSON.stringify(progress)],
  )
}

export async function saveProgress(tx: BulkTx, shop: ShopId, run: number, progress: Progress): Promise<void> {
  await tx.query(
    `UPDATE "PublicationRun" SET progress = coalesce(progress, '{}') || $3::jsonb WHERE shop = $1 AND id = $2`,
    [shop, run, JSON.stringify(progress)],
  )
}

/** Adds Shopify's words to those that the run keeps; further kinds are counted together. */
export function withRefusals(refusals: Record<string, number> | undefined, words: string[]): Record<string, number> {
  const all = { ...refusals }
  for (const text of words) {
    const word = text.slice(0, 200)
    const key = word in all || Object.keys(all).length < REFUSALS_KEPT ? word : '…'
    all[key] = (all[key] ?? 0) + 1
  }
  return all
}

/**
 * Ends a run. Customers that it could not change are marked as refused where Shopify's answer is known (`isWhole`), so that
 * the same is not asked again and again; a tag that was refused is not ours. Otherwise they stay unsure for the next run.
 */
export async function endRun(
  tx: BulkTx,
  shop: ShopId,
  run: number,
  ending: { state: 'done' | 'failed'; isWhole: boolean; refusals: Record<string, number>; problem?: Problem },
): Promise<void> {
  const left = await tx.query<{ customers: number }>(
    ending.isWhole
      ? `WITH refused AS (
           UPDATE "Ledger" SET
             tags = ARRAY(SELECT tag FROM unnest(tags) AS tag WHERE NOT coalesce(problem->'pending'->'add' ? tag, false)),
             problem = jsonb_build_object('refused', jsonb_build_object('wanted', problem->'pending'->'wanted'))
           WHERE shop = $1 AND (problem->'pending'->>'run')::int = $2 RETURNING 1
         )
         SELECT count(*)::int AS customers FROM refused`
      : `SELECT count(*)::int AS customers FROM "Ledger" WHERE shop = $1 AND (problem->'pending'->>'run')::int = $2`,
    [shop, run],
  )
  const failures = left[0]?.customers ?? 0
  const words = Object.entries(ending.refusals).sort((a, b) => b[1] - a[1])
  const refused: Problem | null =
    ending.isWhole && failures > 0 ? { kind: 'shopify-refused', detail: words[0]?.[0] ?? '' } : null
  const problem = ending.problem ?? refused
  await tx.query(
    `UPDATE "PublicationRun" SET state = $3, failures = $4, problem = $5, "finishedAt" = now() WHERE shop = $1 AND id = $2`,
    [shop, run, ending.state, failures, problem && JSON.stringify(problem)],
  )
}

type RunRow = Omit<TagRun, 'startedAt' | 'finishedAt'> & { startedAt: Date; finishedAt: Date | null }

/** The newest runs first. */
export async function listRuns(
  tx: Tx,
  shop: ShopId,
  limit: number,
  kinds: readonly TagRun['kind'][] = [...RUN_KINDS, 'live'],
): Promise<TagRun[]> {
  const rows = await tx.$queryRaw<RunRow[]>`
    SELECT id, kind, state, customers, "tagsAdded", "tagsRemoved", "statesWritten", failures, "startedAt", "finishedAt",
      problem
    FROM "PublicationRun" WHERE shop = ${shop} AND kind = ANY (${[...kinds]}::text[]) ORDER BY id DESC LIMIT ${limit}`
  return rows.map((row) => ({
    ...row,
    startedAt: row.startedAt.getTime(),
    finishedAt: row.finishedAt?.getTime() ?? null,
  }))
}
