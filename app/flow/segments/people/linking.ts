import { contradictionsIn } from '#app/domain/joined-persons.ts'
import type { Linking } from '#app/domain/people-pages.ts'
import type { Problem } from '#app/domain/pages.ts'
import { type ShopId, type Tx, withShop } from '#app/outside/database.server.ts'
import { joinedPersons } from '../../confirmed-links.ts'
import { readSettings } from '../../settings.ts'

/** Where looking for several accounts of one person stands; the same for Settings, Home and the queue. */
export function linkingFor(shop: ShopId): Promise<Linking> {
  return withShop(shop, (tx) => linkingOf(tx, shop))
}

const OFF: Linking = { state: 'off', read: 0, total: null, waiting: 0, problem: null }

export async function linkingOf(tx: Tx, shop: ShopId): Promise<Linking> {
  const { linkAccounts } = await readSettings(tx, shop)
  if (!linkAccounts) return OFF
  const run = await tx.syncRun.findFirst({ where: { shop, kind: 'accounts' }, orderBy: { id: 'desc' } })
  const work = await tx.work.findMany({ where: { shop, kind: { in: ['read-accounts', 'link-accounts'] } } })
  const stopped = work.find((each) => each.state === 'dead' || each.state === 'parked')
  const problem = (stopped?.problem ?? run?.problem ?? null) as Problem | null
  const suggested = await tx.personLink.count({ where: { shop, state: 'suggested' } })
  const waiting = suggested + contradictionsIn(await joinedPersons(tx, shop)).size
  const isLinking = work.some((each) => each.kind === 'link-accounts' && each.state !== 'dead')
  return {
    state:
      stopped || run?.state === 'failed'
        ? 'failed'
        : run?.state !== 'done'
          ? 'reading'
          : isLinking && waiting === 0
            ? 'linking'
            : 'ready',
    read: run?.rootsRead ?? 0,
    total: run?.rootObjectCount ?? null,
    waiting,
    problem: problem?.kind === undefined ? null : { kind: problem.kind },
  }
}
