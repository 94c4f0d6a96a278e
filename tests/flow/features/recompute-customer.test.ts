import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Instant } from '#app/domain/order.ts'
import { saveSettings } from '#app/flow/settings.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { ago, crowd, NOW } from '../segments/story.ts'
import { everyRow, recompute, recomputeOne } from './recomputed.ts'

const DAY_MS = 86_400_000
const PEOPLE = [1, 2, 3, 4, 5, 6]
const CODES = ['code:WELCOME20', 'auto:Sale', 'code:OWN', 'staff:sorry']
const STORY = { timezone: 'Europe/Berlin', currency: 'GBP' }

/** What happens in a shop after its first run. */
type Event =
  | { what: 'time'; hours: number }
  | { what: 'order'; who: number; daysAgo: number; products: number[]; code: number; isBusiness: boolean }
  | { what: 'refund' | 'cancel' | 'delete'; which: number }
  | { what: 'leave'; who: number }
  | { what: 'merge'; kept: number; gone: number }

const who = fc.nat(PEOPLE.length)
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ what: fc.constant('time' as const), hours: fc.integer({ min: 1, max: 900 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('order' as const),
      who,
      daysAgo: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })),
      products: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 0, maxLength: 4 }),
      code: fc.nat(CODES.length),
      isBusiness: fc.nat(9).map((chance) => chance === 0),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constantFrom('refund' as const, 'cancel' as const, 'delete' as const),
      which: fc.nat(99),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('leave' as const), who }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('merge' as const), kept: who, gone: who }) },
)

/** A shop some of whose people, and guests, have bought in the same weeks with the same discounts. */
function beginning(): ToldOrder[] {
  const orders = crowd()
  for (const days of [100, 60, 30, 12, 3]) {
    for (let i = 0; i < 4; i += 1) orders.push({ customer: 2000 + i, at: ago(days), lines: lines([1, 2], i % 4) })
    orders.push({ customer: null, at: ago(days), lines: lines([1, 3], 1) })
    orders.push({ customer: PEOPLE[days % 4]!, at: ago(days), lines: lines([1, 2, 3], days % 3) })
  }
  return orders
}

function lines(products: number[], code: number): NonNullable<ToldOrder['lines']> {
  const key = CODES[code]
  return products.map((product) => ({
    product,
    unitMinor: 2000,
    ...(key === undefined ? {} : { discountMinor: 400, discounts: [key] }),
  }))
}

async function told(): Promise<ShopId> {
  const shop = await testShop()
  await connectAs('superuser', (client) =>
    writeStory(client, shop, {
      ...STORY,
      orders: beginning(),
      customers: PEOPLE.map((id) => ({ id, createdAt: ago(400) })),
    }),
  )
  await saveSettings(shop, { benefitCodes: { 'code:WELCOME20': 'confirmed' } })
  await connectAs('superuser', (client) => client.query('DELETE FROM "Work" WHERE shop = $1', [shop]))
  await recompute(shop, NOW, 'import')
  return shop
}

