import { describe, expect, test } from 'vitest'
import { NO_WORDS } from '#app/domain/segment-card.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { cardPage, reviewCard } from '#app/flow/segments/card.ts'
import { saveCardWords } from '#app/flow/segments/card-words.ts'
import { exclude } from '#app/flow/segments/exclusions.ts'
import { recomputeOwn } from '#app/flow/segments/own/memberships.ts'
import { deleteOwn, saveOwn } from '#app/flow/segments/own/save.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { timeIs } from '#tests/support/time.ts'
import { recompute } from '../features/recomputed.ts'
import { ago, crowd, NOW } from './story.ts'

/** So many customers of three orders each 30 days apart, of 20,000 each, the last 10 days ago; ids from 3000. */
function regulars(count: number): ToldOrder[] {
  return Array.from({ length: count }, (_, i) =>
    [70, 40, 10].map((days): ToldOrder => ({
      customer: 3000 + i,
      at: ago(days),
      lines: [
        { product: 9, unitMinor: 20_000, ...(i % 2 === 0 ? { discountMinor: 2000, discounts: ['code:SALE'] } : {}) },
      ],
    })),
  ).flat()
}

async function shopOf(orders: ToldOrder[]): Promise<ShopId> {
  const shop = await testShop()
  await connectAs('superuser', (client) => writeStory(client, shop, { orders: [...crowd(), ...orders] }))
  await recompute(shop, NOW, 'import')
  return shop
}

