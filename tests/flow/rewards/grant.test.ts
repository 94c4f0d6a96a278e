import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { deleteReward, endReward } from '#app/flow/rewards/save.ts'
import { timeIs } from '#tests/support/time.ts'
import type { Wanted } from '#tests/domain/rewards/definitions.ts'
import {
  grantingShop,
  grants,
  issued,
  linked,
  ordered,
  owedWork,
  person,
  shownTo,
  startedFor,
  told,
  worked,
  workedAll,
} from './granted.ts'

const CREDIT = { kind: 'credit', amountMinor: 500 } as const
const REVIEW: Wanted = {
  code: 'REVIEW',
  what: CREDIT,
  conditions: [{ kind: 'delivered', days: 3 }, { kind: 'review' }],
}
const step = (what: NonNullable<Wanted['what']>, conditions: NonNullable<Wanted['conditions']>) => ({
  what,
  join: 'and' as const,
  conditions,
  waitDays: 0,
})
const LADDER: Wanted = {
  code: 'STEP',
  steps: [
    step({ kind: 'free-shipping' }, [{ kind: 'order', n: 1 }]),
    step({ kind: 'percent', percent: 10 }, [{ kind: 'order', n: 2 }]),
    step(CREDIT, [{ kind: 'order', n: 3 }]),
  ],
}
const BACK: Wanted = {
  code: 'BACK',
  who: { kind: 'stage', stages: ['at-risk'] },
  what: { kind: 'percent', percent: 10 },
}
const NEWS: Wanted = {
  code: 'NEWS',
  who: { kind: 'first-order', guests: 'sign-in' },
  what: { kind: 'free-shipping' },
  conditions: [{ kind: 'consent', channel: 'email' }],
}
const WELCOME_CREDIT: Wanted = { code: 'HELLO', who: { kind: 'first-order', guests: 'sign-in' }, what: CREDIT }

const later = (days: number) => timeIs(now() + days * DAY_MS)
const reviewed = (shop: ShopId, customer: string) =>
  withShop(shop, (tx) =>
    tx.review.create({ data: { shop, id: `r${customer}`, customer: BigInt(customer), at: new Date(now()) } }),
  )

