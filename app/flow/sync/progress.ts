import type { ImportProgress, Problem } from '#app/domain/pages.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'

/** The work that stands between an install and the first stages. */
const CHAIN = ['backfill-shop', 'ingest-bulk-result', 'catch-up', 'recompute']

/** How far the newest import has come, from the rows that it has stored and the work that is still owed. */
export async function importProgress(tx: Tx, shop: ShopId): Promise<ImportProgress> {
  const runs = await tx.syncRun.findMany({
    where: { shop, kind: 'history' },
    orderBy: { id: 'desc' },
    distinct: ['subject'],
  })
  const work = await tx.work.findMany({ where: { shop, kind: { in: CHAIN } } })
  const stuck = work.find((row) => row.state === 'parked' || row.state === 'dead')
  const waiting = work.find((row) => row.problem !== null)
  const failed = runs.find((run) => run.state === 'failed')
  const problem = (stuck?.problem ?? failed?.problem ?? waiting?.problem ?? null) as Problem | null
  return {
    state: stuck || failed ? 'failed' : await stateOf(tx, shop, runs, work.length > 0),
    orders: countsOf(runs.find((run) => run.subject === 'orders')),
    customers: countsOf(runs.find((run) => run.subject === 'customers')),
    problem: problem && { kind: problem.kind, detail: problem.detail, nextTryAt: waiting?.nextAt.getTime() },
  }
}

async function stateOf(
  tx: Tx,
  shop: ShopId,
  runs: { state: string }[],
  isWorkOwed: boolean,
): Promise<ImportProgress['state']> {
  if (runs.length === 0) return 'waiting'
  const is = (state: string) => runs.some((run) => run.state === state)
  if (is('requested')) return 'asking'
  if (is('downloading')) return 'reading'
  if (is('running')) return 'asking'
  if (is('merging')) return 'merging'
  // Later imports leave the stages that are there standing: only the first one is waited for.
  const summary = await tx.summary.findUnique({ where: { shop }, select: { asOf: true } })
  if (summary === null) return 'working-out'
  return isWorkOwed && ((await isFirstCatchUp(tx, shop)) || (await isNobodyDecided(tx, shop))) ? 'working-out' : 'done'
}

async function isFirstCatchUp(tx: Tx, shop: ShopId): Promise<boolean> {
  const found = await tx.shop.findUnique({ where: { shop }, select: { syncedAt: true } })
  return found?.syncedAt === null
}

/** The run stores the facts before the stages: in between every segment is empty. */
async function isNobodyDecided(tx: Tx, shop: ShopId): Promise<boolean> {
  return (await tx.membership.findFirst({ where: { shop }, select: { customer: true } })) === null
}

/** While Shopify writes the file, what it has written so far; then what of it has been read. */
function countsOf(run: { state: string; rootsRead: number; rootObjectCount: number | null } | undefined): {
  read: number
  total: number | null
} {
  if (!run) return { read: 0, total: null }
  if (run.state === 'requested' || run.state === 'running') return { read: run.rootObjectCount ?? 0, total: null }
  return { read: run.rootsRead, total: run.rootObjectCount }
}
