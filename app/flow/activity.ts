import type { ActivityEntry, ActivityPage, CustomerMove, Problem } from '#app/domain/pages.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import { listWork } from '#app/outside/queue.server.ts'
import { freshnessOf } from './freshness.ts'

const ENTRIES_OF_A_KIND = 50

/** What the app has done for the shop, newest first: imports, tag runs, work in trouble, privacy requests. */
export async function activityPage(shop: ShopId): Promise<ActivityPage> {
  return withShop(shop, async (tx) => {
    const entries = [
      ...(await imports(tx, shop)),
      ...(await tagRuns(tx, shop)),
      ...(await moves(tx, shop)),
      ...(await health(tx, shop)),
      ...(await troubledWork(tx, shop)),
      ...(await privacyRequests(tx, shop)),
    ]
    entries.sort((a, b) => startOf(b) - startOf(a))
    return { entries, freshness: await freshnessOf(tx, shop) }
  })
}

function startOf(entry: ActivityEntry): number {
  return entry.what === 'import' || entry.what === 'tag-run' ? entry.startedAt : entry.at
}

async function imports(tx: Tx, shop: ShopId): Promise<ActivityEntry[]> {
  const rows = await tx.syncRun.findMany({
    where: { shop, kind: { not: 'beside' } },
    orderBy: { id: 'desc' },
    take: ENTRIES_OF_A_KIND,
  })
  return rows.map((row) => ({
    what: 'import',
    id: row.id,
    kind: row.kind === 'history' || row.kind === 'accounts' ? row.kind : 'catch-up',
    subject: row.subject === 'customers' ? 'customers' : 'orders',
    state: row.state,
    rows: row.rootsRead,
    badLines: badLinesOf(row.badLines),
    startedAt: row.startedAt.getTime(),
    finishedAt: row.finishedAt?.getTime() ?? null,
    problem: problemOf(row.problem),
  }))
}

function badLinesOf(value: unknown): number {
  const bad = (value as { bad?: unknown } | null)?.bad
  return typeof bad === 'number' ? bad : 0
}

/** A run notes more in its problem than a screen needs; without a kind there is none. */
function problemOf(value: unknown): Problem | null {
  const problem = value as Partial<Problem> | null
  if (!problem?.kind) return null
  return { kind: problem.kind, ...(problem.detail !== undefined && { detail: problem.detail }) }
}

const TAG_RUN_KINDS = ['start', 'update', 'remove', 'undo', 'live'] as const

async function tagRuns(tx: Tx, shop: ShopId): Promise<ActivityEntry[]> {
  const rows = await tx.publicationRun.findMany({
    where: { shop, kind: { in: [...TAG_RUN_KINDS] } },
    orderBy: { id: 'desc' },
    take: ENTRIES_OF_A_KIND,
  })
  return rows.map((row) => ({
    what: 'tag-run',
    id: row.id,
    kind: TAG_RUN_KINDS.find((kind) => kind === row.kind) ?? 'update',
    state: row.state === 'planned' || row.state === 'running' || row.state === 'failed' ? row.state : 'done',
    customers: row.customers,
    tagsAdded: row.tagsAdded,
    tagsRemoved: row.tagsRemoved,
    statesWritten: row.statesWritten,
    failures: row.failures,
    startedAt: row.startedAt.getTime(),
    finishedAt: row.finishedAt?.getTime() ?? null,
    problem: problemOf(row.problem),
  }))
}

/** Days of moves are listed as far as these newest moves reach back. */
const MOVES_LOOKED_AT = 5_000
const DAYS_OF_MOVES = 14

type MoveRow = { day: string; at: number; cause: CustomerMove['cause']; moves: number }

/** How many customers moved on each day, by what moved them. */
async function moves(tx: Tx, shop: ShopId): Promise<ActivityEntry[]> {
  const rows = await tx.$queryRaw<MoveRow[]>`
    WITH newest AS (
      SELECT c.at, c.cause, to_char(c.at AT TIME ZONE coalesce(s.timezone, 'UTC'), 'YYYY-MM-DD') AS day
      FROM "Shop" s, LATERAL (
        SELECT at, cause FROM "MembershipChange" WHERE shop = ${shop} AND what = 'stage' ORDER BY id DESC LIMIT ${MOVES_LOOKED_AT}
      ) c WHERE s.shop = ${shop}
    )
    SELECT day, (extract(epoch FROM max(at)) * 1000)::float8 AS at, cause, count(*)::int AS moves
    FROM newest GROUP BY day, cause ORDER BY day DESC, cause`
  const days = new Map<string, MoveRow[]>()
  for (const row of rows) days.set(row.day, [...(days.get(row.day) ?? []), row])
  const looked = rows.reduce((sum, row) => sum + row.moves, 0)
  // Of the day where looking ended, a part is missing.
  const whole = [...days].slice(0, looked === MOVES_LOOKED_AT && days.size > 1 ? -1 : undefined)
  return whole.slice(0, DAYS_OF_MOVES).map(([day, ofDay]) => ({
    what: 'moves',
    day,
    at: Math.max(...ofDay.map((row) => row.at)),
    causes: ofDay.map((row) => ({ cause: row.cause, moves: row.moves })),
  }))
}

/** What the last look found about what Shopify tells us of, where there is anything to say. */
async function health(tx: Tx, shop: ShopId): Promise<ActivityEntry[]> {
  const found = await tx.liveHealth.findUnique({ where: { shop } })
  if (!found) return []
  const registered = found.registered as Record<string, { at: number }>
  const problem = problemOf(found.problem)
  if (Object.keys(registered).length + found.missing.length === 0 && problem === null) return []
  const at = Math.max(0, ...Object.values(registered).map((one) => one.at))
  const isOpen = found.missing.length > 0 || problem !== null
  return [
    {
      what: 'health',
      registered: Object.keys(registered).sort(),
      missing: [...found.missing].sort(),
      at: isOpen || at === 0 ? found.checkedAt.getTime() : at,
      problem,
    },
  ]
}

async function troubledWork(tx: Tx, shop: ShopId): Promise<ActivityEntry[]> {
  const rows = await listWork(tx, shop)
  return rows.map(({ kind, state, attempts, at, problem }) => ({ what: 'work', kind, state, attempts, at, problem }))
}

async function privacyRequests(tx: Tx, shop: ShopId): Promise<ActivityEntry[]> {
  const rows = await tx.privacyRequest.findMany({
    where: { shop },
    orderBy: { id: 'desc' },
    take: ENTRIES_OF_A_KIND,
    select: { id: true, kind: true, receivedAt: true, dueAt: true, doneAt: true },
  })
  // The export itself stays where it is: a page needs to know only that there is one.
  const withExport = await tx.privacyRequest.findMany({ where: { shop, export: { not: null } }, select: { id: true } })
  const exports = new Set(withExport.map((row) => row.id))
  return rows.map((row) => ({
    what: 'privacy',
    id: row.id,
    kind: row.kind === 'data-request' || row.kind === 'shop-redact' ? row.kind : 'customer-redact',
    at: row.receivedAt.getTime(),
    dueAt: row.dueAt.getTime(),
    doneAt: row.doneAt?.getTime() ?? null,
    hasExport: exports.has(row.id),
  }))
}
