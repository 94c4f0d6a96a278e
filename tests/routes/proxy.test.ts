import { beforeEach, describe, expect, test } from 'vitest'

import type { ClaimAnswer, VisitorOffers } from '#app/domain/wire.ts'
import { forgetEndedTokens } from '#app/flow/visitor-tokens.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { visitorDoor } from '#app/outside/visitor.server.ts'
import { makeToken, type TokenPurpose } from '#app/outside/visitor-token.server.ts'
import { become, claimable, grantsOf, offered } from '#tests/flow/rewards/offered.ts'
import { freshDomain, testShop } from '#tests/support/database.ts'
import { proxyParameters, proxyQuery } from '#tests/support/signed.ts'
import { timeIs } from '#tests/support/time.ts'
import { VISITOR_ROADS, arrival, read, type Asks } from '#tests/support/visitors.ts'

const door = visitorDoor(VISITOR_ROADS)
const ANNA = 71
const BEN = 82

let domain: string
let shop: ShopId
let start: number
beforeEach(async () => {
  domain = freshDomain()
  shop = await testShop(domain)
  start = Date.now()
})

const ask = async (name: string, asks: Asks = {}, of = domain) => read(await door(arrival(of, name, asks)))

async function offersOf(customer: number): Promise<VisitorOffers> {
  return (await ask('offers', { customer })) as unknown as VisitorOffers
}

async function claimToken(customer: number): Promise<string> {
  return (await offersOf(customer)).offers[0]!.tokens.claim!
}

const claim = (customer: number, token: string) =>
  ask('claim', { customer, body: { token } }) as Promise<ClaimAnswer & { status: number }>

/** A token as we would make it, for whatever is to be tried. */
const tokenFor = (purpose: TokenPurpose, customer: number, reward: number, at = Date.now(), of: number = shop) =>
  makeToken({ shop: of, customerId: String(customer), purpose }, reward, at)

describe('their offers', () => {
  test('are what the theme shows them, with a token for each thing that they may do', async () => {
    const reward = await claimable(shop)
    await offered(shop, reward, [ANNA])
    const { off, offers, optOut } = await offersOf(ANNA)
    expect(off).toBe(false)
    expect(offers).toEqual([expect.objectContaining({ id: reward, state: 'claim' })])
    expect(offers[0]!.tokens).toEqual({ seen: expect.any(String), claim: expect.any(String), ask: null })
    expect(optOut).toEqual(expect.any(String))
  })

  test.each([
    ['a guest', ''],
    ['somebody else', String(BEN)],
    ['a customer that no shop can have', '99999999999999999999'],
  ])('are not shown to %s', async (_, customer) => {
    const reward = await claimable(shop)
    await offered(shop, reward, [ANNA])
    const { offers } = (await ask('offers', { customer })) as unknown as VisitorOffers
    expect(offers).toEqual([])
  })

  test('that they have taken are not offered again', async () => {
    const reward = await claimable(shop)
    await offered(shop, reward, [ANNA])
    expect((await claim(ANNA, await claimToken(ANNA))).state).toBe('reserved')
    expect((await offersOf(ANNA)).offers).toEqual([])
  })

  test('are explained by facts, and one that is not theirs by nothing', async () => {
    const reward = await claimable(shop)
    const missing = [{ kind: 'order' as const, done: 1, of: 2 }]
    await offered(shop, reward, [ANNA], { offer: { state: 'progress', because: 'loyal', missing } })
    const why = (customer: number, fields: Record<string, string>) => ask('why', { customer, fields })
    expect(await why(ANNA, { reward: String(reward) })).toEqual({
      status: 200,
      because: 'loyal',
      state: 'progress',
      join: 'and',
      missing,
      endsOn: '2027-01-05',
    })
    for (const other of [
      await why(BEN, { reward: String(reward) }),
      await why(ANNA, { reward: String(reward + 1) }),
      await why(ANNA, {}),
      await ask('why', { fields: { reward: String(reward) } }),
    ])
      expect(other).toEqual({ status: 200, because: null })
  })
})