describe('a customer', () => {
  test('earns a review’s credit once the order has been there for three days and they have written of it', async () => {
    const shop = await grantingShop()
    const id = await startedFor(shop, REVIEW)
    await person(shop, '7', { stage: 'new' })
    const order = await ordered(shop, '7')
    await workedAll(shop)
    expect(await shownTo(shop, '7')).toMatchObject([
      { id, state: 'progress', missing: [{ kind: 'delivered', days: 3, on: null }, { kind: 'review' }] },
    ])
    expect(await owedWork(shop)).toContain('look-at-deliveries')
    await reviewed(shop, '7')
    const at = new Date(now())
    await withShop(shop, (tx) =>
      tx.delivery.updateMany({ where: { shop, order: BigInt(order) }, data: { deliveredAt: at, lookedAt: at } }),
    )
    expect(await worked(shop, '7')).toEqual({ againInMs: DAY_MS })
    expect(await told(shop)).toEqual([])
    later(3)
    await worked(shop, '7')
    expect(await grants(shop)).toMatchObject([
      {
        reward: id,
        state: 'reserved',
        code: null,
        reservedMinor: 500n,
        because: [{ kind: 'delivered' }, { kind: 'review' }],
      },
    ])
    expect(await owedWork(shop)).toEqual(expect.arrayContaining(['issue-grants', 'show-offers']))
    await worked(shop, '7')
    expect(await told(shop)).toHaveLength(1)
  })

  test('climbs the ladder order by order, and sees how far the next step is', async () => {
    const shop = await grantingShop()
    const id = await startedFor(shop, LADDER)
    await person(shop, '7', { stage: 'new', since: 0 })
    await ordered(shop, '7')
    await worked(shop, '7')
    await issued(shop)
    await worked(shop, '7')
    expect(await shownTo(shop, '7')).toMatchObject([
      { id, step: 0, state: 'open', what: { kind: 'free-shipping' } },
      { id, step: 1, state: 'progress', missing: [{ kind: 'order', done: 1, of: 2 }] },
    ])
    await ordered(shop, '7', { status: 'VOIDED' })
    await worked(shop, '7')
    expect(await told(shop)).toEqual([`${id}/0/0 issued`])
    await ordered(shop, '7')
    await ordered(shop, '7')
    await worked(shop, '7')
    expect(await told(shop)).toEqual([`${id}/0/0 issued`, `${id}/1/0 reserved`, `${id}/2/0 reserved`])
  })

  test('gets the second part of a reward after a second order', async () => {
    const shop = await grantingShop()
    const id = await startedFor(shop, {
      ...BACK,
      steps: [
        step({ kind: 'percent', percent: 5 }, []),
        step(CREDIT, [
          { kind: 'more-orders', n: 1 },
          { kind: 'kept', days: 14 },
        ]),
      ],
    })
    await person(shop, '7', { stage: 'at-risk' })
    await worked(shop, '7')
    await ordered(shop, '7')
    await person(shop, '7', { stage: 'repeat' })
    await worked(shop, '7')
    expect(await told(shop)).toEqual([`${id}/0/0 reserved`])
    later(14)
    await worked(shop, '7')
    expect(await told(shop)).toEqual([`${id}/0/0 reserved`, `${id}/1/0 reserved`])
  })

  test('who agrees to news gets what was promised for it, and keeps it when they take it back', async () => {
    const shop = await grantingShop()
    await person(shop, '7')
    await person(shop, '8', { consent: 'SUBSCRIBED' })
    const id = await startedFor(shop, NEWS)
    await workedAll(shop)
    expect(await shownTo(shop, '7')).toMatchObject([
      { id, state: 'progress', missing: [{ kind: 'consent', channel: 'email' }] },
    ])
    expect(await shownTo(shop, '8')).toEqual([])
    await person(shop, '7', { consent: 'SUBSCRIBED' })
    await worked(shop, '7')
    await person(shop, '7', { consent: 'UNSUBSCRIBED' })
    await worked(shop, '7')
    await issued(shop)
    await worked(shop, '7')
    expect(await told(shop)).toEqual([`${id}/0/0 issued`])
    expect(await shownTo(shop, '7')).toMatchObject([{ id, state: 'open', code: expect.stringMatching(/^NEWS-/) }])
  })

  test('who is at risk is asked to come back; who is not sees nothing', async () => {
    const shop = await grantingShop()
    const id = await startedFor(shop, BACK)
    await person(shop, '7', { stage: 'at-risk' })
    await person(shop, '8', { stage: 'repeat' })
    await workedAll(shop)
    await issued(shop)
    await workedAll(shop)
    expect(await shownTo(shop, '7')).toMatchObject([{ id, state: 'open', because: 'late' }])
    expect(await told(shop)).toEqual([`${id}/0/0 issued`])
    const [grant] = await grants(shop)
    await ordered(shop, '7', { code: grant!.code!, offMinor: 1000 })
    await worked(shop, '7')
    expect(await grants(shop)).toMatchObject([{ state: 'used', spentMinor: 1000n }])
    expect(await shownTo(shop, '7')).toEqual([])
  })

  test('with three linked accounts gets one welcome, and may ask on the others', async () => {
    const shop = await grantingShop()
    for (const id of ['5', '6', '7']) await person(shop, id)
    await linked(shop, '5', '6')
    await linked(shop, '6', '7')
    const id = await startedFor(shop, WELCOME_CREDIT)
    await Promise.all(Array.from({ length: 20 }, (_, n) => worked(shop, String(5 + (n % 3)))))
    expect(await told(shop)).toEqual([`${id}/0/0 reserved`])
    expect(await grants(shop)).toMatchObject([{ customer: 5n, person: 5n }])
    await issued(shop)
    await worked(shop, '7')
    expect((await shownTo(shop, '5')).map(({ state }) => state)).toEqual(['open'])
    expect((await shownTo(shop, '6')).map(({ state }) => state)).toEqual(['refused'])
  })

  test('whose other account has ordered before gets no second welcome', async () => {
    const shop = await grantingShop()
    await person(shop, '5', { stage: 'one-and-done' })
    await ordered(shop, '5', { at: now() - 100 * DAY_MS })
    await person(shop, '9')
    await linked(shop, '5', '9')
    const id = await startedFor(shop, WELCOME_CREDIT)
    await workedAll(shop)
    expect(await told(shop)).toEqual([])
    expect(await shownTo(shop, '9')).toMatchObject([{ id, state: 'refused' }])
    expect(await shownTo(shop, '5')).toEqual([])
  })

  test('who is only suspected gets credit after an order that is kept instead of a code now', async () => {
    const shop = await grantingShop()
    await person(shop, '5', { stage: 'new' })
    await person(shop, '9', { stage: 'at-risk', tier: 'likely' })
    const id = await startedFor(shop, { ...BACK, what: { kind: 'amount', amountMinor: 700 }, suspects: 'credit' })
    await workedAll(shop)
    expect(await shownTo(shop, '9')).toMatchObject([{ id, state: 'progress', what: { kind: 'credit', amount: 700 } }])
    await ordered(shop, '9')
    await person(shop, '9', { stage: 'repeat' })
    later(14)
    await worked(shop, '9')
    expect(await grants(shop)).toMatchObject([{ what: { kind: 'credit', amountMinor: 700 }, code: null }])
  })

  test('whose benefit order is cancelled gets one fresh code; a second time the merchant decides', async () => {
    const shop = await grantingShop()
    const id = await startedFor(shop, { ...BACK, what: { kind: 'amount', amountMinor: 3000 }, budgetMinor: 3000 })
    await person(shop, '7', { stage: 'at-risk' })
    await worked(shop, '7')
    await issued(shop)
    const code = async (turn: number) => (await grants(shop)).find((grant) => grant.turn === turn)!.code!
    const order = await ordered(shop, '7', { code: await code(0), offMinor: 3000 })
    await worked(shop, '7')
    expect(await grants(shop)).toMatchObject([{ state: 'used', reservedMinor: 3000n, spentMinor: 3000n }])
    await ordered(shop, '7', { code: await code(0), offMinor: 3000, isCancelled: true }, order)
    await worked(shop, '7')
    expect(await grants(shop)).toMatchObject([
      { state: 'used', reservedMinor: 0n, spentMinor: 0n },
      { state: 'reserved', turn: 1, reservedMinor: 3000n, because: [{ kind: 'order-gone', order }] },
    ])
    await issued(shop)
    await ordered(shop, '7', { code: await code(1), offMinor: 3000, status: 'REFUNDED' })
    await worked(shop, '7')
    await worked(shop, '7')
    expect(await told(shop)).toEqual([`${id}/0/0 used`, `${id}/0/1 used`, `${id}/0/2 waiting`])
  })

  test('outlasts its reward, which cannot be deleted then; one that nobody was granted can', async () => {
    const shop = await grantingShop()
    const [kept, gone] = [
      await startedFor(shop, { code: 'KEPT' }),
      await startedFor(shop, { code: 'GONE', who: { kind: 'stage', stages: ['lapsed'] } }),
    ]
    await person(shop, '7', { stage: 'repeat' })
    await worked(shop, '7')
    await issued(shop)
    for (const id of [kept, gone]) await endReward(shop, id)
    await expect(deleteReward(shop, kept)).rejects.toMatchObject({ fields: { name: 'granted' } })
    await deleteReward(shop, gone)
    expect(await told(shop)).toEqual([`${kept}/0/0 issued`])
  })

  test('of the comparison group is promised and shown nothing, and stays in it', async () => {
    const shop = await grantingShop()
    const id = await startedFor(shop, { ...REVIEW, comparisonPercent: 50 })
    const ids = Array.from({ length: 40 }, (_, n) => String(n + 1))
    for (const customer of ids) {
      await person(shop, customer, { stage: 'new' })
      await ordered(shop, customer)
    }
    await workedAll(shop)
    const arms = () =>
      withShop(shop, async (tx) =>
        (await tx.rewardStanding.findMany({ where: { shop, reward: id }, orderBy: { customer: 'asc' } })).map(
          ({ customer, arm, since, facts }) => ({ customer, arm, since, facts }),
        ),
      )
    const first = await arms()
    expect(first).toHaveLength(40)
    const compared = first.filter(({ arm }) => arm === 'comparison').map(({ customer }) => String(customer))
    expect(compared.length).toBeGreaterThan(5)
    expect(compared.length).toBeLessThan(35)
    for (const customer of ids) expect((await shownTo(shop, customer)).length).toBe(compared.includes(customer) ? 0 : 1)
    await workedAll(shop)
    expect(await arms()).toEqual(first)
  })

  test('who is kept out, or wants no offers, is granted and shown nothing until that ends', async () => {
    const shop = await grantingShop()
    const id = await startedFor(shop, BACK)
    await person(shop, '7', { stage: 'at-risk' })
    await person(shop, '8', { stage: 'at-risk' })
    await withShop(shop, async (tx) => {
      await tx.exclusion.create({ data: { shop, customer: 7n, reason: 'staff', since: new Date(now()) } })
      await tx.offersOff.create({ data: { shop, customer: 8n, at: new Date(now()) } })
    })
    await workedAll(shop)
    expect([await told(shop), await shownTo(shop, '7'), await shownTo(shop, '8')]).toEqual([[], [], []])
    await withShop(shop, async (tx) => {
      await tx.exclusion.updateMany({ where: { shop }, data: { endedAt: new Date(now()) } })
      await tx.offersOff.deleteMany({ where: { shop } })
    })
    await workedAll(shop)
    expect(await told(shop)).toEqual([`${id}/0/0 reserved`, `${id}/0/0 reserved`])
  })

  test('has one offer at a time, no other within the cool-down, and what was promised all the same', async () => {
    const shop = await grantingShop()
    const back = await startedFor(shop, BACK)
    const second = await startedFor(shop, { ...BACK, code: 'MORE', what: { kind: 'percent', percent: 30 } })
    const ladder = await startedFor(shop, { ...LADDER, steps: [step(CREDIT, [{ kind: 'more-orders', n: 1 }])] })
    await person(shop, '7', { stage: 'at-risk' })
    await worked(shop, '7')
    expect(await told(shop)).toEqual([`${back}/0/0 reserved`])
    await issued(shop, 5)
    await ordered(shop, '7')
    await worked(shop, '7')
    expect(await told(shop)).toEqual([`${back}/0/0 issued`, `${ladder}/0/0 reserved`])
    await issued(shop, 5)
    later(7)
    await workedAll(shop)
    expect(await told(shop)).toEqual([`${back}/0/0 expired`, `${ladder}/0/0 used`])
    later(14)
    await workedAll(shop)
    expect((await told(shop)).at(-1)).toBe(`${second}/0/0 reserved`)
  })

  test('sees nothing more of a reward that has ended', async () => {
    const shop = await grantingShop()
    const id = await startedFor(shop, REVIEW)
    await person(shop, '7', { stage: 'new' })
    await ordered(shop, '7')
    await workedAll(shop)
    expect(await shownTo(shop, '7')).toHaveLength(1)
    await endReward(shop, id)
    await workedAll(shop)
    expect(await shownTo(shop, '7')).toEqual([])
  })

  test('is granted the same whoever is killed in the middle', async () => {
    const shop = await grantingShop()
    const id = await startedFor(shop, BACK)
    const ids = Array.from({ length: 12 }, (_, n) => String(n + 1))
    for (const customer of ids) await person(shop, customer, { stage: 'at-risk' })
    const { grantEverybody } = await import('#app/flow/rewards/grant-everybody.ts')
    for (let steps = 0; steps < 12; steps += 4) {
      let left = steps
      const stillMine = async () => {
        left -= 1
        if (left < 0) throw new Error('killed')
      }
      await expect(grantEverybody({ shop, stillMine })).rejects.toThrow('killed')
    }
    await workedAll(shop)
    expect(await told(shop)).toEqual(ids.map(() => `${id}/0/0 reserved`))
    expect(new Set((await grants(shop)).map(({ person: of }) => String(of))).size).toBe(12)
  })
})