describe('a segment’s card', () => {
  test('says what its customers’ orders say', async () => {
    timeIs(NOW)
    const shop = await shopOf(regulars(30))
    const { facts, currency, words, review, isNegative } = await cardPage(shop, 'loyal')
    expect(facts).toMatchObject({ customers: 30, lookedAt: 30, orders: { value: 3 }, discountShare: 0.5 })
    expect(facts.gapDays!.value).toBeCloseTo(30, 6)
    expect([18_000, 19_000, 20_000]).toContain(facts.basketMinor!.value)
    expect(facts.products).toMatchObject([{ product: '9', share: 1 }])
    expect(currency).not.toBe('')
    expect([words, review, isNegative]).toEqual([NO_WORDS, null, false])
  })

  test('says nothing of a group below 20 but how many they are', async () => {
    timeIs(NOW)
    const shop = await shopOf(regulars(19))
    expect((await cardPage(shop, 'loyal')).facts).toEqual({
      customers: 19,
      lookedAt: 19,
      orders: null,
      gapDays: null,
      basketMinor: null,
      discountShare: null,
      products: [],
      categories: [],
      regions: null,
    })
    expect((await cardPage(await testShop(), 'at-risk')).facts.customers).toBe(0)
  })

  test('says from which categories they buy, once the collections have been read', async () => {
    timeIs(NOW)
    const shop = await shopOf([
      ...regulars(25),
      // Twenty of them also buy what is in two collections, and one something else.
      ...Array.from({ length: 20 }, (_, i): ToldOrder => ({
        customer: 3000 + i,
        at: ago(9),
        lines: [{ product: 7 }, { product: i === 0 ? 6 : 7 }],
      })),
    ])
    const write = (text: string, values: unknown[] = []) =>
      connectAs('superuser', (client) => client.query(text, [shop, ...values]))
    expect((await cardPage(shop, 'loyal')).facts.categories).toBe('not-read')
    await write(
      `INSERT INTO "SyncRun" (shop, kind, subject, state, "startedAt") VALUES ($1, 'beside', 'collections', 'done', now())`,
    )
    expect((await cardPage(shop, 'loyal')).facts.categories).toBe('none')
    const collect = (id: number, products: number[], isCategory: boolean | null) =>
      write(
        'INSERT INTO "Collection" (shop, id, title, products, "isCategory") VALUES ($1, $2, $3, $4::bigint[], $5)',
        [id, `Collection ${id}`, products, isCategory],
      )
    await collect(50, [9], true)
    await collect(51, [6, 7, 8], true)
    await collect(52, [6], true)
    await collect(53, [6, 7, 8, 9], false)
    const category = (id: number, share: number) => ({ collection: String(id), title: `Collection ${id}`, share })
    expect((await cardPage(shop, 'loyal')).facts.categories).toEqual([category(50, 1), category(51, 0.8)])
    // One that an earlier version of the app has read waits for the next reading.
    await collect(54, [9], null)
    expect((await cardPage(shop, 'loyal')).facts.categories).toBe('not-read')
  })

  test('says where they live, and of no country with fewer than 20', async () => {
    timeIs(NOW)
    const shop = await shopOf(regulars(50))
    await connectAs('superuser', (client) =>
      client.query(
        `INSERT INTO "Customer" (shop, id, "createdAt", "updatedAt", tags, road, "fetchedAt", country)
         SELECT $1, 3000 + i, now(), now(), '{}', 2, now(),
           CASE WHEN i < 25 THEN 'KR' WHEN i < 40 THEN 'JP' WHEN i < 45 THEN 'US' END
         FROM generate_series(0, 49) i`,
        [shop],
      ),
    )
    expect((await cardPage(shop, 'loyal')).facts.regions).toEqual({
      countries: [{ country: 'KR', share: 0.5 }],
      other: 0.4,
      unknown: 0.1,
    })
  })

  test('keeps the merchant’s words in versions, and the same words once', async () => {
    timeIs(NOW)
    const shop = await shopOf([])
    const mina = { ...NO_WORDS, name: 'Mina', story: 'one\ntwo' }
    // As a form sends it, with more than the words.
    await saveCardWords(shop, 'repeat', { ...mina, ...{ intent: 'save' } })
    await saveCardWords(shop, 'repeat', mina)
    await saveCardWords(shop, 'repeat', { ...mina, name: 'Mina, 32' })
    const page = await cardPage(shop, 'repeat')
    expect(page.words).toMatchObject({ ...mina, name: 'Mina, 32' })
    expect(page.versions.map(({ version, name }) => [version, name])).toEqual([
      [2, 'Mina, 32'],
      [1, 'Mina'],
    ])
    expect((await cardPage(shop, 'loyal')).versions).toEqual([])
  })

  test('says what has drifted since it was looked over', async () => {
    timeIs(NOW)
    const shop = await shopOf(regulars(30))
    await reviewCard(shop, 'loyal')
    expect((await cardPage(shop, 'loyal')).review).toMatchObject({ isDue: false, drift: [] })
    // Everybody orders twice as much once more, and a fifth as many again join them.
    const later = NOW + 100 * DAY_MS
    await connectAs('superuser', async (client) => {
      const orders = Array.from({ length: 36 }, (_, i) =>
        [1, 2, 3].map((n): ToldOrder => ({
          customer: 3000 + i,
          at: NOW + n * 32 * DAY_MS,
          lines: [{ product: 9, unitMinor: 50_000 }],
        })),
      )
      await writeStory(client, shop, { orders: orders.flat() })
    })
    timeIs(later)
    await recompute(shop, later, 'time')
    const { review } = await cardPage(shop, 'loyal')
    expect(review!.isDue).toBe(true)
    expect(review!.drift).toEqual(
      expect.arrayContaining([
        { what: 'customers', before: 30, after: 36 },
        { what: 'orders', before: 3, after: 6 },
        { what: 'discountShare', before: 0.5, after: expect.closeTo(0.2, 1) as number },
      ]),
    )
  })

  test('is there for a segment of the merchant’s own, and negative while that is kept out of rewards', async () => {
    timeIs(NOW)
    const shop = await shopOf(regulars(25))
    const rule = { kind: 'number', feature: 'orders', op: 'at-least', value: 3 }
    const id = await saveOwn(shop, null, { name: 'Thrice', rule })
    await recomputeOwn(shop, NOW, 'rule')
    await saveCardWords(shop, `own:${id}`, { ...NO_WORDS, name: 'Jun' })
    await reviewCard(shop, `own:${id}`)
    expect(await cardPage(shop, `own:${id}`)).toMatchObject({
      ownName: 'Thrice',
      isNegative: false,
      facts: { customers: 25 },
    })
    await exclude(shop, { segment: id }, { reason: 'resellers', until: '2026-10-16' })
    expect((await cardPage(shop, `own:${id}`)).isNegative).toBe(true)
    expect((await cardPage(shop, 'cherry-picker')).isNegative).toBe(true)
    timeIs(NOW + 5 * DAY_MS)
    await deleteOwn(shop, id)
    await expect(cardPage(shop, `own:${id}`)).rejects.toMatchObject({ code: 'not-found' })
    const left = await connectAs('superuser', (client) =>
      client.query(
        'SELECT 1 FROM "SegmentCard" WHERE shop = $1 UNION ALL SELECT 1 FROM "SegmentReview" WHERE shop = $1',
        [shop],
      ),
    )
    expect(left.rowCount).toBe(0)
  })
})
