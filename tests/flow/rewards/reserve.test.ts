import { describe, expect, test } from 'vitest'
import type { RewardDefinition } from '#app/domain/rewards/reward.ts'
import type { Person } from '#app/flow/confirmed-links.ts'
import { reserveClaim, reserveGrant, type Reserved, type ToReserve } from '#app/flow/rewards/reserve.ts'
import { endReward } from '#app/flow/rewards/save.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, withShopBulk, withShopForVisitor, type ShopId } from '#app/outside/database.server.ts'
import { testShop } from '#tests/support/database.ts'
import type { Wanted } from '#tests/domain/rewards/definitions.ts'
import { started } from './rewarded.ts'

const alone = (id: string): Person => ({ id, accounts: [id] })
const COME_BACK: Wanted = { who: { kind: 'everybody' }, code: 'BACK', what: { kind: 'amount', amountMinor: 3000 } }

function reserve(shop: ShopId, reward: number, person: Person, more: Partial<ToReserve> = {}): Promise<Reserved> {
  const customer = person.accounts.at(-1)!
  return withShop(shop, (tx) =>
    reserveGrant(tx, shop, { reward, step: 0, turn: 0, customer, person, because: [], at: now(), ...more }),
  )
}
const grantsOf = (shop: ShopId) => withShop(shop, (tx) => tx.grant.findMany({ where: { shop } }))

describe('a grant', () => {
  test('is reserved with its face value and a code of its own that nobody guesses', async () => {
    const shop = await testShop()
    const id = await started(shop, COME_BACK)
    expect(await reserve(shop, id, alone('7'))).toMatchObject({ kind: 'reserved' })
    await reserve(shop, id, alone('8'))
    const [one, other] = await grantsOf(shop)
    expect(one).toMatchObject({ person: 7n, reservedMinor: 3000n, state: 'reserved', step: 0, turn: 0 })
    expect(one!.code).toMatch(/^BACK-[2-9A-HJKMNP-Z]{12}$/)
    expect(other!.code).not.toBe(one!.code)
    expect(await withShop(shop, (tx) => tx.work.count({ where: { shop, kind: 'issue-grants' } }))).toBe(1)
  })

  test('of store credit has no code', async () => {
    const shop = await testShop()
    const id = await started(shop, { ...COME_BACK, what: { kind: 'credit', amountMinor: 500 } })
    await reserve(shop, id, alone('7'))
    expect(await grantsOf(shop)).toMatchObject([{ code: null, reservedMinor: 500n }])
  })

  test('is a person’s once, under whatever account, also one that was linked later', async () => {
    const shop = await testShop()
    const id = await started(shop, COME_BACK)
    await reserve(shop, id, alone('8'))
    expect(await reserve(shop, id, alone('8'))).toEqual({ kind: 'had' })
    expect(await reserve(shop, id, { id: '5', accounts: ['5', '8'] }, { customer: '5' })).toEqual({ kind: 'had' })
    expect(await reserve(shop, id, alone('8'), { turn: 1 })).toMatchObject({ kind: 'reserved' })
  })

  test('of 40 for the last 10 places and for 25,000 of budget is 10 and 8, through both doors', async () => {
    const shop = await testShop()
    const places = await started(shop, { ...COME_BACK, takers: 10 })
    const budget = await started(shop, { ...COME_BACK, code: 'SOME', budgetMinor: 25_000 })
    const people = Array.from({ length: 40 }, (_, n) => alone(String(n + 1)))
    // Eight at a time: as many as the smaller door lends, and some who wait.
    const took = async (reward: number) => {
      const answers: Reserved[] = []
      for (let from = 0; from < people.length; from += 8)
        answers.push(...(await Promise.all(people.slice(from, from + 8).map((person, n) => take(reward, person, n)))))
      return answers
    }
    const take = (reward: number, person: Person, n: number) => {
      const to = { reward, step: 0, turn: 0, customer: person.id, person, because: [], at: now() }
      return n % 4 === 0
        ? withShopBulk(shop, (tx) => reserveGrant(tx, shop, to))
        : withShop(shop, (tx) => reserveGrant(tx, shop, to))
    }
    const [ofPlaces, ofBudget] = [await took(places), await took(budget)]
    expect(ofPlaces.filter(({ kind }) => kind === 'reserved')).toHaveLength(10)
    expect(ofPlaces.filter(({ kind }) => kind === 'over')).toEqual(Array(30).fill({ kind: 'over', by: 'takers' }))
    expect(ofBudget.filter(({ kind }) => kind === 'reserved')).toHaveLength(8)
    expect(ofBudget.filter(({ kind }) => kind === 'over')).toEqual(Array(32).fill({ kind: 'over', by: 'budget' }))
    expect(await grantsOf(shop)).toHaveLength(18)
  })

  test('of one person asked for eight times at once is one', async () => {
    const shop = await testShop()
    const id = await started(shop, COME_BACK)
    const person: Person = { id: '5', accounts: ['5', '6', '7'] }
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => reserve(shop, id, person, { customer: person.accounts[n % 3]! })),
    )
    expect(answers.filter(({ kind }) => kind === 'reserved')).toHaveLength(1)
    expect(answers.filter(({ kind }) => kind === 'had')).toHaveLength(7)
  })

  test('of a percentage ends once what it gave has reached the budget', async () => {
    const shop = await testShop()
    const id = await started(shop, { ...COME_BACK, what: { kind: 'percent', percent: 10 }, budgetMinor: 1000 })
    await reserve(shop, id, alone('1'))
    await withShop(shop, (tx) => tx.grant.updateMany({ where: { shop }, data: { state: 'used', spentMinor: 999n } }))
    expect(await reserve(shop, id, alone('2'))).toMatchObject({ kind: 'reserved' })
    await withShop(shop, (tx) => tx.grant.updateMany({ where: { shop }, data: { state: 'used', spentMinor: 999n } }))
    expect(await reserve(shop, id, alone('3'))).toEqual({ kind: 'over', by: 'budget' })
  })

  test('is not made any more by a reward that has ended', async () => {
    const shop = await testShop()
    const id = await started(shop, COME_BACK)
    await endReward(shop, id)
    expect(await reserve(shop, id, alone('1'))).toEqual({ kind: 'over', by: 'ended' })
  })

  test('is of the reward as it is under the lock, though it was changed while the claim waited', async () => {
    const shop = await testShop()
    const id = await started(shop, { ...COME_BACK, takers: 1 })
    await reserve(shop, id, alone('1'))
    const known = await withShop(shop, (tx) => tx.reward.findUniqueOrThrow({ where: { shop_id: { shop, id } } }))
    const definition = known.definition as RewardDefinition
    const larger = { ...definition, takers: 2, code: 'LATER' }
    await withShop(shop, (tx) => tx.reward.update({ where: { shop_id: { shop, id } }, data: { definition: larger } }))
    const claim = (customer: string) =>
      withShopForVisitor(shop, (tx) => {
        const to = { reward: id, step: 0, turn: 0, customer, person: alone(customer), because: [], at: now() }
        const token = { jti: Buffer.from(customer.padEnd(16)), reward: id, expiresAt: now() + 60_000 }
        return reserveClaim(tx, shop, to, { definition, timezone: null }, token)
      })
    expect(await claim('2')).toMatchObject({ kind: 'reserved' })
    expect(await claim('3')).toEqual({ kind: 'over', by: 'takers' })
    expect((await grantsOf(shop))[1]!.code).toMatch(/^LATER-/)
  })
})