describe('a claim', () => {
  test('is one grant, however often it is sent: with one token a thousand times, and with new ones', async () => {
    const reward = await claimable(shop)
    await offered(shop, reward, [ANNA])
    const [token, other] = [await claimToken(ANNA), await claimToken(ANNA)]
    for (let n = 0; n < 1000; n++) {
      // As quickly as one customer may.
      timeIs(start + n * 500)
      expect((await claim(ANNA, token)).state).toBe('reserved')
    }
    expect((await claim(ANNA, other)).state).toBe('reserved')
    expect(await grantsOf(shop, reward)).toEqual([
      expect.objectContaining({ customer: BigInt(ANNA), state: 'reserved', reservedMinor: 3000n, turn: 0 }),
    ])
    const works = await withShop(shop, (tx) => tx.work.findMany({ where: { shop } }))
    expect(works.map(({ kind, version }) => `${kind} ${version}`).sort()).toEqual([
      'grant-customer 1',
      'issue-grants 1',
    ])
  })

  test('is answered with the code once Shopify has it, and is over when that was used', async () => {
    const reward = await claimable(shop)
    await offered(shop, reward, [ANNA])
    const token = await claimToken(ANNA)
    await claim(ANNA, token)
    await become(shop, reward, 'asked', 'FIRST-ABC')
    expect(await claim(ANNA, token)).toEqual({ status: 200, state: 'reserved' })
    await become(shop, reward, 'issued')
    expect(await claim(ANNA, token)).toEqual({ status: 200, state: 'issued', code: 'FIRST-ABC' })
    await become(shop, reward, 'used')
    expect(await claim(ANNA, token)).toEqual({ status: 200, state: 'over' })
  })

  test('of the second account of one person is answered with what the first has, and is no second grant', async () => {
    const reward = await claimable(shop)
    await offered(shop, reward, [ANNA, BEN])
    const since = new Date(start)
    const link = { shop, a: ANNA, b: BEN, state: 'confirmed', because: ['email'], suggestedAt: since, decidedAt: since }
    await withShop(shop, (tx) => tx.personLink.create({ data: link }))
    await claim(ANNA, await claimToken(ANNA))
    expect((await claim(BEN, await claimToken(BEN))).state).toBe('reserved')
    expect(await grantsOf(shop, reward)).toHaveLength(1)
  })

  test('of what comes to a suspect as credit is credit, as they were shown', async () => {
    const reward = await claimable(shop, { suspects: 'credit' })
    await offered(shop, reward, [ANNA], { facts: { isSuspect: true, insteadMinor: [700] } })
    await offered(shop, reward, [BEN])
    await claim(ANNA, await claimToken(ANNA))
    await claim(BEN, await claimToken(BEN))
    const grants = await grantsOf(shop, reward)
    expect(grants.map(({ what }) => what)).toEqual([
      { kind: 'credit', amountMinor: 700 },
      { kind: 'amount', amountMinor: 3000 },
    ])
  })

  test('by a person whose other account has another reward open is not theirs for now', async () => {
    const [one, other] = [await claimable(shop), await claimable(shop, { code: 'OTHER' })]
    await offered(shop, one, [ANNA])
    await offered(shop, other, [BEN])
    const since = new Date(start)
    const link = { shop, a: ANNA, b: BEN, state: 'confirmed', because: ['email'], suggestedAt: since, decidedAt: since }
    await withShop(shop, (tx) => tx.personLink.create({ data: link }))
    const tokens = [await claimToken(ANNA), await claimToken(BEN)]
    const answers = await Promise.all([claim(ANNA, tokens[0]!), claim(BEN, tokens[1]!)])
    expect(answers.map(({ state }) => state).sort()).toEqual(['not-yours', 'reserved'])
  })

  test('at once by 60 for 20 places: 20 grants; the others read that it is over', async () => {
    const reward = await claimable(shop, { takers: 20 })
    const customers = Array.from({ length: 60 }, (_, n) => 1000 + n)
    await offered(shop, reward, customers)
    const tokens = await Promise.all(customers.map(claimToken))
    const answers = await Promise.all(customers.map((customer, n) => claim(customer, tokens[n]!)))
    const states = answers.map(({ state }) => state)
    expect(states.filter((state) => state === 'reserved')).toHaveLength(20)
    expect(states.filter((state) => state === 'over')).toHaveLength(40)
    expect(await grantsOf(shop, reward)).toHaveLength(20)
  })

  test('stops where one more would go over the budget, not one earlier', async () => {
    const reward = await claimable(shop, { budgetMinor: 9_500 })
    const customers = Array.from({ length: 10 }, (_, n) => 1000 + n)
    await offered(shop, reward, customers)
    const answers = await Promise.all(customers.map(async (customer) => claim(customer, await claimToken(customer))))
    expect(answers.filter(({ state }) => state === 'reserved')).toHaveLength(3)
    const exact = await claimable(shop, { budgetMinor: 3_000 })
    await withShop(shop, (tx) => tx.customerRewards.deleteMany({ where: { shop } }))
    await offered(shop, exact, [ANNA])
    expect((await claim(ANNA, await claimToken(ANNA))).state).toBe('reserved')
  })

  test('finds the place of one that was taken back free again', async () => {
    const reward = await claimable(shop, { takers: 1 })
    await offered(shop, reward, [ANNA, BEN])
    await claim(ANNA, await claimToken(ANNA))
    expect((await claim(BEN, await claimToken(BEN))).state).toBe('over')
    await become(shop, reward, 'ended')
    expect((await claim(BEN, await claimToken(BEN))).state).toBe('reserved')
  })

  test.each([
    ['is in the comparison group', { arm: 'comparison' as const }, {}, 'live', 'not-yours'],
    ['still has something to do', { offer: { state: 'progress' as const } }, {}, 'live', 'not-yours'],
    ['is offered what is given, not taken', {}, { take: 'given' as const }, 'live', 'not-yours'],
    ['comes after it has ended', {}, {}, 'ended', 'over'],
  ])('by somebody who %s makes no grant', async (_, place, definition, state, answer) => {
    const reward = await claimable(shop, definition, state)
    await offered(shop, reward, [ANNA], place)
    expect(await claim(ANNA, tokenFor('claim', ANNA, reward))).toEqual({ status: 200, state: answer })
    expect(await grantsOf(shop, reward)).toEqual([])
  })

  test('by somebody whom nothing was offered, or of a reward that is not there, makes no grant', async () => {
    const reward = await claimable(shop)
    expect((await claim(ANNA, tokenFor('claim', ANNA, reward))).state).toBe('not-yours')
    expect((await claim(ANNA, tokenFor('claim', ANNA, reward + 1))).state).toBe('not-yours')
    expect(await grantsOf(shop, reward)).toEqual([])
  })
})

