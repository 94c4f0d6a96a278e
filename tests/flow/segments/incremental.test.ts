import fc from 'fast-check'
import type pg from 'pg'
import { expect, test } from 'vitest'
import type { Condition, Rule } from '#app/domain/rules/rule.ts'
import { RFM_GROUPS } from '#app/domain/rules/rule.ts'
import { recomputeOwn, recomputeOwnOf } from '#app/flow/segments/own/memberships.ts'
import { saveOwn } from '#app/flow/segments/own/save.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs } from '#tests/support/database.ts'
import { writeStory } from '#tests/support/orders.ts'
import { timeIs } from '#tests/support/time.ts'
import { anyRule } from '../../domain/rules/random.ts'
import { recompute, recomputeOne } from '../features/recomputed.ts'
import { populated } from './population.ts'
import { ago, NOW } from './story.ts'

/** `npm run exam -- incremental` asks for more. */
const EVENTS = Number(process.env.EXAM_EVENTS ?? 80)
const PEOPLE = 120
const COMPARED_EVERY = 500

/** One of each kind of condition, and some rules of chance over all of them. */
const CONDITIONS: Condition[] = [
  { kind: 'number', feature: 'orders', op: 'at-least', value: 4 },
  { kind: 'number', feature: 'spent-12m', op: 'at-least', value: 4500 },
  { kind: 'stage', stages: ['at-risk', 'lapsed', 'one-and-done'] },
  { kind: 'flag', flag: 'cherry-picker-possible' },
  { kind: 'flag', flag: 'watched' },
  { kind: 'tag', tag: 'VIP' },
  { kind: 'consent', channel: 'email' },
  { kind: 'bought', product: '3', title: '', withinDays: 60 },
  { kind: 'bought-in', collection: '902', title: '', times: 2, withinDays: 90 },
  { kind: 'one-of', feature: 'rfm-group', values: ['CHAMPIONS', 'ACTIVE'] },
  { kind: 'left-checkout', withinDays: 14 },
]

const event = fc.record({
  who: fc.nat(PEOPLE - 1),
  what: fc.constantFrom(
    ...(['order', 'order', 'order', 'late order', 'benefit', 'cancel', 'refund', 'tags', 'words', 'checkout'] as const),
    ...(['completed', 'order gone', 'customer gone', 'account'] as const),
  ),
  product: fc.integer({ min: 1, max: 6 }),
  daysAgo: fc.double({ min: 0.5, max: 380, noNaN: true }),
  chance: fc.nat(9),
})
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never

/** Does to the rows what the event does in a shop. */
async function happen(client: pg.Client, shop: ShopId, told: Event, at: number, n: number): Promise<void> {
  const customer = 5000 + told.who
  const line = { product: told.product, unitMinor: 1500 }
  const sell = (orderedAt: number, discounts: string[] = []) =>
    writeStory(client, shop, {
      timezone: 'America/Santiago',
      orders: [
        {
          customer,
          at: orderedAt,
          fetchedAt: at,
          lines: [{ ...line, discountMinor: discounts.length * 300, discounts }],
        },
      ],
    })
  const newest = `(SELECT id FROM "Order" WHERE shop = $1 AND customer = $2 ORDER BY "processedAt" DESC, id DESC LIMIT 1)`
  const run = (text: string, ...values: unknown[]) => client.query(text, [shop, customer, ...values])
  const bury = () =>
    client.query(`INSERT INTO "Tombstone" (shop, kind, hash, "deletedAt") VALUES ($1, 'order', $2, $3)`, [
      shop,
      Buffer.from(String(n)),
      new Date(at),
    ])
  switch (told.what) {
    case 'order':
      return void (await sell(at))
    case 'late order':
      return void (await sell(ago(told.daysAgo)))
    case 'benefit':
      return void (await sell(at, ['code:WELCOME20']))
    case 'cancel':
      return void (await run(
        `UPDATE "Order" SET "cancelledAt" = $3, "fetchedAt" = $3 WHERE shop = $1 AND id = ${newest}`,
        new Date(at),
      ))
    case 'refund':
      return void (await run(
        `UPDATE "Order" SET "financialStatus" = 'PARTIALLY_REFUNDED', "refundedMinor" = 700, "fetchedAt" = $3
          WHERE shop = $1 AND id = ${newest}`,
        new Date(at),
      ))
    case 'tags':
      return void (await run(
        `UPDATE "Customer" SET tags = $3, "emailConsent" = $4 WHERE shop = $1 AND id = $2`,
        told.chance < 5 ? ['VIP'] : [],
        told.chance % 2 === 0 ? 'SUBSCRIBED' : 'UNSUBSCRIBED',
      ))
    case 'words':
      return void (await run(
        `UPDATE "Customer" SET "rfmGroup" = $3, country = $4 WHERE shop = $1 AND id = $2`,
        RFM_GROUPS[told.chance],
        told.chance < 5 ? 'KR' : 'CL',
      ))
    case 'checkout':
      return void (await run(
        `INSERT INTO "AbandonedCheckout" (shop, customer, id, "createdAt", "updatedAt") VALUES ($1, $2, $3, $4, $4)`,
        1_000_000 + n,
        new Date(ago(told.daysAgo / 10)),
      ))
    case 'completed':
      return void (await run(
        `UPDATE "AbandonedCheckout" SET "completedAt" = $3 WHERE shop = $1 AND customer = $2`,
        new Date(at),
      ))
    case 'order gone':
      await bury()
      return void (await run(`DELETE FROM "Order" WHERE shop = $1 AND id = ${newest}`))
    case 'customer gone':
      await bury()
      await run('DELETE FROM "Order" WHERE shop = $1 AND customer = $2')
      return void (await run('DELETE FROM "Customer" WHERE shop = $1 AND id = $2'))
    case 'account':
      return void (await run(
        `INSERT INTO "Customer" (shop, id, "createdAt", "updatedAt", tags, road, "fetchedAt")
         VALUES ($1, $2, $3, $3, '{}', 3, $3) ON CONFLICT DO NOTHING`,
        new Date(ago(told.daysAgo)),
      ))
  }
}

