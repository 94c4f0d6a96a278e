import fc from 'fast-check'
import { RFM_GROUPS, SPEND_TIERS } from '#app/domain/rules/rule.ts'
import { saveSettings } from '#app/flow/settings.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { CHOICES, COLLECTIONS, COUNTRIES, TAGS } from '../../domain/rules/random.ts'
import { recompute } from '../features/recomputed.ts'
import { ago, crowd, NOW } from './story.ts'

const person = fc.record({
  /** Days ago; many on whole days, where rules have their edges. */
  orders: fc.array(
    fc.record({
      days: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.double({ min: 0, max: 400, noNaN: true })),
      product: fc.integer({ min: 1, max: 6 }),
      isCheap: fc.boolean(),
      what: fc.constantFrom('paid', 'paid', 'paid', 'paid', 'cancelled', 'refunded', 'test', 'other-currency'),
    }),
    { maxLength: 6 },
  ),
  isBusiness: fc.nat(9).map((chance) => chance === 0),
  hasAccount: fc.nat(9).map((chance) => chance > 0),
  tags: fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 3 }),
  email: fc.constantFrom(null, 'SUBSCRIBED', 'SUBSCRIBED', 'NOT_SUBSCRIBED', 'PENDING'),
  sms: fc.constantFrom(null, 'SUBSCRIBED', 'UNSUBSCRIBED'),
  rfmGroup: fc.constantFrom(null, ...RFM_GROUPS.slice(0, 4)),
  spendTier: fc.constantFrom(null, ...SPEND_TIERS),
  country: fc.constantFrom(null, ...COUNTRIES),
  /** Days ago, and whether it was completed. */
  checkouts: fc.array(
    fc.record({
      days: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double({ min: 0, max: 100, noNaN: true })),
      isCompleted: fc.nat(2).map((chance) => chance === 0),
    }),
    { maxLength: 3 },
  ),
  visits: fc.option(
    fc.record({
      count: fc.integer({ min: 0, max: 12 }),
      days: fc.oneof(fc.integer({ min: 0, max: 89 }), fc.double({ min: 0, max: 89, noNaN: true })),
      interests: fc.uniqueArray(fc.constantFrom(...Object.keys(COLLECTIONS)), { maxLength: 2 }),
    }),
  ),
  knownDays: fc.integer({ min: 401, max: 500 }),
})

/** A seeded shop, worked out, of a crowd and so many people who differ in all that rules look at. Their ids from 5000. */
export async function populated(count: number): Promise<{ shop: ShopId; people: number }> {
  const shop = await testShop()
  const people = fc.sample(person, { numRuns: count, seed: 7 })
  const orders: ToldOrder[] = people.flatMap((each, i) =>
    each.orders.map((order): ToldOrder => ({
      customer: 5000 + i,
      at: ago(order.days),
      isBusiness: each.isBusiness,
      lines: [
        {
          product: order.product,
          unitMinor: 1500,
          ...(order.isCheap ? { discountMinor: 300, discounts: ['code:WELCOME20'] } : {}),
        },
      ],
      ...(order.what === 'cancelled' ? { cancelledAt: ago(0) } : {}),
      ...(order.what === 'refunded' ? { status: 'REFUNDED', refundedMinor: 1500 } : {}),
      isTest: order.what === 'test',
      ...(order.what === 'other-currency' ? { currency: 'USD' } : {}),
    })),
  )
  await connectAs('superuser', async (client) => {
    const accounts = people.flatMap((each, i) =>
      each.hasAccount ? [{ id: 5000 + i, createdAt: ago(each.knownDays) }] : [],
    )
    await writeStory(client, shop, {
      orders: [...crowd(), ...orders],
      customers: accounts,
      timezone: 'America/Santiago',
    })
    for (const [i, each] of people.entries())
      await client.query(
        `UPDATE "Customer" SET "tags" = $3, "emailConsent" = $4, "smsConsent" = $5, "rfmGroup" = $6, "spendTier" = $7,
           "country" = $8 WHERE "shop" = $1 AND "id" = $2`,
        [shop, 5000 + i, each.tags, each.email, each.sms, each.rfmGroup, each.spendTier, each.country],
      )
    for (const [id, products] of Object.entries(COLLECTIONS))
      await client.query('INSERT INTO "Collection" ("shop", "id", "title", "products") VALUES ($1, $2, $3, $4)', [
        shop,
        id,
        `Collection ${id}`,
        products,
      ])
    for (const [i, each] of people.entries())
      for (const [place, { days, isCompleted }] of each.checkouts.entries())
        await client.query(
          `INSERT INTO "AbandonedCheckout" ("shop", "id", "customer", "createdAt", "updatedAt", "completedAt")
           VALUES ($1, $2, $3, $4, $4, $5)`,
          [shop, i * 10 + place, 5000 + i, new Date(ago(days)), isCompleted ? new Date(ago(days)) : null],
        )
    for (const [i, { visits }] of people.entries())
      if (visits !== null)
        await client.query(
          `INSERT INTO "CustomerVisits" ("shop", "customer", "visits30d", "lastAt", "interests") VALUES ($1, $2, $3, $4, $5)`,
          [shop, 5000 + i, visits.count, new Date(ago(visits.days)), visits.interests],
        )
    for (const i of people.keys())
      if (i % 3 > 0)
        await client.query(
          `INSERT INTO "SurveyAnswer" ("shop", "customer", "question", "choices", "consentedAt", "answeredAt")
           VALUES ($1, $2, 1, $3, now(), now())`,
          [shop, 5000 + i, CHOICES.filter((_, place) => (i >> place) % 2 === 0)],
        )
    await client.query(
      `INSERT INTO "SyncRun" ("shop", "kind", "subject", "state", "startedAt", "finishedAt")
       SELECT $1, 'beside', s, 'done', now(), now() FROM unnest(ARRAY['collections', 'checkouts']) s`,
      [shop],
    )
  })
  await saveSettings(shop, { benefitCodes: { 'code:WELCOME20': 'confirmed' } })
  await connectAs('superuser', (client) => client.query('DELETE FROM "Work" WHERE shop = $1', [shop]))
  await recompute(shop, NOW, 'import')
  const [row] = await connectAs(
    'superuser',
    async (client) =>
      (
        await client.query<{ people: number }>(
          'SELECT count(*)::int AS people FROM "CustomerFeatures" WHERE shop = $1',
          [shop],
        )
      ).rows,
  )
  return { shop, people: row!.people }
}
