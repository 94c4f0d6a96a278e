import { describe, expect, test } from 'vitest'
import { answerParked } from '#app/flow/rewards/credit.ts'
import { issueGrants } from '#app/flow/rewards/issue.ts'
import { creditEnd } from '#app/domain/rewards/credit.ts'
import { now } from '#app/outside/clock.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { creditAccountsOf, giveCredit, openCreditAccount, payWithCredit } from '#tests/shop/store-credit.ts'
import type { WorldCustomer } from '#tests/shop/world.ts'
import { connectAs } from '#tests/support/database.ts'
import { writeStory } from '#tests/support/orders.ts'
import {
  CREDIT_SCOPES,
  credits,
  customers,
  FIVE_CREDIT,
  grantsOf,
  killedAt,
  later,
  reserved,
  tally,
} from './issuing.ts'
import { HELD, rewardingShop, started } from './rewarded.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

type CreditShop = PlayedShop & { person: WorldCustomer; reward: number }

async function creditShop(): Promise<CreditShop> {
  const played = await rewardingShop()
  await played.local.shop.grantScopes(...CREDIT_SCOPES)
  const reward = await started(played.shop, { who: { kind: 'everybody' }, what: FIVE_CREDIT })
  return { ...played, person: customers(played, 1)[0]!, reward }
}

/** One credit of five dollars is reserved for the shop's one customer. */
async function owing(): Promise<CreditShop & { grant: number }> {
  const played = await creditShop()
  return { ...played, grant: await reserved(played, played.person, { reward: played.reward, what: FIVE_CREDIT }) }
}

const issue = (played: PlayedShop) => issueGrants(played.shop, HELD)

function lost(played: PlayedShop, times = 1): void {
  played.local.faults.lostAnswers = { mutation: 'storeCreditAccountCredit', times }
}

/** It was written down that Shopify is asked, and the question never came there. */
async function neverSent(played: PlayedShop): Promise<void> {
  const stillMine = async () => {
    played.local.faults.resetNext = 1
  }
  await issueGrants(played.shop, { stillMine })
}

/** What the merchant gives by hand. */
function merchantGives({ world, person }: CreditShop, amountMinor: number, expiresAt: number | null = null): void {
  const account = creditAccountsOf(world, person.id)[0] ?? openCreditAccount(world, person.id, 'USD')
  giveCredit(world, account, amountMinor, { expiresAt })
}

/** Of two credits alike in the account, made since Shopify was asked, one may be the grant's. */
async function parked(): Promise<CreditShop & { grant: number }> {
  const played = await owing()
  lost(played)
  await issue(played)
  const [made] = creditAccountsOf(played.world, played.person.id)[0]!.transactions
  merchantGives(played, 500, made!.expiresAt!)
  await issue(played)
  return played
}

