import { describe, expect, test } from 'vitest'
import type { Rule } from '#app/domain/rules/rule.ts'
import { previewOwn } from '#app/flow/segments/own/preview.ts'
import { saveOwn } from '#app/flow/segments/own/save.ts'
import { withShopBulk, type ShopId } from '#app/outside/database.server.ts'
import { testShop } from '#tests/support/database.ts'

/** So many customers as the stages leave them, differing in all that the rules here look at; their columns are made up. */
async function fillPeople(shop: ShopId, count: number): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    await tx.query(`UPDATE "Shop" SET "syncedAt" = now() WHERE "shop" = $1`, [shop])
    await tx.query(
      `INSERT INTO "CustomerFeatures" ("shop", "customer", "n", "orders", "firstAt", "lastAt", "isBusiness", "netMinor",
         "net12mMinor", "dealLines", "dealDiscounted", "dealExpected", "dealVariance", "recentOccasions",
         "fullPriceOccasions", "benefitsUsed", "freeKits", "benefitAttempts", "asOf")
       SELECT $1, i, i % 7, i % 7, CASE WHEN i % 7 > 0 THEN now() - (i % 400 + i % 7 * (i % 90 + 1)) * interval '1 day' END,
         CASE WHEN i % 7 > 0 THEN now() - i % 400 * interval '1 day' END, false, i % 90000, i % 50000, i % 7, i % 3, 0, 0,
         i % 7, i % 4, i % 2, 0, 0, now() FROM generate_series(1, $2::int) i`,
      [shop, count],
    )
    await tx.query(
      `INSERT INTO "Membership" ("shop", "customer", "stage", "stageSince", "cherryPicker", "isBusiness", "isWatched",
         "net12mMinor", "ruleVersion", "estimates", "decidedAt")
       SELECT $1, i, (ARRAY['prospect', 'new', 'repeat', 'loyal', 'at-risk', 'lapsed', 'loyal'])[i % 7 + 1],
         now() - i % 300 * interval '1 day', CASE WHEN i % 11 = 0 THEN 'likely' ELSE 'none' END, i % 50 = 0, false,
         i % 50000, 1, 1, now() FROM generate_series(1, $2::int) i`,
      [shop, count],
    )
    await tx.query(
      `INSERT INTO "Customer" ("shop", "id", "createdAt", "updatedAt", "tags", "emailConsent", "road", "fetchedAt")
       SELECT $1, i, now() - i % 500 * interval '1 day', now(),
         CASE WHEN i % 5 = 0 THEN ARRAY['VIP', 'wholesale ' || i % 40] ELSE '{}' END,
         CASE WHEN i % 3 = 0 THEN 'SUBSCRIBED' ELSE 'NOT_SUBSCRIBED' END, 2, now() FROM generate_series(1, $2::int) i`,
      [shop, count],
    )
  })
}

const RULES: Rule[] = [
  { kind: 'stage', stages: ['loyal', 'at-risk'] },
  { kind: 'tag', tag: 'vip' },
  {
    kind: 'all',
    rules: [
      { kind: 'number', feature: 'spent-12m', op: 'at-least', value: 20_000 },
      { kind: 'not', rule: { kind: 'consent', channel: 'email' } },
    ],
  },
]

describe('a rule while it is edited in a large shop', () => {
  test('is counted by a fixed sample, and the true figure is within what is said', async () => {
    const shop = await testShop()
    await fillPeople(shop, 40_000)
    const id = await saveOwn(shop, null, { name: 'Saved', rule: RULES[0] })
    for (const rule of RULES) {
      const sample = await previewOwn(shop, id, rule, 'sample')
      const exact = await previewOwn(shop, id, rule, 'exact')
      const [said, is] = [sample.figures!, exact.figures!]
      expect([sample.examples, said.total, is.members.plusMinus]).toEqual([null, is.total, 0])
      expect(said.members.plusMinus).toBeGreaterThan(0)
      expect(Math.abs(said.members.customers - is.members.customers)).toBeLessThanOrEqual(said.members.plusMinus)
      expect(Math.abs(said.enters - is.enters)).toBeLessThan(said.total / 20)
      expect(Math.abs(said.reachable - is.reachable)).toBeLessThan(said.total / 20)
      // Asked again, the same people answer.
      expect(await previewOwn(shop, id, rule, 'sample')).toEqual(sample)
    }
  })
})
