/** Preparing to uninstall: at an uninstall Shopify takes our token away, so everything of ours goes before. */
import type { Leaving, Problem } from '#app/domain/pages.ts'
import { STATE_KEY, STATE_NAMESPACE } from '#app/domain/publication.ts'
import { OutsideFailure } from '#app/errors.ts'
import { StateDefinitionDeleteDocument } from '#app/outside/admin.generated.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { readSettings, saveSettingsIn } from '../settings.ts'
import { planRun } from './runs.ts'
import { countShopifySegments, removeAll } from './shopify-segments.ts'
import type { Hold } from './publish.ts'

const LOOK_AGAIN_MS = 2000
/** A removal that Shopify breaks off is begun again this often. */
const REMOVALS = 3

type Progress = { removals: number; segments?: true; definition?: true; isCancelled?: true }
type LeaveRun = {
  id: number
  state: string
  progress: Progress
  problem: Problem | null
  startedAt: Date
  finishedAt: Date | null
}

/** Turns everything off and has all of ours taken out of the shop. Asked for twice, it goes on as it is. */
export async function prepareToLeave(shop: ShopId): Promise<void> {
  await withShop(shop, async (tx) => {
    await saveSettingsIn(tx, shop, { taggingOn: false, shopifySegmentsOn: false, learnFromVisits: false })
    const newest = await newestLeave(tx, shop)
    if (newest?.state !== 'running') {
      await planRun(tx, shop, 'remove')
      const progress = JSON.stringify({ removals: 1 })
      await tx.$executeRaw`
        INSERT INTO "PublicationRun" (shop, kind, state, progress, "startedAt")
        VALUES (${shop}, 'leave', 'running', ${progress}::jsonb, now())`
    }
    await owe(tx, shop, 'publish', String(shop), {})
    await owe(tx, shop, 'leave-shop', String(shop), {})
  })
}

/** Goes on with leaving, one step after the other; safe to be killed anywhere, for every step looks at what is left. */
export async function leaveShop(shop: ShopId, hold: Hold): Promise<void | { againInMs: number }> {
  const step = await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    const run = await newestLeave(tx, shop)
    if (run?.state !== 'running') return null
    if ((await readSettings(tx, shop)).taggingOn) return null
    const left = await tagsLeft(tx, shop)
    if (left.isOpen && !left.isDead) return 'wait'
    if (left.customers === 0) return run
    if (left.isDead || run.progress.removals >= REMOVALS) {
      await endLeave(tx, shop, run, { kind: 'shopify-unavailable' })
      return null
    }
    await planRun(tx, shop, 'remove')
    await owe(tx, shop, 'publish', String(shop), {})
    await noteProgress(tx, shop, run, { removals: run.progress.removals + 1 })
    return 'wait'
  })
  if (step === null) return
  if (step === 'wait') return { againInMs: LOOK_AGAIN_MS }
  const admin = await adminOf(shop)
  await removeAll(shop, admin, hold)
  await deleteDefinition(admin)
  await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    const refused = await tx.shopifySegment.findFirst({ where: { shop }, select: { problem: true } })
    await noteProgress(tx, shop, step, { ...(!refused && { segments: true }), definition: true })
    await endLeave(tx, shop, step, (refused?.problem ?? null) as Problem | null)
  })
}

/** The definition, and with it every state that is still there. */
async function deleteDefinition(admin: Admin): Promise<void> {
  const { metafieldDefinitionDelete: answer } = await admin.change(
    StateDefinitionDeleteDocument,
    { identifier: { ownerType: 'CUSTOMER', namespace: STATE_NAMESPACE, key: STATE_KEY } },
    { isRepeatable: true },
  )
  const errors = (answer?.userErrors ?? []).filter((error) => error.code !== 'NOT_FOUND')
  if (errors.length > 0) throw new OutsideFailure('shopify-refused', errors.map((error) => error.message).join(' '))
}