describe('store credit', () => {
  test('is given once, with an end, and known by Shopify’s number of it', async () => {
    const played = await owing()
    await issue(played)
    await issue(played)
    const [account] = creditAccountsOf(played.world, played.person.id)
    const [made] = account!.transactions
    const [grant] = await grantsOf(played)
    expect(account!.transactions).toHaveLength(1)
    expect(made).toMatchObject({ type: 'credit', amountMinor: 500, expiresAt: grant!.expiresAt })
    expect(grant).toMatchObject({ state: 'issued', problem: null })
    expect(grant!.outsideGid).toBe(`gid://shopify/StoreCreditAccountCreditTransaction/${made!.id}`)
    expect(grant!.expiresAt).toBe(creditEnd(played.grant, 60, 'Asia/Seoul', now()))
  })

  test('whose answer is lost is found in the account and not given again', async () => {
    const played = await owing()
    lost(played)
    expect(await issue(played)).toEqual({ againInMs: 5000 })
    expect([await tally(played), credits(played, played.person)]).toEqual(['asked 1', [500]])
    await issue(played)
    expect([await tally(played), credits(played, played.person)]).toEqual(['issued 1', [500]])
  })

  test.each([0, 1, 2])('killed at step %i is given once', async (step) => {
    const played = await owing()
    await killedAt(played, step)
    await issue(played)
    later(played, HOUR_MS + MINUTE_MS)
    await issue(played)
    expect([await tally(played), credits(played, played.person)]).toEqual(['issued 1', [500]])
  })

  test('that was never given is asked for again after an hour, and not before', async () => {
    const played = await owing()
    await neverSent(played)
    await issue(played)
    expect([await tally(played), credits(played, played.person)]).toEqual(['asked 1', []])
    later(played, HOUR_MS - 2 * MINUTE_MS)
    await issue(played)
    expect(credits(played, played.person)).toEqual([])
    later(played, 3 * MINUTE_MS)
    await issue(played)
    expect([await tally(played), credits(played, played.person)]).toEqual(['issued 1', [500]])
  })

  test.each([
    ['without an end', null],
    ['with an end of its own', 40 * 24 * HOUR_MS],
  ])('is told from a credit of the same amount by the merchant in between, %s', async (_, endsInMs) => {
    const played = await owing()
    lost(played)
    await issue(played)
    merchantGives(played, 500, endsInMs === null ? null : played.world.now() + endsInMs)
    await issue(played)
    expect([await tally(played), credits(played, played.person)]).toEqual(['issued 1', [500, 500]])
  })

  test('that was never given is given beside the merchant’s own of the same amount', async () => {
    const played = await owing()
    await neverSent(played)
    merchantGives(played, 500)
    await issue(played)
    later(played, HOUR_MS + MINUTE_MS)
    await issue(played)
    expect([await tally(played), credits(played, played.person)]).toEqual(['issued 1', [500, 500]])
  })

  test('is given once where Shopify’s reads are half an hour behind', async () => {
    const played = await owing()
    played.world.lags.creditMs = 30 * MINUTE_MS
    lost(played)
    await issue(played)
    for (let minutes = 0; minutes < 90; minutes += 10) {
      await issue(played)
      later(played, 10 * MINUTE_MS)
    }
    expect([await tally(played), credits(played, played.person)]).toEqual(['issued 1', [500]])
  })

  test('that could be two things is left to a person, and nothing is given meanwhile', async () => {
    const played = await parked()
    expect(await grantsOf(played)).toMatchObject([{ state: 'parked', problem: 'credit-unclear' }])
    later(played, 2 * HOUR_MS)
    await issue(played)
    expect([await tally(played), credits(played, played.person)]).toEqual(['parked 1', [500, 500]])
  })

  test('that a person says was paid counts as given, and nothing more is paid', async () => {
    const played = await parked()
    await answerParked(played.shop, played.grant, true)
    expect(await grantsOf(played)).toMatchObject([{ state: 'issued', problem: null }])
    later(played, 2 * HOUR_MS)
    await issue(played)
    expect([await tally(played), credits(played, played.person)]).toEqual(['issued 1', [500, 500]])
    await expect(answerParked(played.shop, played.grant, false)).rejects.toThrow('not parked')
  })

  test('that a person says to pay again is given once more, and once only', async () => {
    const played = await parked()
    await answerParked(played.shop, played.grant, false)
    await expect(answerParked(played.shop, played.grant, false)).rejects.toThrow('not parked')
    expect(await tally(played)).toBe('reserved 1')
    await issue(played)
    later(played, 2 * HOUR_MS)
    await issue(played)
    expect([await tally(played), credits(played, played.person)]).toEqual(['issued 1', [500, 500, 500]])
  })

  test('of two grants of one person is two credits, each found where both answers are lost', async () => {
    const played = await owing()
    await reserved(played, played.person, { reward: played.reward, step: 0, turn: 1, what: FIVE_CREDIT })
    lost(played, 2)
    await issue(played)
    await issue(played)
    const gids = (await grantsOf(played)).map(({ outsideGid }) => outsideGid)
    expect([await tally(played), credits(played, played.person)]).toEqual(['issued 2', [500, 500]])
    expect(new Set(gids).size).toBe(2)
  })

  test('that Shopify refuses says so, and is not asked for again and again', async () => {
    const played = await owing()
    merchantGives(played, 9_999_900)
    await issue(played)
    expect(await grantsOf(played)).toMatchObject([{ state: 'reserved', problem: 'shopify-refused' }])
    played.local.shop.forgetCalls()
    await issue(played)
    expect(played.local.shop.callsByName()).not.toHaveProperty('CreditGive')
  })

  test('without the permission waits, and the grant says what is missing', async () => {
    const played = await owing()
    await played.local.shop.takeScopes(...CREDIT_SCOPES)
    expect(await issue(played)).toEqual({ againInMs: 600_000 })
    expect(await grantsOf(played)).toMatchObject([{ state: 'reserved', problem: 'scope-missing' }])
    await played.local.shop.grantScopes(...CREDIT_SCOPES)
    await issue(played)
    expect([await tally(played), credits(played, played.person)]).toEqual(['issued 1', [500]])
  })

  test('that was spent on an order says how much and by which', async () => {
    const played = await owing()
    await issue(played)
    const { world, person, shop } = played
    const order = world.addOrder({ customerId: person.id, lines: [] })
    payWithCredit(world, { id: order.id, customerId: person.id }, 300)
    await connectAs('superuser', (client) =>
      writeStory(client, shop, {
        currency: 'USD',
        timezone: 'Asia/Seoul',
        orders: [{ customer: person.id, at: now(), lines: [{ product: 1 }] }],
      }),
    )
    later(played, MINUTE_MS)
    await connectAs('superuser', (client) =>
      client.query(`UPDATE "Order" SET "fetchedAt" = now() + interval '30 seconds' WHERE shop = $1`, [shop]),
    )
    await issue(played)
    expect(await grantsOf(played)).toMatchObject([{ state: 'used', spentMinor: 300, usedOrder: order.id }])
  })
})
