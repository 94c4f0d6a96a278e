import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { endReward, saveReward } from '#app/flow/rewards/save.ts'
import { issueGrants } from '#app/flow/rewards/issue.ts'
import { rewardPage } from '#app/flow/rewards/pages.ts'
import { withdrawGranted } from '#app/flow/rewards/withdraw.ts'
import { now } from '#app/outside/clock.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { addDiscount, codeKey } from '#tests/shop/discounts.ts'
import { priceBasket } from '#tests/shop/pricing.ts'
import { owedWork, person, shownTo, workedAll } from './granted.ts'
import { codesInShop, customers, grantsOf, issueAll, killedAt, reserved, tally } from './issuing.ts'
import { discounts, HELD, rewardingShop, started, WELCOME } from './rewarded.ts'

const OF_EVERYBODY = { who: { kind: 'everybody' }, comparisonPercent: 0 } as const

async function ownShop(count: number): Promise<PlayedShop & { people: ReturnType<typeof customers>; reward: number }> {
  const played = await rewardingShop()
  played.world.lags.bulkCodesMs = 100
  const reward = await started(played.shop, OF_EVERYBODY)
  return { ...played, people: customers(played, count), reward }
}

async function isOneCodeEach(played: PlayedShop): Promise<void> {
  const grants = await grantsOf(played)
  expect(grants.map(({ state }) => state)).toEqual(grants.map(() => 'issued'))
  expect(codesInShop(played).sort()).toEqual(grants.map(({ code }) => codeKey(code!)).sort())
}