type Row = { customer: string; stage: string; flags: string; own: string }

/** Everybody's stage, flags and own segments, as stored. */
async function standing(client: pg.Client, shop: ShopId): Promise<Map<string, Row>> {
  const { rows } = await client.query<Row>(
    `SELECT coalesce(m.customer, o.customer)::text AS customer, m.stage, o.segments::text AS own,
       concat_ws(' ', m."cherryPicker", m."isBusiness", m."isWatched") AS flags
     FROM "Membership" m FULL JOIN "OwnMembership" o ON o.shop = m.shop AND o.customer = m.customer
     WHERE coalesce(m.shop, o.shop) = $1`,
    [shop],
  )
  return new Map(rows.map((row) => [row.customer, row]))
}

/** Of how many people two looks differ, and in what. */
function differences(some: Map<string, Row>, others: Map<string, Row>): Record<'stage' | 'flags' | 'own', number> {
  const count = { stage: 0, flags: 0, own: 0 }
  for (const customer of new Set([...some.keys(), ...others.keys()]))
    for (const key of ['stage', 'flags', 'own'] as const)
      if (some.get(customer)?.[key] !== others.get(customer)?.[key]) count[key] += 1
  return count
}

const NONE = { stage: 0, flags: 0, own: 0 }

/**
 * How often somebody buys at a discount is held against everybody who bought in the same week: an order of one customer
 * changes a little what the orders of others say. That waits for the night, so that an order costs the same in a shop of
 * any size. So two things are asked: right after their own events nobody's stage differs from what a run over everybody
 * says, and nobody at all differs in anything once they are worked out alone as of the same moment.
 */
test(
  `after ${EVENTS} events, each worked out for its customer alone, everybody is where a run over everybody puts them`,
  { timeout: 7_200_000 },
  async () => {
    timeIs(NOW)
    const { shop } = await populated(PEOPLE)
    const rules: Rule[] = [...CONDITIONS, ...fc.sample(anyRule(new Map(), 2), { numRuns: 8, seed: 3 })]
    for (const [i, rule] of rules.entries())
      await saveOwn(shop, null, { name: `Rule ${i}`, rule }).catch((error: unknown) => {
        // A rule of chance may hold nobody at all, which is refused.
        if (i < CONDITIONS.length) throw error
      })
    await recomputeOwn(shop, NOW, 'rule')
    const alone = async (who: number, at: number) => {
      expect(await recomputeOne(shop, 5000 + who, at)).toBe('done')
      expect(await recomputeOwnOf(shop, String(5000 + who), at)).toBe('done')
    }
    let [moved, waiting, compared] = [0, 0, 0]
    await connectAs('superuser', async (client) => {
      const events = fc.sample(event, { numRuns: EVENTS, seed: 5 })
      let before = await standing(client, shop)
      for (const [n, told] of events.entries()) {
        // A moment each: days do not pass, so that whoever has moved has moved by an event.
        const at = NOW + 1 + n
        await happen(client, shop, told, at, n)
        await alone(told.who, at)
        if ((n + 1) % COMPARED_EVERY !== 0 && n + 1 !== events.length) continue
        const byEvents = await standing(client, shop)
        moved += differences(before, byEvents).own
        for (let who = 0; who < PEOPLE; who += 1) await alone(who, at)
        const again = await standing(client, shop)
        await recompute(shop, at, 'time')
        await recomputeOwn(shop, at, 'time')
        const whole = await standing(client, shop)
        expect(differences(again, whole), `after ${n + 1} events`).toEqual(NONE)
        expect(differences(byEvents, whole).stage, `after ${n + 1} events`).toBe(0)
        waiting += differences(byEvents, whole).flags
        compared += whole.size
        before = whole
      }
    })
    expect(moved).toBeGreaterThan(20)
    expect(waiting / compared).toBeLessThan(0.05)
    if (process.env.EXAM_EVENTS) process.stdout.write(`${waiting} of ${compared} flags waited for the night\n`)
  },
)
