import { describe, expect, test } from 'vitest'
import type { Rule } from '#app/domain/rules/rule.ts'
import { announceMoves, movesToAnnounce } from '#app/flow/publication/announce.ts'
import type { Hold } from '#app/flow/publication/publish.ts'
import { deleteOwn, saveOwn } from '#app/flow/segments/own/save.ts'
import { saveSettings } from '#app/flow/settings.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { moveText } from '#app/ui/move-text.ts'
import { playShop, type PlayedShop } from '#tests/flow/sync/played.ts'
import { connectAs } from '#tests/support/database.ts'
import { STILL_MINE } from './published.ts'

const BECAUSE = {
  stage: 'one-and-done',
  orders: 1,
  sinceLastDays: 99,
  lastGapDays: null,
  usualGapDays: null,
  hopedWithinDays: 60,
  ruleVersion: 1,
  estimatesVersion: 1,
}

type ToldMove = {
  customer: number
  from?: string
  to?: string
  what?: string
  cause?: string
  isForFlow?: boolean
  id?: number
  at?: Date
}

async function moved(shop: ShopId, moves: ToldMove[]): Promise<void> {
  await connectAs('superuser', async (client) => {
    for (const {
      customer,
      from = 'new',
      to = 'one-and-done',
      what = 'stage',
      cause = 'time',
      isForFlow,
      id,
      at,
    } of moves)
      await client.query(
        `INSERT INTO "MembershipChange" (shop, id, customer, at, what, "from", "to", cause, because, "isForFlow", "ruleVersion", estimates)
          VALUES ($1, coalesce($9::bigint, nextval('"MembershipChange_id_seq"')), $2, $3, $4, $5, $6, $7, $8, $10, 1, 1)`,
        [
          shop,
          customer,
          at ?? new Date(),
          what,
          from,
          to,
          cause,
          JSON.stringify(BECAUSE),
          id ?? null,
          isForFlow ?? true,
        ],
      )
  })
}

const FACTS = [
  { condition: { kind: 'number', feature: 'orders', op: 'at-least', value: 3 }, value: 5, holds: true },
  { condition: { kind: 'number', feature: 'spent', op: 'at-least', value: 200_000 }, value: 312_000, holds: true },
]

/** Somebody comes into one of the merchant's own segments, or leaves it, as its stage writes it down. */
async function movedOwn(
  shop: ShopId,
  segment: number,
  moves: { customer: number; isEntering: boolean; cause?: string; isForFlow?: boolean }[],
): Promise<void> {
  await connectAs('superuser', async (client) => {
    for (const { customer, isEntering, cause = 'change', isForFlow = true } of moves)
      await client.query(
        `INSERT INTO "OwnMove" (shop, segment, version, customer, at, "isEntering", cause, because, "isForFlow")
         VALUES ($1, $2, 1, $3, now(), $4, $5, $6, $7)`,
        [shop, segment, customer, isEntering, cause, JSON.stringify(FACTS), isForFlow],
      )
  })
}

/** As the worker does: looks again until nothing is left. */
async function announceAll(shop: ShopId, hold: Hold = STILL_MINE): Promise<void> {
  for (let looks = 0; looks < 200; looks += 1) {
    const again = await announceMoves(shop, moveText, hold)
    if (!again || again.againInMs >= 3_600_000) return
  }
  throw new Error('telling Flow does not come to an end')
}

function told({ local }: PlayedShop): unknown[] {
  return local.shop.played.flow.received.map(({ payload }) => payload)
}

function who(played: PlayedShop): unknown[] {
  return told(played).map((payload) => (payload as { customer_id: number }).customer_id)
}

const played = () => playShop(() => {})