describe('own codes', () => {
  test('are of one discount of their step, single-use, bound to those who were granted them, with an end', async () => {
    const played = await ownShop(3)
    for (const person of played.people) await reserved(played, person, played)
    await issueAll(played)
    await isOneCodeEach(played)
    const [discount, ...more] = discounts(played)
    expect(more).toEqual([])
    expect(discount).toMatchObject({
      title: `Morello ${played.reward}.0: Welcome`,
      usageLimit: 1,
      oncePerCustomer: true,
      minimum: { subtotalMinor: 5000 },
      buyers: { kind: 'customers', ids: played.people.map(({ id }) => id) },
      // 60 days from the end of its last day in Seoul.
      endsAt: Date.parse(`${WELCOME.endsOn}T15:00:00Z`) + 60 * DAY_MS,
    })
    for (const { expiresAt } of await grantsOf(played)) {
      expect(expiresAt! - now()).toBeGreaterThan(60 * DAY_MS)
      expect(expiresAt).toBeLessThanOrEqual(discount!.endsAt!)
    }
  })

  test('are shown as there only once Shopify has made them', async () => {
    const played = await ownShop(2)
    played.world.lags.bulkCodesMs = DAY_MS
    for (const person of played.people) await reserved(played, person, played)
    expect(await issueGrants(played.shop, HELD)).toEqual({ againInMs: 1000 })
    // The first came with the discount itself.
    expect(await tally(played)).toBe('issued 1, asked 1')
    await issueGrants(played.shop, HELD)
    expect(await tally(played)).toBe('issued 1, asked 1')
    played.world.lags.bulkCodesMs = 0
    await issueAll(played)
    await isOneCodeEach(played)
  })

  test('are taken by the checkout from whom they belong to, once', async () => {
    const played = await ownShop(2)
    const product = played.world.addProduct({ title: 'Balm', priceMinor: 9000 })
    for (const person of played.people) await reserved(played, person, played)
    await issueAll(played)
    const [own] = await grantsOf(played)
    const [first] = played.people
    const stranger = customers(played, 1)[0]!
    const priced = (customerId: number) =>
      priceBasket(
        played.world,
        [{ productId: product.id, quantity: 1 }],
        { customerId, email: null },
        [own!.code!],
        played.world.now(),
      )
    expect(priced(first!.id)).toMatchObject({ refused: [] })
    expect(priced(stranger.id).refused).toHaveLength(1)
  })

  test.each([1, 4])('killed at any step, %i grants end with one code each in the shop', async (count) => {
    const played = await ownShop(count)
    for (const person of played.people) await reserved(played, person, played)
    for (let step = 0; step < 12; step += 1) await killedAt(played, step)
    await issueAll(played)
    await isOneCodeEach(played)
    expect(discounts(played)).toHaveLength(1)
  })

  test.each(['discountCodeBasicCreate', 'discountCodeBasicUpdate', 'discountRedeemCodeBulkAdd'])(
    'the answer to %s lost twice, each grant ends with one code',
    async (mutation) => {
      const played = await ownShop(3)
      for (const person of played.people) await reserved(played, person, played)
      played.local.faults.lostAnswers = { mutation, times: 2 }
      for (let tries = 0; tries < 3; tries += 1) await issueGrants(played.shop, HELD).catch(() => {})
      await issueAll(played)
      await isOneCodeEach(played)
      expect(discounts(played)).toHaveLength(1)
    },
  )

  test('of 600 people are made in as few calls as Shopify takes', async () => {
    const played = await ownShop(600)
    for (const person of played.people) await reserved(played, person, played)
    await issueAll(played)
    await isOneCodeEach(played)
    const { CodesAdd } = played.local.shop.callsByName()
    expect(CodesAdd).toBe(3)
  })

  test('that somebody else has are replaced before anybody saw them', async () => {
    const played = await ownShop(3)
    addDiscount(played.world, { title: 'Mine', codes: ['TAKEN-1', 'TAKEN-2'] })
    const [a, b, c] = played.people
    await reserved(played, a!, { ...played, code: 'TAKEN-1' })
    await reserved(played, b!, { ...played, code: 'TAKEN-2' })
    await reserved(played, c!, { ...played, code: 'FREE-3' })
    await issueAll(played)
    await isOneCodeEach(played)
    expect((await grantsOf(played)).map(({ code }) => code!.startsWith('TAKEN'))).toEqual([false, false, false])
  })

  test('of whom Shopify knows no more are not made, and hold up nobody', async () => {
    const played = await ownShop(3)
    for (const person of played.people) await reserved(played, person, played)
    played.world.customers.delete(played.people[1]!.id)
    await issueAll(played)
    expect(await tally(played)).toBe('issued 2, ended 1')
  })

  test('are for whoever has them where Shopify refuses the customers', async () => {
    const played = await ownShop(2)
    for (const person of played.people) await reserved(played, person, played)
    const errors = [{ field: ['basicCodeDiscount', 'context'], message: 'Too many customers', code: 'EXCEEDED_MAX' }]
    played.local.faults.userErrors = { mutation: 'discountCodeBasicCreate', times: 1, errors }
    await issueAll(played)
    await isOneCodeEach(played)
    expect(discounts(played)).toMatchObject([{ buyers: { kind: 'all' }, usageLimit: 1 }])
  })

  test('without the permission wait, and the grants say what is missing', async () => {
    const played = await ownShop(1)
    await played.local.shop.takeScopes('write_discounts')
    await reserved(played, played.people[0]!, played)
    expect(await issueGrants(played.shop, HELD)).toEqual({ againInMs: 600_000 })
    expect(await grantsOf(played)).toMatchObject([{ state: 'reserved', problem: 'scope-missing' }])
    await played.local.shop.grantScopes('write_discounts')
    await issueAll(played)
    await isOneCodeEach(played)
  })

  test('issued anew after a cancelled order are of another discount, for its use stays a use', async () => {
    const played = await ownShop(1)
    const [person] = played.people
    await reserved(played, person!, played)
    await issueAll(played)
    await reserved(played, person!, { ...played, turn: 1 })
    await issueAll(played)
    await isOneCodeEach(played)
    expect(discounts(played).map(({ title }) => title)).toEqual([
      `Morello ${played.reward}.0: Welcome`,
      `Morello ${played.reward}.0.1: Welcome`,
    ])
  })

  test('a gift takes its price off one piece of its product', async () => {
    const played = await rewardingShop()
    const product = played.world.addProduct({ title: 'Balm', priceMinor: 1500 })
    const what = {
      kind: 'gift',
      product: String(product.id),
      variant: String(product.variantId),
      title: 'Balm',
      priceMinor: 1500,
    } as const
    const reward = await started(played.shop, { ...OF_EVERYBODY, what })
    await reserved(played, customers(played, 1)[0]!, { reward, what })
    await issueAll(played)
    expect(discounts(played)).toMatchObject([
      { value: { amountMinor: 1500, onEach: false }, items: { kind: 'products', productIds: [product.id] } },
    ])
  })
})

