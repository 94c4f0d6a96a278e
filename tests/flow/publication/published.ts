// A shop of the test's own at the local shop, with customers in stages as the segments stage leaves them.
import type { CherryTier } from '#app/domain/cherry-picker.ts'
import type { Stage } from '#app/domain/stages.ts'
import type { Hold } from '#app/flow/publication/publish.ts'
import { publish } from '#app/flow/publication/publish.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { playShop } from '#tests/flow/sync/played.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { connectAs } from '#tests/support/database.ts'
import type { LocalShopOptions } from '#tests/support/local-shop.ts'

export type ToldCustomer = { id: number; tags?: string[]; stage: Stage; tier?: CherryTier }

const SINCE = '2026-03-01T00:00:00.000Z'
/** Nobody else has the work. */
export const STILL_MINE: Hold = { stillMine: async () => {}, signal: new AbortController().signal }

/** Customers 1001, 1002, …; tags are in Shopify and as the import has seen them. */
export async function playStages(
  told: Omit<ToldCustomer, 'id'>[],
  options: LocalShopOptions = {},
): Promise<PlayedShop> {
  const customers = told.map((customer, index) => ({ id: 1001 + index, ...customer }))
  const played = await playShop((world) => {
    for (const { id, tags } of customers)
      world.addCustomer({ id, tags: [...(tags ?? [])], createdAt: Date.parse(SINCE) })
  }, options)
  await seen(played.shop, customers)
  await standing(played.shop, customers)
  return played
}

/** Writes what the import has seen of customers' tags, as of now; Shopify dates by whole seconds. */
export async function seen(shop: ShopId, customers: { id: number; tags?: string[] }[]): Promise<void> {
  await connectAs('superuser', async (client) => {
    await client.query(
      `INSERT INTO "Customer" (shop, id, "createdAt", "updatedAt", tags, road, "fetchedAt")
       SELECT $1, id, $3, date_trunc('second', now()), coalesce(tags, '{}'), 2, now() FROM jsonb_to_recordset($2::jsonb) AS c(id bigint, tags text[])
       ON CONFLICT (shop, id) DO UPDATE SET tags = excluded.tags, "fetchedAt" = excluded."fetchedAt"`,
      [shop, JSON.stringify(customers), SINCE],
    )
    await client.query(`UPDATE "Shop" SET "syncedAt" = now() WHERE shop = $1`, [shop])
  })
}

/** Puts customers into stages. */
export async function standing(shop: ShopId, customers: ToldCustomer[]): Promise<void> {
  await connectAs('superuser', (client) =>
    client.query(
      `INSERT INTO "Membership" (shop, customer, stage, "stageSince", "cherryPicker", "isBusiness", "isWatched",
         "ruleVersion", estimates, "decidedAt")
       SELECT $1, id, stage, $3, coalesce(tier, 'none'), false, false, 0, 1, now()
       FROM jsonb_to_recordset($2::jsonb) AS c(id bigint, stage text, tier text)
       ON CONFLICT (shop, customer) DO UPDATE SET stage = excluded.stage, "cherryPicker" = excluded."cherryPicker",
         "stageSince" = now()`,
      [shop, JSON.stringify(customers), SINCE],
    ),
  )
}

/** Publishes as the worker does, looking again at once while Shopify works. */
export async function publishAll(shop: ShopId, hold: Hold = STILL_MINE): Promise<void> {
  for (let looks = 0; looks < 6000; looks += 1) {
    const again = await publish(shop, hold)
    if (!again) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('publication does not come to an end')
}

type LedgerRow = {
  customer: string
  tags: string[]
  preexisting: string[]
  state: string | null
  problem: Record<string, unknown> | null
  echoAt: Date | null
  missing: string[]
  leftOff: string[]
  added: string[]
  putBack: Record<string, number>
}

export async function ledger(shop: ShopId): Promise<Map<number, LedgerRow>> {
  return connectAs('superuser', async (client) => {
    const { rows } = await client.query<LedgerRow>('SELECT * FROM "Ledger" WHERE shop = $1', [shop])
    return new Map(rows.map((row) => [Number(row.customer), row]))
  })
}

/** The tags and the segment's state of a customer in Shopify. */
export function inShopify({ world }: PlayedShop, id: number): { tags: string[]; stage: string | null } {
  const customer = world.customers.get(id)!
  const state = [...customer.metafields].find(([key]) => key.endsWith('morello.state'))?.[1].value
  return {
    tags: [...customer.tags].sort(),
    stage: state === undefined ? null : (JSON.parse(state) as { stage: string }).stage,
  }
}

/** Calls back with the name of every Admin call just before Shopify executes it: the moment of somebody else's hand. */
export function beforeCalls({ local }: PlayedShop, hand: (operation: string) => void): void {
  const { calls } = local.shop.played
  calls.push = (...added) => {
    for (const { operation } of added) hand(operation)
    return Array.prototype.push.apply(calls, added)
  }
}

/** Stores customers as Shopify shows them now, as the job that a webhook rings for does. */
export async function refreshed({ shop, world }: PlayedShop, ids: number[]): Promise<void> {
  const rows = ids.map((id) => {
    const { tags, updatedAt } = world.customers.get(id)!
    return { id, tags, updatedAt: new Date(updatedAt).toISOString() }
  })
  await connectAs('superuser', (client) =>
    client.query(
      `UPDATE "Customer" c SET tags = r.tags, "updatedAt" = r."updatedAt", "fetchedAt" = now()
       FROM jsonb_to_recordset($2::jsonb) AS r(id bigint, tags text[], "updatedAt" timestamptz)
       WHERE c.shop = $1 AND c.id = r.id`,
      [shop, JSON.stringify(rows)],
    ),
  )
}
