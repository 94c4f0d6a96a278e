import type { Id, Instant } from '#app/domain/order.ts'
import type { Standings } from '#app/domain/standings.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { joinSingleCustomers } from '../recompute-lock.ts'
import { decide, readRules, readStored, removeMembers, writeChanges, writeMemberships } from './memberships.ts'

/**
 * Decides one customer's stage and tier as of a moment, as a run over the whole shop does, and writes what differs with a
 * change row for each move. Owes what follows of it in the same transaction: the customer's tags while tagging is on, and
 * telling Flow.
 *
 * @param standings  their facts as of the same moment; of length none: the shop knows them no more
 * @param stillMine  asked last: throws if another worker has taken over, and nothing is written
 * @returns `overtaken`: a run over the whole shop is on, or was as of a later moment: ask again from the facts on
 */
export async function recomputeMembership(
  shop: ShopId,
  customer: Id,
  asOf: Instant,
  standings: Standings,
  stillMine: (tx: BulkTx) => Promise<void> = async () => {},
): Promise<'done' | 'overtaken'> {
  return withShopBulk(shop, async (tx) => {
    if (!(await joinSingleCustomers(tx, shop))) return 'overtaken'
    const [run] = await tx.query<{ asOf: Date }>('SELECT "asOf" FROM "Summary" WHERE "shop" = $1', [shop])
    if (run && run.asOf.getTime() > asOf) return 'overtaken'
    if (standings.count === 0) await removeMembers(tx, shop, [customer])
    else await decideOne(tx, shop, customer, asOf, standings)
    await stillMine(tx)
    return 'done'
  })
}

async function decideOne(tx: BulkTx, shop: ShopId, customer: Id, asOf: Instant, standings: Standings): Promise<void> {
  const rules = await readRules(tx, shop, asOf)
  const decisions = decide(standings, asOf, rules)
  const before = await readStored(tx, shop, asOf, standings, decisions, customer)
  const isNew = before.rows === 0
  // The moment of the decision is written also where it is the same one: an older run must not take it back.
  before.isSame[0] = before.isLater[0]!
  before.rows = 1
  await writeMemberships(tx, shop, asOf, standings, decisions, before, rules)
  const changes = await writeChanges(tx, shop, asOf, 'order', standings, decisions, before, rules)
  if (changes > 0) await owe(tx, shop, 'announce', String(shop), {})
  if (!rules.settings.taggingOn) return
  const hasMoved = before.stage[0] !== decisions.stage[0]
  if (changes > 0 || isNew || hasMoved || !(await isPublished(tx, shop, customer)))
    await owe(tx, shop, 'publish-customer', customer, {})
}

async function isPublished(tx: BulkTx, shop: ShopId, customer: Id): Promise<boolean> {
  const rows = await tx.query('SELECT FROM "Ledger" WHERE "shop" = $1 AND "customer" = $2::bigint', [shop, customer])
  return rows.length > 0
}