/** Customers who still carry something of ours, but for those whom Shopify refuses to change (they are deleted there). */
async function tagsLeft(tx: Tx, shop: ShopId): Promise<{ isOpen: boolean; isDead: boolean; customers: number }> {
  const dead = await tx.work.count({ where: { shop, kind: 'publish', state: 'dead' } })
  const open = await tx.publicationRun.count({
    where: { shop, kind: 'remove', state: { in: ['planned', 'running'] } },
  })
  const rows = await tx.$queryRaw<{ customers: number }[]>`
    SELECT count(*)::int AS customers FROM "Ledger"
    WHERE shop = ${shop} AND (tags <> '{}' OR state IS NOT NULL OR problem ? 'pending') AND NOT coalesce(problem ? 'refused', false)`
  return { isOpen: open > 0, isDead: dead > 0, customers: rows[0]!.customers }
}

async function newestLeave(tx: Tx, shop: ShopId): Promise<LeaveRun | null> {
  const rows = await tx.$queryRaw<LeaveRun[]>`
    SELECT id, state, progress, problem, "startedAt", "finishedAt" FROM "PublicationRun"
    WHERE shop = ${shop} AND kind = 'leave' ORDER BY id DESC LIMIT 1`
  return rows[0] ?? null
}

async function noteProgress(tx: Tx, shop: ShopId, run: LeaveRun, more: Partial<Progress>): Promise<void> {
  await tx.$executeRaw`
    UPDATE "PublicationRun" SET progress = progress || ${JSON.stringify(more)}::jsonb WHERE shop = ${shop} AND id = ${run.id}`
}

async function endLeave(tx: Tx, shop: ShopId, run: LeaveRun, problem: Problem | null): Promise<void> {
  await tx.$executeRaw`
    UPDATE "PublicationRun" SET state = ${problem ? 'failed' : 'done'}, problem = ${problem && JSON.stringify(problem)}::jsonb,
      "finishedAt" = now()
    WHERE shop = ${shop} AND id = ${run.id} AND state = 'running'`
}

/** How far leaving has come. Starting to tag again cancels it. */
export async function leaving(shop: ShopId): Promise<Leaving> {
  return withShop(shop, async (tx) => {
    const run = await newestLeave(tx, shop)
    const { taggingOn } = await readSettings(tx, shop)
    const hasStartedSince =
      run !== null && (await tx.publicationRun.count({ where: { shop, kind: 'start', id: { gt: run.id } } })) > 0
    if (run === null || ((taggingOn || hasStartedSince) && !run.progress.isCancelled)) return NOT_ASKED
    if (run.progress.isCancelled) return { ...NOT_ASKED, state: 'cancelled', startedAt: run.startedAt.getTime() }
    const { customers } = await tagsLeft(tx, shop)
    const segments = await countShopifySegments(tx, shop)
    const isOver = run.state !== 'running'
    const stateOf = (isDone: boolean, isNext: boolean) =>
      isDone ? ('done' as const) : isOver ? ('failed' as const) : isNext ? ('under-way' as const) : ('waiting' as const)
    const isUntagged = customers === 0
    return {
      // What was created again since is in the shop again.
      state: !isOver ? 'under-way' : run.state === 'done' && isUntagged && segments === 0 ? 'safe' : 'failed',
      steps: [
        { step: 'tagging', state: 'done', left: null },
        { step: 'tags', state: stateOf(isUntagged, true), left: customers },
        { step: 'segments', state: stateOf(segments === 0, isUntagged), left: segments },
        {
          step: 'definition',
          state: stateOf(run.progress.definition === true, isUntagged && segments === 0),
          left: null,
        },
      ],
      startedAt: run.startedAt.getTime(),
      finishedAt: run.finishedAt?.getTime() ?? null,
      problem: run.problem,
    }
  })
}

const NOT_ASKED: Leaving = { state: 'not-asked', steps: [], startedAt: null, finishedAt: null, problem: null }