/** Does to the stored rows what the live road does; answers whom it touched. */
async function happens(shop: ShopId, at: Instant, each: Event): Promise<number[]> {
  const sql = <R extends object>(text: string, values: unknown[]) =>
    connectAs('superuser', async (client) => (await client.query<R>(text, values)).rows)
  if (each.what === 'time') return []
  if (each.what === 'order') {
    const customer = PEOPLE[each.who] ?? null
    const order: ToldOrder = {
      customer,
      at: at - each.daysAgo * DAY_MS,
      lines: lines(each.products, each.code),
      isBusiness: each.isBusiness,
      fetchedAt: at,
    }
    await connectAs('superuser', (client) => writeStory(client, shop, { ...STORY, orders: [order] }))
    return customer === null ? [] : [customer]
  }
  if (each.what === 'leave') {
    const customer = PEOPLE[each.who] ?? 2000
    const rows = await sql<{ id: string }>('DELETE FROM "Order" WHERE shop = $1 AND customer = $2 RETURNING id', [
      shop,
      customer,
    ])
    for (const { id } of rows) await bury(shop, id, at)
    await sql('DELETE FROM "Customer" WHERE shop = $1 AND id = $2', [shop, customer])
    return [customer]
  }
  if (each.what === 'merge') {
    const [kept, gone] = [PEOPLE[each.kept] ?? 2000, PEOPLE[each.gone] ?? 2001]
    if (kept === gone) return []
    await sql('UPDATE "Order" SET customer = $3, "fetchedAt" = $4 WHERE shop = $1 AND customer = $2', [
      shop,
      gone,
      kept,
      new Date(at),
    ])
    await sql('DELETE FROM "Customer" WHERE shop = $1 AND id = $2', [shop, gone])
    return [kept, gone]
  }
  const orders = await sql<{ id: string; customer: string | null }>(
    'SELECT id, customer FROM "Order" WHERE shop = $1 AND (customer IS NULL OR customer < 1000 OR customer >= 2000) ORDER BY id',
    [shop],
  )
  const order = orders[each.which % orders.length]
  if (!order) return []
  if (each.what === 'delete') {
    await sql('DELETE FROM "Line" WHERE shop = $1 AND "order" = $2', [shop, order.id])
    await sql('DELETE FROM "Order" WHERE shop = $1 AND id = $2', [shop, order.id])
    await bury(shop, order.id, at)
  } else {
    const change =
      each.what === 'refund' ? `"financialStatus" = 'REFUNDED', "refundedMinor" = "totalMinor"` : `"cancelledAt" = $3`
    await sql(`UPDATE "Order" SET ${change}, "fetchedAt" = $3 WHERE shop = $1 AND id = $2`, [
      shop,
      order.id,
      new Date(at),
    ])
  }
  return order.customer === null ? [] : [Number(order.customer)]
}

async function bury(shop: ShopId, id: string, at: Instant): Promise<void> {
  await connectAs('superuser', (client) =>
    client.query(`INSERT INTO "Tombstone" (shop, kind, hash, "deletedAt") VALUES ($1, 'order', $2, $3)`, [
      shop,
      Buffer.from(id),
      new Date(at),
    ]),
  )
}

type Rows = Record<string, unknown[]>

function of(rows: Rows, table: string, people: ReadonlySet<number>): unknown[] {
  return rows[table]!.filter((row) => people.has(Number((row as { customer: string }).customer)))
}

/** A row without what is expected of the customer, which rests on what the shop has learned. */
function asDecided(row: unknown): unknown {
  const { expected12mMinor: _, ...rest } = row as { expected12mMinor?: unknown }
  return rest
}

describe('one customer worked out alone', () => {
  test(
    'has after any events exactly the rows of a run over the whole shop, and that run those of one from scratch',
    { timeout: 600_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 14 }), async (events) => {
          const shop = await told()
          const touched = new Set<number>()
          let at = NOW
          for (const each of events) {
            at += each.what === 'time' ? each.hours * 3_600_000 : 61_000
            for (const customer of await happens(shop, at, each)) {
              touched.add(customer)
              await recomputeOne(shop, customer, at)
            }
          }
          for (const customer of touched) await recomputeOne(shop, customer, at)
          const live = await everyRow(shop)
          await recompute(shop, at, 'time')
          const nightly = await everyRow(shop)
          // Somebody for whom a company buys drops out of all their weeks: what that says of others waits for the night.
          const isBusiness = events.some((each) => each.what === 'order' && each.isBusiness)
          const tables = isBusiness ? [] : ['CustomerFeatures', 'Membership']
          const hasLearned = live.Learned!.length !== nightly.Learned!.length
          for (const table of hasLearned ? [] : tables)
            expect([table, of(live, table, touched).map(asDecided)]).toEqual([
              table,
              of(nightly, table, touched).map(asDecided),
            ])
          // A night that learns anew finds something else of people; alone they have the same by what was learned.
          for (const customer of touched) await recomputeOne(shop, customer, at)
          const again = await everyRow(shop)
          for (const table of tables)
            expect([table, of(again, table, touched)]).toEqual([table, of(nightly, table, touched)])
          await recompute(shop, at, 'import')
          const scratch = await everyRow(shop)
          for (const table of ['OrderEvidence', 'CustomerFeatures', 'Membership', 'StageDay', 'DiscountUse'])
            expect([table, nightly[table]]).toEqual([table, scratch[table]])
        }),
        { seed: 20_261_122, numRuns: Number(process.env.EXAM_RUNS ?? 12) },
      )
    },
  )
})