describe('a token', () => {
  const bodies: Record<string, (token: string, reward: number) => object> = {
    claim: (token) => ({ token }),
    'opt-out': (token) => ({ off: true, token }),
    seen: (token) => ({ kind: 'seen', token }),
    ask: (token, reward) => ({ reward, token }),
  }
  const purposes = Object.keys(bodies) as TokenPurpose[]

  test.each(purposes)(
    'for %s is refused to another customer, shop, purpose, a guest, too late, and changed',
    async (purpose) => {
      const reward = await claimable(shop)
      await offered(shop, reward, [ANNA, BEN], { offer: { state: purpose === 'ask' ? 'refused' : 'claim' } })
      const other = await testShop()
      const right = tokenFor(purpose, ANNA, reward)
      const late = tokenFor(purpose, ANNA, reward, start - 11 * 60_000)
      const wrong: [string | number, string][] = [
        [BEN, right],
        ['', right],
        [ANNA, tokenFor(purpose, ANNA, reward, start, other)],
        [ANNA, late],
        [ANNA, `${right.slice(0, 40)}${right[40] === 'A' ? 'B' : 'A'}${right.slice(41)}`],
        [ANNA, ''],
        ...purposes
          .filter((each) => each !== purpose)
          .map((each): [number, string] => [ANNA, tokenFor(each, ANNA, reward)]),
      ]
      for (const [customer, token] of wrong)
        expect(await ask(purpose, { customer, body: bodies[purpose]!(token, reward) })).toEqual({
          status: 403,
          error: 'not-allowed',
        })
      const rows = await withShop(shop, async (tx) => [
        await tx.grant.count({ where: { shop } }),
        await tx.offersOff.count({ where: { shop } }),
        await tx.rewardExposure.count({ where: { shop } }),
        await tx.visitorToken.count({ where: { shop } }),
      ])
      expect(rows).toEqual([0, 0, 0, 0])
      expect((await ask(purpose, { customer: ANNA, body: bodies[purpose]!(right, reward) })).status).toBe(200)
    },
  )

  test('that was redeemed does nothing a second time, even if nothing is left of the first', async () => {
    const reward = await claimable(shop)
    await offered(shop, reward, [ANNA])
    const token = await claimToken(ANNA)
    await claim(ANNA, token)
    await withShop(shop, (tx) => tx.grant.deleteMany({ where: { shop } }))
    expect(await claim(ANNA, token)).toEqual({ status: 403, error: 'not-allowed' })
    expect(await grantsOf(shop, reward)).toEqual([])
  })

  test('is remembered as used until it ends', async () => {
    const reward = await claimable(shop)
    await offered(shop, reward, [ANNA])
    await claim(ANNA, await claimToken(ANNA))
    const kept = () => withShop(shop, (tx) => tx.visitorToken.count({ where: { shop } }))
    await forgetEndedTokens(shop)
    expect(await kept()).toBe(1)
    await withShop(shop, (tx) =>
      tx.visitorToken.updateMany({ where: { shop }, data: { expiresAt: new Date(start - 1) } }),
    )
    await forgetEndedTokens(shop)
    expect(await kept()).toBe(0)
  })
})