describe('a reward with own codes', () => {
  test('that gets another name and more days takes its discount along; with fewer days what was promised stays', async () => {
    const played = await ownShop(1)
    await reserved(played, played.people[0]!, played)
    await issueAll(played)
    const before = discounts(played)[0]!.endsAt!
    const { definition } = await rewardPage(played.shop, played.reward)
    const day = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)
    await saveReward(played.shop, played.reward, { ...definition, name: 'Hello', endsOn: day(60) })
    await issueAll(played)
    const [longer] = discounts(played)
    expect(longer!.title).toBe(`Morello ${played.reward}.0: Hello`)
    expect(longer!.endsAt!).toBeGreaterThan(before)
    const end = longer!.endsAt
    await saveReward(played.shop, played.reward, { ...definition, name: 'Hello', endsOn: day(10) })
    await issueAll(played)
    expect(discounts(played)[0]!.endsAt).toBe(end)
  })

  test('that is ended by hand leaves its issued codes as promised, and keeps what was reserved', async () => {
    const played = await ownShop(2)
    await reserved(played, played.people[0]!, played)
    await issueAll(played)
    await reserved(played, played.people[1]!, played)
    await endReward(played.shop, played.reward)
    await issueAll(played)
    await isOneCodeEach(played)
    expect(discounts(played)[0]!.endsAt!).toBeGreaterThan(now())
  })

  test('whose discount the merchant ends in Shopify promises no further code until it is active again', async () => {
    const played = await ownShop(2)
    await reserved(played, played.people[0]!, played)
    await issueAll(played)
    const [discount] = discounts(played)
    const { endsAt } = discount!
    discount!.endsAt = Date.now() - 1000
    await reserved(played, played.people[1]!, played)
    await issueAll(played)
    expect(await tally(played)).toBe('issued 1, reserved 1')
    const row = await withShop(played.shop, (tx) => tx.rewardDiscount.findFirst({ where: { shop: played.shop } }))
    expect(row!.problem).toEqual({ kind: 'discount-gone' })
    discount!.endsAt = endsAt
    await issueAll(played)
    await isOneCodeEach(played)
  })

  test('of which the last is taken: whoever is still offered one is looked at again, and nobody twice', async () => {
    const played = await rewardingShop()
    const { shop } = played
    const reward = await started(shop, { ...OF_EVERYBODY, take: 'claimed', takers: 2 })
    const people = customers(played, 3)
    for (const { id } of people) await person(shop, String(id))
    const last = String(people[2]!.id)
    const isOwedAfter = async (looks: () => Promise<void>) => {
      await withShop(shop, (tx) => tx.work.deleteMany({ where: { shop } }))
      await looks()
      return (await owedWork(shop)).includes('grant-everybody')
    }
    await workedAll(shop)
    await reserved(played, people[0]!, { reward })
    expect(await isOwedAfter(() => issueAll(played))).toBe(false)
    expect((await shownTo(shop, last)).map(({ state }) => state)).toEqual(['claim'])
    await reserved(played, people[1]!, { reward })
    expect(await isOwedAfter(() => issueAll(played))).toBe(true)
    await workedAll(shop)
    expect(await shownTo(shop, last)).toEqual([])
    expect(await isOwedAfter(() => issueAll(played))).toBe(false)
  })

  test('leaves nothing in the shop when the app leaves it', async () => {
    const played = await ownShop(2)
    addDiscount(played.world, { title: 'Mine', codes: ['OTHER'] })
    for (const person of played.people) await reserved(played, person, played)
    await issueAll(played)
    await withdrawGranted(played.shop, HELD)
    await withdrawGranted(played.shop, HELD)
    expect([...played.world.codes.keys()]).toEqual(['other'])
    expect(await tally(played)).toBe('expired 2')
  })
})
