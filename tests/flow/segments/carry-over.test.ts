import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { carryOver } from '#app/flow/segments/carry-over.ts'
import { exclusionsOf } from '#app/flow/kept-out.ts'
import { exclude } from '#app/flow/segments/exclusions.ts'
import { exclusionsPage } from '#app/flow/segments/exclusions-page.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { connectAs } from '#tests/support/database.ts'
import { timeIs } from '#tests/support/time.ts'
import { recompute } from '../features/recomputed.ts'
import { populated } from './population.ts'
import { NOW } from './story.ts'

const [GONE, KEPT] = ['5003', '5004'] as const

async function keptOut(shop: ShopId, customer: string) {
  const found = await withShop(shop, (tx) => exclusionsOf(tx, shop, [customer], NOW))
  return (found.get(customer) ?? []).map(({ reason, until }) => [reason, until])
}

async function links(shop: ShopId): Promise<string[]> {
  return connectAs('superuser', async (client) => {
    const { rows } = await client.query<{ a: string; b: string; state: string }>(
      'SELECT a, b, state FROM "PersonLink" WHERE shop = $1 ORDER BY a, b',
      [shop],
    )
    return rows.map(({ a, b, state }) => `${a} ${b} ${state}`)
  })
}

async function linked(shop: ShopId, pairs: [string, string, string][]): Promise<void> {
  await saveSettings(shop, { linkAccounts: true })
  await connectAs('superuser', async (client) => {
    for (const [a, b, state] of pairs)
      await client.query(
        `INSERT INTO "PersonLink" (shop, a, b, state, because, "suggestedAt", "decidedAt") VALUES ($1, $2, $3, $4, '{phone}', now(), now())`,
        [shop, a, b, state],
      )
  })
}

describe('a customer whom Shopify has merged into another', () => {
  test('stays out of rewards as the one who stays, for the same reason and as long', async () => {
    timeIs(NOW)
    const { shop } = await populated(20)
    await exclude(shop, { customer: GONE }, { reason: 'returns everything', until: '2026-11-30' })
    await carryOver(shop, GONE, KEPT)
    await carryOver(shop, GONE, KEPT)
    // Santiago is three hours behind in summer.
    expect(await keptOut(shop, KEPT)).toEqual([['returns everything', Date.UTC(2026, 11, 1, 3)]])
    expect(await keptOut(shop, GONE)).toEqual([])
    expect((await exclusionsPage(shop, 0)).rows.map(({ customer }) => customer)).toEqual([KEPT])
  })

  test('where both were kept out, is so until the later end, for both reasons, and once', async () => {
    timeIs(NOW)
    const { shop } = await populated(20)
    await exclude(shop, { customer: GONE }, { reason: 'staff', until: '' })
    await exclude(shop, { customer: KEPT }, { reason: 'returns everything', until: '2026-11-30' })
    await carryOver(shop, GONE, KEPT)
    expect(await keptOut(shop, KEPT)).toEqual([['returns everything / staff', null]])
    const { total, ended } = await exclusionsPage(shop, 0)
    expect([total, ended]).toEqual([1, []])
  })

  test('what ended before the merge keeps nobody out after it, and is told as ended', async () => {
    timeIs(NOW)
    const { shop } = await populated(20)
    await exclude(shop, { customer: GONE }, { reason: 'staff', until: '2026-10-16' })
    await exclude(shop, { customer: KEPT }, { reason: 'returns everything', until: '2026-10-17' })
    timeIs(NOW + 5 * DAY_MS)
    await carryOver(shop, GONE, KEPT)
    const { total, ended } = await exclusionsPage(shop, 0)
    expect(total).toBe(0)
    expect(ended.map(({ customer, reason, by }) => [customer, reason, by])).toEqual([
      [KEPT, 'returns everything', 'date'],
      [KEPT, 'staff', 'date'],
    ])
  })

  test('takes the answers about their other accounts along, but never over one that was given', async () => {
    timeIs(NOW)
    const { shop } = await populated(20)
    await linked(shop, [
      ['5001', GONE, 'confirmed'],
      ['5002', GONE, 'household'],
      ['5002', KEPT, 'unsure'],
      [GONE, KEPT, 'unsure'],
      [GONE, '5005', 'confirmed'],
      [KEPT, '5005', 'suggested'],
      [GONE, '5006', 'suggested'],
    ])
    await carryOver(shop, GONE, KEPT)
    expect(await links(shop)).toEqual([
      `5001 ${KEPT} confirmed`,
      `5002 ${KEPT} unsure`,
      // A suggestion goes with the account that it was made of.
      `${GONE} 5006 suggested`,
      `${KEPT} 5005 confirmed`,
    ])
    const owed = await withShop(shop, (tx) =>
      tx.work.findMany({ where: { shop, kind: 'recompute-customer' }, orderBy: { entity: 'asc' } }),
    )
    expect(owed.map(({ entity }) => entity)).toEqual(['5001', GONE, KEPT, '5005'])
  })

  test('brings back no answer once the search for accounts is switched off', async () => {
    timeIs(NOW)
    const { shop } = await populated(20)
    await linked(shop, [['5001', GONE, 'confirmed']])
    await saveSettings(shop, { linkAccounts: false })
    await carryOver(shop, GONE, KEPT)
    expect(await links(shop)).toEqual([`5001 ${GONE} confirmed`])
  })

  test('into one whom the shop does not know either leaves nothing behind', async () => {
    timeIs(NOW)
    const { shop } = await populated(20)
    await exclude(shop, { customer: GONE }, { reason: 'staff', until: '' })
    await carryOver(shop, GONE, '999')
    expect((await exclusionsPage(shop, 0)).total).toBe(1)
    await recompute(shop, NOW + DAY_MS, 'time')
    expect((await exclusionsPage(shop, 0)).total).toBe(0)
  })
})
