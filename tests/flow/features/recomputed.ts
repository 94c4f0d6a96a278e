import type { Instant } from '#app/domain/order.ts'
import { recomputeFeatures, type RecomputeCause } from '#app/flow/features/recompute.ts'
import { recomputeCustomer } from '#app/flow/features/recompute-customer.ts'
import { recomputeMembership } from '#app/flow/segments/membership-of-one.ts'
import { recomputeMemberships } from '#app/flow/segments/memberships.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs } from '#tests/support/database.ts'

/** What the recompute job does, as of a moment. */
export async function recompute(shop: ShopId, asOf: Instant, cause: RecomputeCause): Promise<void> {
  const standings = await recomputeFeatures(shop, asOf, cause)
  await recomputeMemberships(shop, asOf, cause, standings)
}

/** What the job `recompute-customer` does, as of a moment. */
export async function recomputeOne(shop: ShopId, customer: number, asOf: Instant): Promise<string> {
  const standings = await recomputeCustomer(shop, String(customer), asOf)
  if (typeof standings === 'string') return standings
  return recomputeMembership(shop, String(customer), asOf, standings)
}

const TABLES = [
  ['CustomerFeatures', 'customer'],
  ['Membership', 'customer'],
  ['MembershipChange', 'id'],
  ['Estimates', 'version'],
  ['LifetimeFit', 'shop'],
  ['Learned', 'version'],
  ['ProductCycle', 'product'],
  ['OrderEvidence', '"order"'],
  ['DiscountUse', 'key'],
  ['StageDay', 'day, stage'],
  ['Summary', 'shop'],
] as const

/** Every row that features and segments keep of a shop, in order. */
export async function everyRow(shop: ShopId): Promise<Record<string, unknown[]>> {
  return connectAs('superuser', async (client) => {
    const all: Record<string, unknown[]> = {}
    for (const [table, order] of TABLES) {
      all[table] = (await client.query(`SELECT * FROM "${table}" WHERE shop = $1 ORDER BY ${order}`, [shop])).rows
    }
    return all
  })
}

type MembershipRow = {
  customer: string
  stage: string
  stageSince: Date
  cherryPicker: string
  isWatched: boolean
  isVip: boolean
  nextStageAt: Date | null
  nextStage: string | null
}

export async function memberships(shop: ShopId): Promise<Map<number, MembershipRow>> {
  return connectAs('superuser', async (client) => {
    const { rows } = await client.query<MembershipRow>('SELECT * FROM "Membership" WHERE shop = $1', [shop])
    return new Map(rows.map((row) => [Number(row.customer), row]))
  })
}
