import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { STAGES, type Stage } from '#app/domain/stages.ts'
import { movesPage } from '#app/flow/segments/moves.ts'
import { recomputeOwn } from '#app/flow/segments/own/memberships.ts'
import { saveOwn } from '#app/flow/segments/own/save.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { timeIs } from '#tests/support/time.ts'
import { recompute } from '../features/recomputed.ts'
import { populated } from './population.ts'
import { ago, crowd, NOW } from './story.ts'

const order = (customer: number, at: number): ToldOrder => ({
  customer,
  at,
  lines: [{ product: 1, unitMinor: 10_000 }],
})

async function write(shop: ShopId, orders: ToldOrder[]): Promise<void> {
  await connectAs('superuser', (client) => writeStory(client, shop, { orders, timezone: 'Asia/Seoul' }))
}

async function stages(shop: ShopId): Promise<Map<string, Stage>> {
  const { rows } = await connectAs('superuser', (client) =>
    client.query<{ customer: string; stage: Stage }>('SELECT customer, stage FROM "Membership" WHERE shop = $1', [
      shop,
    ]),
  )
  return new Map(rows.map(({ customer, stage }) => [customer, stage]))
}

describe('moves between stages', () => {
  test('are told by where each customer began and ended, with the people and their reasons', async () => {
    timeIs(NOW)
    const shop = await testShop()
    // One who has just bought for the first time, one who is about to be late, one who comes, is late and returns.
    await write(shop, [...crowd(), order(1, ago(3))])
    await recompute(shop, NOW, 'import')
    const before = await stages(shop)
    await write(shop, [order(1, NOW + 5 * DAY_MS), order(2, NOW + 6 * DAY_MS)])
    for (const days of [10, 20, 30]) await recompute(shop, NOW + days * DAY_MS, 'time')
    const end = NOW + 30 * DAY_MS
    timeIs(end)
    const after = await stages(shop)
    const page = await movesPage(shop, { days: 30 }, { from: 'new', to: 'repeat' })
    expect(page.source).toBe('recorded')
    const expected = new Map<string, number>()
    for (const [customer, to] of after) {
      const from = before.get(customer) ?? 'prospect'
      if (from !== to) expected.set(`${from}~${to}`, (expected.get(`${from}~${to}`) ?? 0) + 1)
    }
    expect(new Map(page.moves.map(({ from, to, customers }) => [`${from}~${to}`, customers]))).toEqual(expected)
    expect(expected.get('new~repeat')).toBe(1)
    expect(expected.get('prospect~new')).toBe(1)
    expect(page.moves.find(({ from, to }) => from === 'new' && to === 'repeat')!.money12m).toMatchObject({
      minor: 20_000,
    })
    expect(page.chosen!.customers).toMatchObject([
      { customer: '1', cause: 'order', reason: { stage: 'repeat', orders: 2 } },
    ])
    // Who went to where they came from has not gone anywhere.
    expect(page.moves.every(({ from, to }) => from !== to)).toBe(true)
  })

  test('of very many are told by a fixed sample, and hardly ever further off than said', async () => {
    timeIs(NOW)
    const shop = await testShop()
    const many = Array.from({ length: 6000 }, (_, i) => {
      const last = order(10_000 + i, ago(1 + (i % 97)))
      return i % 3 === 0 ? [last, order(10_000 + i, ago(1 + (i % 97) + 20 + (i % 40)))] : [last]
    })
    await write(shop, many.flat())
    await recompute(shop, NOW, 'import')
    for (const days of [30, 60]) await recompute(shop, NOW + days * DAY_MS, 'time')
    timeIs(NOW + 60.5 * DAY_MS)
    const period = { from: '2026-10-16', to: '2026-12-14' }
    const exact = await movesPage(shop, period, null)
    expect([exact.lookedAt, exact.moves.every(({ plusMinus }) => plusMinus === 0)]).toEqual([0, true])
    expect(exact.moves.length).toBeGreaterThanOrEqual(3)
    const sampled = await movesPage(shop, period, exact.moves[0]!, 100)
    expect([sampled.source, sampled.total]).toEqual(['recorded', 6000])
    expect(sampled.lookedAt).toBeGreaterThan(50)
    expect(sampled.lookedAt).toBeLessThan(150)
    for (const { from, to, customers, plusMinus, money12m } of sampled.moves) {
      const real = exact.moves.find((each) => each.from === from && each.to === to)!
      expect(Math.abs(customers - real.customers), `${from} to ${to}`).toBeLessThanOrEqual(plusMinus)
      expect(money12m!.minor / customers).toBeCloseTo(real.money12m!.minor / real.customers, -3)
    }
    const all = exact.moves.reduce((sum, { customers }) => sum + customers, 0)
    const told = sampled.moves.reduce((sum, { customers }) => sum + customers, 0)
    expect(Math.abs(told - all) / all).toBeLessThan(0.3)
    // People of the sample, with the reason that was written down.
    expect(sampled.chosen!.customers.length).toBeGreaterThan(0)
    expect(sampled.chosen!.customers.every(({ reason }) => reason.stage === exact.moves[0]!.to)).toBe(true)
  })

  test('somebody who moved and came back is counted apart', async () => {
    timeIs(NOW)
    const shop = await testShop()
    await write(shop, crowd())
    await recompute(shop, NOW, 'import')
    const member = [...(await stages(shop))].find(([, stage]) => stage === 'repeat')![0]
    await connectAs('superuser', async (client) => {
      for (const [from, to, hours] of [
        ['repeat', 'at-risk', 1],
        ['at-risk', 'repeat', 2],
      ] as const)
        await client.query(
          `INSERT INTO "MembershipChange" (shop, customer, at, what, "from", "to", cause, because, "ruleVersion", estimates)
           VALUES ($1, $2, $3, 'stage', $4, $5, 'rule', '{}', 1, 1)`,
          [shop, member, new Date(NOW + hours * 3_600_000), from, to],
        )
    })
    timeIs(NOW + DAY_MS)
    const page = await movesPage(shop, { from: '2026-10-15', to: '2026-10-16' }, null)
    // The period begins at midnight, before the import: both ends come from the orders.
    expect(page.source).toBe('replayed')
    const later = await movesPage(shop, { from: '2026-10-16', to: '2026-10-16' }, null)
    expect([later.source, later.moves, later.cameBack]).toEqual(['recorded', [], 0])
    timeIs(NOW + 10 * DAY_MS)
    await connectAs('superuser', (client) =>
      client.query('UPDATE "MembershipChange" SET at = at + interval \'5 days\' WHERE shop = $1', [shop]),
    )
    const back = await movesPage(shop, { from: '2026-10-19', to: '2026-10-22' }, null)
    expect([back.moves, back.cameBack]).toEqual([[], 1])
  })

  test('before the first import both ends are worked out from the orders, as the stages are', async () => {
    timeIs(NOW)
    const shop = await testShop()
    await write(shop, crowd())
    await recompute(shop, NOW, 'import')
    const page = await movesPage(shop, { days: 90 }, null)
    expect([page.source, page.lookedAt, page.total]).toEqual(['replayed', 60, 60])
    const now = await stages(shop)
    for (const stage of STAGES) {
      const into = page.moves.filter(({ to }) => to === stage).reduce((sum, { customers }) => sum + customers, 0)
      expect(into).toBeLessThanOrEqual([...now.values()].filter((each) => each === stage).length)
    }
    const [first] = page.moves
    const { chosen } = await movesPage(shop, { days: 90 }, first!)
    expect(chosen!.customers).toHaveLength(Math.min(50, first!.customers))
    for (const { customer, reason, cause } of chosen!.customers) {
      expect([now.get(customer), reason.stage, cause]).toEqual([first!.to, first!.to, null])
    }
  })

  test('into cherry-picker and out of it are counted by where each customer began and ended, with their money', async () => {
    timeIs(NOW)
    const shop = await testShop()
    await write(shop, crowd())
    await recompute(shop, NOW, 'import')
    const [a, b, c, d, e] = [...(await stages(shop)).keys()]
    const net = await connectAs('superuser', async (client) => {
      const steps: [string | undefined, string, string, number][] = [
        [a, 'none', 'likely', 1],
        [b, 'possible', 'confirmed', 1],
        [c, 'likely', 'none', 1],
        // Between two tiers that are in it, out and in again, and one that is none: nobody has come or gone.
        [d, 'likely', 'confirmed', 1],
        [e, 'likely', 'possible', 1],
        [e, 'possible', 'likely', 2],
        [a, 'likely', 'confirmed', 3],
      ]
      for (const [customer, from, to, hours] of steps)
        await client.query(
          `INSERT INTO "MembershipChange" (shop, customer, at, what, "from", "to", cause, because, "ruleVersion", estimates)
           VALUES ($1, $2, $3, 'cherry-picker', $4, $5, 'order', '{}', 1, 1)`,
          [shop, customer, new Date(NOW + hours * 3_600_000), from, to],
        )
      const { rows } = await client.query<{ customer: string; net: string }>(
        'SELECT customer, "net12mMinor" AS net FROM "Membership" WHERE shop = $1',
        [shop],
      )
      return new Map(rows.map((row) => [row.customer, Number(row.net)]))
    })
    timeIs(NOW + DAY_MS)
    const { flows } = await movesPage(shop, { from: '2026-10-15', to: '2026-10-16' }, null)
    expect(flows).toEqual([
      {
        own: null,
        entered: { customers: 2, plusMinus: 0, money12m: { minor: net.get(a!)! + net.get(b!)!, currency: 'GBP' } },
        left: { customers: 1, plusMinus: 0, money12m: { minor: net.get(c!)!, currency: 'GBP' } },
        // The period begins at midnight, before the import.
        knownFrom: NOW,
      },
    ])
    const later = await movesPage(shop, { from: '2026-10-16', to: '2026-10-16' }, null)
    expect(later.flows.map(({ entered, left, knownFrom }) => [entered.customers, left.customers, knownFrom])).toEqual([
      [0, 0, null],
    ])
  })

  test('in and out of the merchant’s own segments add up to how many more are in each', async () => {
    timeIs(NOW)
    const { shop } = await populated(60)
    const vip = await saveOwn(shop, null, { name: 'VIP', rule: { kind: 'tag', tag: 'vip' } })
    const idle = await saveOwn(shop, null, { name: 'Nobody', rule: { kind: 'tag', tag: 'no such tag' } })
    await recomputeOwn(shop, NOW, 'own-rule')
    const members = () =>
      connectAs('superuser', async (client) => {
        const { rows } = await client.query<{ customer: string }>(
          'SELECT customer FROM "OwnMembership" WHERE shop = $1 AND segments @> ARRAY[$2::int]',
          [shop, vip],
        )
        return rows.map(({ customer }) => customer)
      })
    const before = await members()
    const tagged = (tags: string, which: 0 | 1) =>
      connectAs('superuser', (client) =>
        client.query(`UPDATE "Customer" SET tags = $2 WHERE shop = $1 AND id % 2 = ${which}`, [shop, tags]),
      )
    await tagged('{}', 0)
    await tagged('{VIP}', 1)
    await recomputeOwn(shop, NOW + DAY_MS, 'time')
    // Out and in again is neither.
    await tagged('{}', 1)
    await recomputeOwn(shop, NOW + 2 * DAY_MS, 'time')
    await tagged('{VIP}', 1)
    await recomputeOwn(shop, NOW + 3 * DAY_MS, 'time')
    const after = await members()
    const entered = after.filter((customer) => !before.includes(customer)).length
    const left = before.filter((customer) => !after.includes(customer)).length
    expect(entered * left).toBeGreaterThan(0)
    timeIs(NOW + 4 * DAY_MS)
    const { flows } = await movesPage(shop, { days: 7 }, null)
    expect(flows.map((flow) => [flow.own?.id, flow.entered.customers, flow.left.customers])).toEqual([
      [undefined, 0, 0],
      [vip, entered, left],
      [idle, 0, 0],
    ])
    const sampled = (await movesPage(shop, { days: 7 }, null, 3)).flows[1]!
    expect(sampled.entered.plusMinus * sampled.left.plusMinus).toBeGreaterThan(0)
    expect(Math.abs(sampled.entered.customers - entered)).toBeLessThanOrEqual(sampled.entered.plusMinus)
    expect(Math.abs(sampled.left.customers - left)).toBeLessThanOrEqual(sampled.left.plusMinus)
    // The period begins before they were made.
    for (const { knownFrom } of flows) expect(knownFrom).toBeGreaterThanOrEqual(NOW)
  })

  test('a shop without stages has none, and a period that ends before it begins is refused', async () => {
    timeIs(NOW)
    const shop = await testShop()
    expect(await movesPage(shop, { days: 365 }, null)).toMatchObject({
      knownFrom: null,
      moves: [],
      cameBack: 0,
      flows: [],
    })
    await expect(movesPage(shop, { from: '2026-10-20', to: '2026-10-21' }, null)).rejects.toMatchObject({
      fields: { from: 'backwards' },
    })
  })
})
