import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import type { Rehearsal } from '#app/domain/rehearsal.ts'
import type { Rule } from '#app/domain/rules/rule.ts'
import { DEFAULT_THRESHOLDS } from '#app/domain/stages.ts'
import { previewOwn } from '#app/flow/segments/own/preview.ts'
import { saveOwn } from '#app/flow/segments/own/save.ts'
import { previewSegment } from '#app/flow/segments/preview.ts'
import { rehearseOwn, rehearseStage } from '#app/flow/segments/rehearse.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { timeIs } from '#tests/support/time.ts'
import { recompute } from '../features/recomputed.ts'
import { populated } from './population.ts'
import { crowd, NOW } from './story.ts'

const twice: Rule = { kind: 'number', feature: 'orders', op: 'at-least', value: 2 }
const late: Rule = { kind: 'stage', stages: ['at-risk'] }

/** Noon of a day in 2026. */
const on = (month: number, day: number) => Date.UTC(2026, month - 1, day, 12)
const one = (customer: number, at: number, more: Partial<ToldOrder> = {}): ToldOrder => ({
  customer,
  at,
  lines: [{ product: 1 }],
  ...more,
})

async function shopOf(orders: ToldOrder[], customers: { id: number; createdAt: number }[] = []): Promise<ShopId> {
  timeIs(NOW)
  const shop = await testShop()
  await connectAs('superuser', (client) => writeStory(client, shop, { orders, customers, timezone: 'UTC' }))
  await recompute(shop, NOW, 'import')
  return shop
}

function past(rehearsal: Rehearsal) {
  if (rehearsal.kind !== 'past') throw new Error(`no past: ${JSON.stringify(rehearsal)}`)
  return rehearsal
}