describe('telling Shopify Flow', () => {
  test('says who moved, from where to where, why in the shop’s language, and what moved them; once', async () => {
    const shop = await played()
    await saveSettings(shop.shop, { language: 'ko' })
    await moved(shop.shop, [
      { customer: 7 },
      { customer: 8, what: 'cherry-picker', from: 'possible', to: 'likely', cause: 'order' },
      { customer: 9, what: 'cherry-picker', from: 'none', to: 'possible', cause: 'order' },
    ])
    expect(await movesToAnnounce(shop.shop)).toEqual({ isOn: true, waiting: 2, problem: null })
    await announceAll(shop.shop)
    await announceAll(shop.shop)
    expect(shop.local.shop.played.flow.received.map(({ handle }) => handle)).toEqual([
      'segment-changed',
      'segment-changed',
    ])
    expect(told(shop)).toEqual([
      { customer_id: 8, from: 'none', to: 'cherry-picker', reason: '할인 선호 고객: 가능성 높음', cause: 'order' },
      {
        customer_id: 7,
        from: 'new',
        to: 'one-and-done',
        reason: '1회 주문. 60일 안에 다음 주문을 기대했지만 99일이 지났습니다. 주문하면 이 단계에서 벗어납니다.',
        cause: 'time',
      },
    ])
    expect(await movesToAnnounce(shop.shop)).toEqual({ isOn: true, waiting: 0, problem: null })
  })

  test('leaves out the moves that were not for Flow, also when later ones are', async () => {
    const shop = await played()
    await moved(shop.shop, [
      { customer: 1, cause: 'rule', isForFlow: false },
      { customer: 2, cause: 'rule' },
      { customer: 3, cause: 'estimates', isForFlow: false },
    ])
    expect((await movesToAnnounce(shop.shop)).waiting).toBe(1)
    await announceAll(shop.shop)
    expect(who(shop)).toEqual([2])
    expect((await movesToAnnounce(shop.shop)).waiting).toBe(0)
  })

  test('says nothing while it is switched off, nor of that time when it is switched on again', async () => {
    const shop = await played()
    await saveSettings(shop.shop, { announceMoves: false })
    await moved(shop.shop, [{ customer: 1 }])
    await announceAll(shop.shop)
    await saveSettings(shop.shop, { announceMoves: true })
    await moved(shop.shop, [{ customer: 2 }])
    await announceAll(shop.shop)
    expect(who(shop)).toEqual([2])
  })

  test('whoever moved last comes first, and a person’s moves in their order', async () => {
    const shop = await played()
    await moved(shop.shop, [
      { customer: 1, from: 'new', to: 'one-and-done' },
      ...Array.from({ length: 30 }, (_, i) => ({ customer: 100 + i })),
      { customer: 1, from: 'one-and-done', to: 'repeat', cause: 'order' },
    ])
    await announceAll(shop.shop)
    const [first, second, third] = told(shop) as { customer_id: number; to: string }[]
    expect([first, second]).toMatchObject([
      { customer_id: 1, to: 'one-and-done' },
      { customer_id: 1, to: 'repeat' },
    ])
    expect(third!.customer_id).toBe(129)
    expect(new Set(who(shop)).size).toBe(31)
  })

  test('a move whose transaction commits later than one with a higher number is told too', async () => {
    const shop = await played()
    await moved(shop.shop, [{ customer: 2, id: 9_000_000_002 }])
    await announceAll(shop.shop)
    await moved(shop.shop, [{ customer: 1, id: 9_000_000_001 }])
    await announceAll(shop.shop)
    expect(who(shop)).toEqual([2, 1])
  })

  test('a worker that dies after every second move leaves no move untold, and only the one in flight told twice', async () => {
    const shop = await played()
    await moved(
      shop.shop,
      Array.from({ length: 12 }, (_, i) => ({ customer: 1 + i })),
    )
    let deaths = 0
    for (;;) {
      // Asked once before the first move, then after each.
      let asked = 0
      const dying: Hold = {
        ...STILL_MINE,
        stillMine: async () => {
          asked += 1
          if (asked === 3) throw new Error('killed')
        },
      }
      try {
        await announceMoves(shop.shop, moveText, dying)
        if ((await movesToAnnounce(shop.shop)).waiting === 0) break
      } catch {
        deaths += 1
      }
    }
    expect(new Set(who(shop)).size).toBe(12)
    expect(deaths).toBeGreaterThan(3)
    expect(who(shop).length).toBeLessThanOrEqual(12 + deaths)
  })

  test('a shop without Flow costs a few calls and holds nothing up; what moves next is tried again', async () => {
    const shop = await played()
    const { flow, calls } = shop.local.shop.played
    flow.isInstalled = false
    await moved(
      shop.shop,
      Array.from({ length: 60 }, (_, i) => ({ customer: 1 + i })),
    )
    await announceAll(shop.shop)
    expect(calls.filter(({ operation }) => operation === 'SegmentChanged')).toHaveLength(5)
    expect(await movesToAnnounce(shop.shop)).toMatchObject({
      waiting: 55,
      problem: { kind: 'shopify-refused', detail: expect.stringContaining('not installed') as string },
    })
    // One try tells whether it has passed.
    await announceAll(shop.shop)
    expect(calls.filter(({ operation }) => operation === 'SegmentChanged')).toHaveLength(6)
    flow.isInstalled = true
    await moved(shop.shop, [{ customer: 99 }])
    await announceAll(shop.shop)
    expect(who(shop)).toHaveLength(55)
    expect(who(shop)[0]).toBe(99)
    expect((await movesToAnnounce(shop.shop)).problem).toBeNull()
  })

  test('what is settled is forgotten after an hour, and moves from before the first telling are no news', async () => {
    const shop = await played()
    await moved(shop.shop, [{ customer: 1, at: new Date(Date.now() - 30 * 3_600_000) }])
    await announceAll(shop.shop)
    expect(told(shop)).toEqual([])
    await moved(shop.shop, [{ customer: 2, at: new Date(Date.now() - 2 * 3_600_000) }])
    await announceAll(shop.shop)
    expect(who(shop)).toEqual([2])
    const rows = await connectAs('superuser', (client) =>
      client.query('SELECT FROM "MoveAnnouncement" WHERE shop = $1', [shop.shop]),
    )
    expect(rows.rowCount).toBe(0)
  })

  describe('of the merchant’s own segments', () => {
    const REGULAR: Rule = { kind: 'number', feature: 'orders', op: 'at-least', value: 3 }
    const regulars = (shop: ShopId, name = 'new') => saveOwn(shop, null, { name: `${name} fans`, rule: REGULAR })

    test('says who entered and who left which, with the facts that decide it', async () => {
      const shop = await played()
      await saveSettings(shop.shop, { language: 'ko' })
      await connectAs('superuser', (client) =>
        client.query(`UPDATE "Shop" SET currency = 'KRW' WHERE shop = $1`, [shop.shop]),
      )
      const id = await regulars(shop.shop)
      await movedOwn(shop.shop, id, [
        { customer: 7, isEntering: true },
        { customer: 8, isEntering: false, cause: 'time' },
        { customer: 9, isEntering: true, cause: 'rule', isForFlow: false },
      ])
      expect((await movesToAnnounce(shop.shop)).waiting).toBe(2)
      await announceAll(shop.shop)
      await announceAll(shop.shop)
      const reason = '주문 횟수: 5 (3 이상) · 누적 구매액: 312,000원 (200,000원 이상)'
      expect(told(shop)).toEqual([
        { customer_id: 8, from: 'own:new fans', to: 'none', reason, cause: 'time' },
        { customer_id: 7, from: 'none', to: 'own:new fans', reason, cause: 'change' },
      ])
      expect((await movesToAnnounce(shop.shop)).waiting).toBe(0)
    })

    test('a person’s moves between stages and segments are told in the order in which they happened', async () => {
      const shop = await played()
      const id = await regulars(shop.shop)
      await movedOwn(shop.shop, id, [{ customer: 1, isEntering: true }])
      await moved(shop.shop, [{ customer: 1, from: 'new', to: 'repeat' }])
      await movedOwn(shop.shop, id, [{ customer: 1, isEntering: false }])
      await announceAll(shop.shop)
      expect((told(shop) as { to: string }[]).map(({ to }) => to)).toEqual(['own:new fans', 'repeat', 'none'])
    })

    test('nothing is said of one that is deleted, and that holds nothing up', async () => {
      const shop = await played()
      const [gone, stays] = [await regulars(shop.shop, 'old'), await regulars(shop.shop)]
      await movedOwn(shop.shop, gone, [{ customer: 1, isEntering: true }])
      await movedOwn(shop.shop, stays, [{ customer: 2, isEntering: true }])
      await deleteOwn(shop.shop, gone)
      await announceAll(shop.shop)
      expect(who(shop)).toEqual([2])
      expect((await movesToAnnounce(shop.shop)).waiting).toBe(0)
    })

    test('a worker that dies after every second move leaves none untold', async () => {
      const shop = await played()
      const id = await regulars(shop.shop)
      for (let customer = 1; customer <= 6; customer += 1) {
        await movedOwn(shop.shop, id, [{ customer, isEntering: true }])
        await moved(shop.shop, [{ customer }])
      }
      let deaths = 0
      while ((await movesToAnnounce(shop.shop)).waiting > 0) {
        let asked = 0
        const stillMine = async () => {
          asked += 1
          if (asked === 3) throw new Error('killed')
        }
        await announceMoves(shop.shop, moveText, { ...STILL_MINE, stillMine }).catch(() => (deaths += 1))
      }
      const all = new Set((told(shop) as { customer_id: number; to: string }[]).map((one) => JSON.stringify(one)))
      expect(all.size).toBe(12)
      expect(deaths).toBeGreaterThan(3)
      expect(told(shop).length).toBeLessThanOrEqual(12 + deaths)
    })
  })
})