describe('personal offers', () => {
  test('are switched off and on, and what is theirs already stays', async () => {
    const reward = await claimable(shop)
    await offered(shop, reward, [ANNA])
    await offered(shop, reward, [BEN], { offer: { state: 'open', code: 'FIRST-BEN' } })
    for (const customer of [ANNA, BEN]) {
      const { optOut } = await offersOf(customer)
      expect(await ask('opt-out', { customer, body: { off: true, token: optOut } })).toEqual({ status: 200, off: true })
      expect(await ask('opt-out', { customer, body: { off: false, token: optOut } })).toEqual({
        status: 403,
        error: 'not-allowed',
      })
    }
    expect(await offersOf(ANNA)).toMatchObject({ off: true, offers: [] })
    expect((await offersOf(BEN)).offers).toEqual([expect.objectContaining({ code: 'FIRST-BEN' })])
    const { optOut } = await offersOf(ANNA)
    await ask('opt-out', { customer: ANNA, body: { off: false, token: optOut } })
    expect(await offersOf(ANNA)).toMatchObject({ off: false, offers: [{ id: reward }] })
  })
})

describe('that an offer was seen', () => {
  test('is noted once for each kind and day of the shop, and not of who has no place in it', async () => {
    const reward = await claimable(shop)
    await offered(shop, reward, [ANNA])
    await withShop(shop, (tx) => tx.shop.update({ where: { shop }, data: { timezone: 'Asia/Seoul' } }))
    const midnight = Date.UTC(2026, 10, 23, 15)
    const seen = async (at: number, kind: string, customer = ANNA) => {
      timeIs(at)
      const token = tokenFor('seen', customer, reward, at)
      expect((await ask('seen', { customer, body: { kind, token } })).status).toBe(200)
    }
    await seen(midnight - 1000, 'seen')
    await seen(midnight - 500, 'seen')
    await seen(midnight - 100, 'clicked')
    await seen(midnight + 100, 'seen')
    await seen(midnight + 200, 'seen', BEN)
    const rows = await withShop(shop, (tx) => tx.rewardExposure.findMany({ where: { shop }, orderBy: { at: 'asc' } }))
    expect(rows.map(({ customer, kind, day }) => `${customer} ${kind} ${day.toISOString().slice(0, 10)}`)).toEqual([
      `${ANNA} seen 2026-11-23`,
      `${ANNA} clicked 2026-11-23`,
      `${ANNA} seen 2026-11-24`,
    ])
    expect((await ask('seen', { customer: ANNA, body: { kind: 'bought', token: 'x' } })).status).toBe(422)
  })
})

