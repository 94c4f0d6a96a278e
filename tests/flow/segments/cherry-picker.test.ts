import { describe, expect, test } from 'vitest'
import { customerPage } from '#app/flow/segments/customer-page.ts'
import { watchList } from '#app/flow/segments/customer-rows.ts'
import { homePage, segmentsPage } from '#app/flow/segments/pages.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { everyRow, memberships, recompute } from '../features/recomputed.ts'
import { ago, crowd, NOW } from './story.ts'

const WELCOME = 'code:WELCOME20'
const SALE = 'auto:Sale'

function discounted(key: string, products = [1, 2, 3]): ToldOrder['lines'] {
  return products.map((product) => ({ product, unitMinor: 2000, discountMinor: 400, discounts: [key] }))
}

const PICKER = 1
const SALE_BUYER = 2
const ONCE = 3
const REGRETTED = 4
const STAFFED = 5
const TURNED = 6
const SELDOM = 7

/**
 * A shop with a welcome code and a sale that few others use while the picker buys, so that buying discounted is the picker's
 * own habit.
 */
function story(): ToldOrder[] {
  const orders = crowd()
  // The welcome code's other users: first orders only, in three of each week, so that it is open to everyone.
  for (let i = 0; i < 30; i += 1) orders.push({ customer: 4000 + i, at: ago(20 + i), lines: discounted(WELCOME, [4]) })
  for (const days of [300, 240, 180, 120, 60]) {
    orders.push({ customer: PICKER, at: ago(days), lines: discounted(days === 300 || days === 240 ? WELCOME : SALE) })
    orders.push({ customer: SALE_BUYER, at: ago(days - 1), lines: discounted(SALE, [1]) })
    for (let i = 0; i < 12; i += 1) {
      orders.push({ customer: null, at: ago(days), lines: [1, 2, 3].map((product) => ({ product, unitMinor: 2000 })) })
    }
    for (let i = 0; i < 3; i += 1) orders.push({ customer: null, at: ago(days), lines: discounted(SALE, [5]) })
  }
  orders.push({ customer: SALE_BUYER, at: ago(30), lines: [{ product: 1 }] })
  orders.push({ customer: ONCE, at: ago(25), lines: discounted(WELCOME) })
  orders.push({ customer: REGRETTED, at: ago(25), lines: discounted(WELCOME), cancelledAt: ago(24) })
  for (const days of [1000, 900]) orders.push({ customer: TURNED, at: ago(days) })
  for (const days of [180, 120, 60]) orders.push({ customer: TURNED, at: ago(days), lines: discounted(SALE) })
  for (const days of [1000, 900, 120, 60]) orders.push({ customer: SELDOM, at: ago(days), lines: discounted(SALE) })
  for (const days of [90, 60, 30])
    orders.push({ customer: STAFFED, at: ago(days), lines: discounted('staff:Sorry about the delay') })
  return orders
}

async function told() {
  const shop = await testShop()
  await connectAs('superuser', (client) => writeStory(client, shop, { orders: story(), timezone: 'Europe/Berlin' }))
  await recompute(shop, NOW, 'import')
  return shop
}

describe('cherry-pickers from orders to pages', () => {
  test('a welcome code is proposed by its own uses, and only the merchant makes it a benefit', async () => {
    const shop = await told()
    const home = await homePage(shop)
    expect(home.codes.find((card) => card.key === WELCOME)?.state).toBe('proposed')
    expect(home.codes.find((card) => card.key === SALE)?.state).toBe('other')
    expect(home.steps.find(({ step }) => step === 'benefit-codes')?.isDone).toBe(false)
    expect((await segmentsPage(shop)).watched).toBe(0)

    await saveSettings(shop, { benefitCodes: { [WELCOME]: 'confirmed' } })
    await recompute(shop, NOW, 'rule')
    expect((await homePage(shop)).codes[0]).toMatchObject({ key: WELCOME, state: 'confirmed' })

    const stored = await memberships(shop)
    expect(stored.get(PICKER)!.cherryPicker).toBe('likely')
    // One order at full price is enough to speak against it.
    expect(stored.get(SALE_BUYER)!.cherryPicker).not.toBe('likely')
    // One order proves nothing: shown on the watch list, never tagged.
    expect(stored.get(ONCE)).toMatchObject({ cherryPicker: 'none', isWatched: true })
    expect(stored.get(REGRETTED)).toMatchObject({ cherryPicker: 'possible', stage: 'prospect' })
    expect(stored.get(STAFFED)!.cherryPicker).toBe('none')

    const watched = await watchList(shop, 0)
    expect(watched.total).toBe((await segmentsPage(shop)).watched)
    expect(watched.rows.map((row) => row.customer)).toContain(String(ONCE))

    const page = await customerPage(shop, String(PICKER))
    expect(page.cherry.tier).toBe('likely')
    expect(page.cherry.evidence.map(({ kind }) => kind)).toEqual([
      'discount-habit',
      'chances-ignored',
      'benefit-reused',
      'no-full-price-order',
    ])
    expect(page.cherry.evidence[2]).toMatchObject({ count: 2, discounts: [WELCOME] })
    expect(page.tags.wanted).toContain('seg:cherry-picker')
    expect(page.stage).toBe(stored.get(PICKER)!.stage)
    expect(page.since).toBe(stored.get(PICKER)!.stageSince.getTime())
    expect(page.reason).toMatchObject({ orders: 5, sinceLastDays: 60, lastGapDays: 60, usualGapDays: 60 })
    expect(page.timeline.every((span) => span.isReplayed)).toBe(true)

    const staffed = await customerPage(shop, String(STAFFED))
    expect(staffed.cherry.evidence).toContainEqual(
      expect.objectContaining({ kind: 'not-counted', discounts: ['staff:Sorry about the delay'] }),
    )
  })

  test('only the last 24 months are evidence, for somebody and against', async () => {
    const shop = await told()
    const stored = await memberships(shop)
    // Full price three years ago, never since.
    expect(stored.get(TURNED)!.cherryPicker).toBe('likely')
    const { evidence } = (await customerPage(shop, String(TURNED))).cherry
    expect(evidence).toContainEqual(expect.objectContaining({ kind: 'no-full-price-order', count: 3 }))
    // Four occasions with a discount, but two of them too long ago.
    expect(stored.get(SELDOM)!.cherryPicker).toBe('possible')
    const page = await customerPage(shop, String(SELDOM))
    expect(page.cherry.evidence).toContainEqual(expect.objectContaining({ kind: 'discount-habit', count: 6 }))
    expect(page.cherry.evidence.map(({ kind }) => kind)).not.toContain('not-counted')
  })

  test('only the weeks of new orders are counted again, and the rows are those of counting everything', async () => {
    const shop = await told()
    const late: ToldOrder[] = [7, 100].map((days) => ({
      customer: PICKER,
      at: ago(days),
      lines: discounted(SALE),
      fetchedAt: NOW + 1000,
    }))
    await connectAs('superuser', (client) => writeStory(client, shop, { orders: late, timezone: 'Europe/Berlin' }))
    await recompute(shop, NOW + 2000, 'time')
    const partly = await everyRow(shop)
    await recompute(shop, NOW + 2000, 'import')
    const wholly = await everyRow(shop)
    for (const table of ['OrderEvidence', 'CustomerFeatures', 'Membership', 'StageDay', 'DiscountUse'])
      expect([table, wholly[table]]).toEqual([table, partly[table]])
  })
})