describe('a rule tried on the past 2 years', () => {
  test('holds at each month’s end whom the orders known by then make a member, and says what they did after', async () => {
    // Without a crowd the window is the starting value of 60 days.
    const shop = await shopOf(
      [
        one(1, on(3, 10)),
        one(1, on(4, 20)),
        // 30 days after the end of April: 12,000 of the days after.
        one(1, on(5, 30), { lines: [{ product: 2, unitMinor: 12_000 }] }),
        one(2, on(4, 2)),
        one(3, on(6, 1)),
        one(3, on(6, 3)),
        // Belongs to the occasion that the end of July cuts: no order after it.
        one(4, on(7, 1)),
        one(4, Date.UTC(2026, 6, 31, 20)),
        one(4, Date.UTC(2026, 7, 1, 2)),
      ],
      [{ id: 2, createdAt: on(1, 1) }],
    )
    const told = past(await rehearseOwn(shop, null, twice))
    expect(told.afterDays).toBe(60)
    expect(told.sampled).toBeNull()
    const members = told.months.map(({ month, members, total }) => [month, members.customers, total])
    // Customer 2 has an account since January; months before the first order are not told.
    expect(members).toEqual([
      ['2026-03', 0, 2],
      ['2026-04', 1, 2],
      ['2026-05', 1, 2],
      ['2026-06', 2, 3],
      ['2026-07', 3, 4],
      ['2026-08', 3, 4],
      ['2026-09', 3, 4],
      ['2026-10', 3, 4],
    ])
    const april = told.months[1]!.after!
    expect(april.members).toEqual({ people: 1, ordered: 1, spent: { minor: 12_000, currency: 'GBP' } })
    expect(april.rest).toEqual({ people: 1, ordered: 0, spent: { minor: 0, currency: 'GBP' } })
    const july = told.months[4]!.after!
    expect([july.members.ordered, july.members.spent.minor]).toEqual([0, 0])
    // 60 days after the end of August are not over on 15 October.
    expect(told.months.map(({ after }) => after !== null)).toEqual([true, true, true, true, true, false, false, false])
    expect(told.months.at(-1)).toMatchObject({ isNow: true, after: null })
    // The last month that is over is shown first; another one is asked for by its name.
    expect(told.examples).toMatchObject({ month: '2026-07', isOver: true })
    expect(told.examples!.customers.map(({ customer }) => customer)).toEqual(['1', '3', '4'])
    const shown = past(await rehearseOwn(shop, null, twice, '2026-04')).examples!
    expect(shown.customers).toMatchObject([
      { customer: '1', orders: 2, orderedAfterDays: 29, verdict: { member: true, because: [{ value: 2 }] } },
    ])
    await expect(rehearseOwn(shop, null, twice, '2019-01')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('learns how often customers order anew for every month', async () => {
    const shop = await shopOf(crowd())
    const told = past(await rehearseOwn(shop, null, late))
    const cycles = told.months.filter(({ isNow }) => !isNow).map(({ cycleDays }) => cycleDays)
    expect(told.months[0]!.isStarting).toBe(true)
    expect(cycles[0]).toBe(60)
    expect(told.months.at(-1)!.isStarting).toBe(false)
    expect(new Set(cycles).size).toBeGreaterThan(1)
    // By the last month’s end everybody but the latest few has reordered: close to what is in force now.
    expect(Math.abs(cycles.at(-1)! - told.months.at(-1)!.cycleDays)).toBeLessThan(4)
  })

  test('says which conditions are looked at as they are today, and keeps them through all months', async () => {
    const { shop } = await populated(60)
    timeIs(NOW)
    const tagged: Rule = { kind: 'tag', tag: 'VIP' }
    const told = past(await rehearseOwn(shop, null, { kind: 'all', rules: [tagged, twice, late] }))
    expect(told.today).toEqual([tagged])
    const everywhere = past(await rehearseOwn(shop, null, tagged))
    const now = everywhere.months.at(-1)!
    const before = everywhere.months.at(-2)!
    expect(before.total).toBeLessThanOrEqual(now.total)
    expect(now.members.customers).toBeGreaterThan(0)
  })

  test('ends with what the count beside the editor says, edited and as saved', async () => {
    const { shop } = await populated(200)
    timeIs(NOW)
    const id = await saveOwn(shop, null, { name: 'Late', rule: late })
    for (const rule of [twice, late, { kind: 'consent', channel: 'email' } as const]) {
      const preview = (await previewOwn(shop, id, rule, 'exact')).figures!
      const now = past(await rehearseOwn(shop, id, rule)).months.at(-1)!
      expect(now.members.customers).toBe(preview.members.customers)
      expect(now.total).toBe(preview.total)
      if (rule === late) expect(now.savedMembers).toBeNull()
      else expect(now.savedMembers).toBe(preview.members.customers - preview.enters + preview.leaves)
    }
  })

  test('tries the two numbers of a stage, with the reason of the stage as it was', async () => {
    const { shop } = await populated(200)
    timeIs(NOW)
    const changed = { lateRatio: 1.1, lapsedRatio: 6 }
    const told = past(await rehearseStage(shop, 'at-risk', changed))
    const preview = await previewSegment(shop, 'at-risk', changed)
    const now = told.months.at(-1)!
    expect(now.members.customers).toBe(preview.customers)
    expect(now.savedMembers).toBe(preview.customers - preview.enters + preview.leaves)
    expect(now.members.customers).toBeGreaterThan(now.savedMembers!)
    for (const { reason } of told.examples!.customers) {
      expect(reason!.stage).toBe('at-risk')
      expect(reason!.sinceLastDays!).toBeGreaterThan(reason!.hopedWithinDays!)
    }
    const saved = past(await rehearseStage(shop, 'at-risk', DEFAULT_THRESHOLDS))
    expect(saved.months.every(({ savedMembers }) => savedMembers === null)).toBe(true)
    await expect(rehearseStage(shop, 'at-risk', { lateRatio: 5, lapsedRatio: 2 })).rejects.toMatchObject({
      fields: { 'thresholds.lapsedRatio': 'lapsed-before-late' },
    })
  })

  test('of a large shop is told by a sample, within what it says that it may be off', async () => {
    // Reordered after 20 to 109 days by every fourth, the last time within two years.
    const shop = await shopOf(
      Array.from({ length: 3000 }, (_, i) => {
        const last = 1 + ((i * 37) % 700)
        const earlier = [last + 20 + (i % 90), last + 60 + (i % 150)].slice(0, i % 4 === 0 ? 2 : i % 4 === 1 ? 1 : 0)
        return [last, ...earlier].map((days) => one(20_000 + i, NOW - days * DAY_MS))
      }).flat(),
    )
    const rules: Rule[] = [
      twice,
      late,
      { kind: 'stage', stages: ['new'] },
      { kind: 'number', feature: 'since-last-days', op: 'at-most', value: 60 },
    ]
    let [within, all] = [0, 0]
    for (const rule of rules) {
      const whole = past(await rehearseOwn(shop, null, rule))
      const part = past(await rehearseOwn(shop, null, rule, undefined, { people: 200, orders: 100_000 }))
      expect(whole.sampled).toBeNull()
      expect(part.sampled).toBeGreaterThan(100)
      expect(part.sampled).toBeLessThan(300)
      expect(part.months.map(({ month }) => month)).toEqual(whole.months.map(({ month }) => month))
      for (const [place, { members, total, cycleDays, isStarting }] of part.months.entries()) {
        const real = whole.months[place]!
        all += 1
        if (Math.abs(members.customers - real.members.customers) <= members.plusMinus) within += 1
        expect(members.plusMinus).toBeLessThan(0.12 * 3000)
        expect(Math.abs(total - real.total)).toBeLessThan(0.15 * 3000)
        // The shop has learned where 50 of its customers, not of the sample, have reordered.
        if (real.isStarting) expect(isStarting).toBe(true)
        else if (place >= 8) expect([isStarting, Math.abs(cycleDays / real.cycleDays - 1) < 0.3]).toEqual([false, true])
      }
      // Of the sample fewer than 50 have reordered for long after the shop has learned.
      expect(whole.months[8]!.isStarting).toBe(false)
    }
    expect(all).toBeGreaterThan(80)
    expect(within / all).toBeGreaterThanOrEqual(0.95)
  })

  test('answers what cannot be tried', async () => {
    const shop = await shopOf([one(1, NOW - DAY_MS)])
    expect(await rehearseOwn(shop, null, twice)).toEqual({ kind: 'too-early' })
    expect(await rehearseOwn(await testShop(), null, twice)).toEqual({ kind: 'too-early' })
    expect(await rehearseStage(await testShop(), 'new', {})).toEqual({ kind: 'too-early' })
    expect(await rehearseOwn(shop, null, { kind: 'all', rules: [] })).toMatchObject({
      kind: 'refused',
      troubles: [{ kind: 'rule-empty' }],
    })
    expect(await rehearseOwn(shop, null, { kind: 'segment', segment: 99 })).toMatchObject({
      kind: 'refused',
      troubles: [{ kind: 'rule-nobody' }, { kind: 'rule-segment-gone' }],
    })
    await connectAs('superuser', (client) =>
      client.query('UPDATE "Shop" SET "limited" = true WHERE "shop" = $1', [shop]),
    )
    expect(await rehearseOwn(shop, null, twice)).toEqual({ kind: 'hidden' })
  })
})