describe('who is refused a first order’s reward', () => {
  test('asks the shop once: it waits for the merchant, and holds nothing of the budget', async () => {
    const reward = await claimable(shop, { takers: 1 })
    await offered(shop, reward, [ANNA], { offer: { state: 'refused' } })
    for (let times = 0; times < 3; times++) {
      const token = (await offersOf(ANNA)).offers[0]?.tokens.ask ?? tokenFor('ask', ANNA, reward)
      expect(await ask('ask', { customer: ANNA, body: { reward, token } })).toEqual({ status: 200, asked: true })
    }
    expect(await grantsOf(shop, reward)).toEqual([
      expect.objectContaining({
        customer: BigInt(ANNA),
        state: 'waiting',
        reservedMinor: null,
        because: [{ kind: 'asked' }],
      }),
    ])
  })

  test('has nothing to ask where nothing was refused, and no token of another reward helps', async () => {
    const reward = await claimable(shop)
    await offered(shop, reward, [ANNA])
    const refused = { status: 403, error: 'not-allowed' }
    const body = { reward, token: tokenFor('ask', ANNA, reward) }
    expect(await ask('ask', { customer: ANNA, body })).toEqual(refused)
    const other = { reward: reward + 1, token: tokenFor('ask', ANNA, reward) }
    expect(await ask('ask', { customer: ANNA, body: other })).toEqual(refused)
    expect(await grantsOf(shop, reward)).toEqual([])
  })
})

describe('every road', () => {
  const deeds = ['claim', 'opt-out', 'seen', 'ask', 'answer', 'take-back']
  test.each(Object.keys(VISITOR_ROADS))(
    '%s refuses a wrong signature, and a right one of another shop',
    async (name) => {
      const reward = await claimable(shop)
      await offered(shop, reward, [ANNA], { offer: { text: 'CNRY-HEADLINE' } })
      const isDeed = deeds.includes(name)
      const token = tokenFor(name as TokenPurpose, ANNA, reward)
      const bodies: Record<string, object> = {
        claim: { token },
        'opt-out': { off: true, token },
        seen: { kind: 'seen', token },
        ask: { reward, token },
        answer: { token: tokenFor('survey', ANNA, 0), consent: true, answers: { 1: [2] } },
        'take-back': { token: tokenFor('survey', ANNA, 0) },
      }
      const asks: Asks = isDeed ? { body: bodies[name] } : {}
      const wrong = proxyQuery(proxyParameters(domain, ANNA), 'another-secret-of-the-tests')
      expect(await ask(name, { ...asks, query: wrong })).toEqual({ status: 401, error: 'not-signed' })
      const other = freshDomain()
      await testShop(other)
      const answer = await ask(name, { ...asks, customer: ANNA }, other)
      expect(answer.status).toBe(isDeed ? 403 : 200)
      expect(JSON.stringify(answer)).not.toContain('CNRY')
      expect(await ask(name, { ...asks, customer: ANNA }, freshDomain())).toEqual({ status: 404, error: 'not-found' })
      expect(await grantsOf(shop, reward)).toEqual([])
    },
  )
})
