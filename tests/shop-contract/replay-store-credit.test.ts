// Replays recorded answers about store credit, in the order in which they were asked: credits and debits with their
// balances, a second currency, and every refusal. Recordings: shop-a 2026-04/customers/store-credit-account-*.
// Knowingly different: currencies that no store credit can be in (XXX, USDC) are not told apart; an owner's e-mail address is a level 2 field.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startLocalShop, type TestShop } from '#tests/support/local-shop.ts'
import { World } from '#tests/shop/world.ts'
import { callsOf, haveRecordings } from './recordings.ts'

const SCOPES = [
  'read_customers',
  'read_orders',
  'read_store_credit_accounts',
  'read_store_credit_account_transactions',
  'write_store_credit_account_transactions',
]

let shop: TestShop

beforeEach(async () => {
  shop = await startLocalShop({ world: new World({ currency: 'USD' }), scopes: SCOPES, level2: true })
})

afterEach(() => shop.stop())

/** A union without a selection, which Shopify let pass. */
const typed = (query: string) => query.replace(/\borigin$/m, 'origin { __typename }')
const MUTATIONS = /storeCreditAccount(Credit|Debit)\(/

describe.skipIf(!haveRecordings)('store credit, as a real shop booked it', () => {
  test('credits, debits, balances and refusals are the recorded ones', async () => {
    const calls = callsOf('2026-04/customers/store-credit-account-parity.json').filter(
      ({ query, at, response }) => MUTATIONS.test(query) && response.data != null && !at.includes('resultOnly'),
    )
    const [first] = calls
    const owner = String(first!.variables['id'])
    const { email } = theirAccount(first!.response.data)!.owner
    shop.world.addCustomer({ id: Number(owner.split('/').at(-1)), email })
    // The numbers of accounts are each shop's own: theirs to ours.
    const ids = new Map<string, string>()
    let compared = 0
    for (const { at, query, variables, response } of calls) {
      const id = String(variables['id'])
      const mine = await shop.admin(typed(query), { ...variables, id: ids.get(id) ?? id })
      const [theirs, ours] = [theirAccount(response.data), theirAccount(mine.data)]
      if (theirs && ours) ids.set(theirs.id, ours.id)
      expect(mine.errors, at).toBeUndefined()
      expect(withoutIds(mine.data), at).toEqual(withoutIds(response.data))
      compared += 1
    }
    expect(compared).toBeGreaterThan(15)
  })

  test('an owner or an account that is not there is refused in the recorded words', async () => {
    const calls = callsOf('2026-04/customers/store-credit-account-unknown-id-user-errors.json')
    for (const { query, variables, response, at } of calls.filter(({ query }) => MUTATIONS.test(query)))
      expect((await shop.admin(typed(query), variables)).data, at).toEqual(response.data)
  })
})

type Account = { id: string; owner: { email: string } }

function theirAccount(data: unknown): Account | null {
  const payload = Object.values(
    data as Record<string, { storeCreditAccountTransaction: { account: Account } | null }>,
  )[0]
  return payload?.storeCreditAccountTransaction?.account ?? null
}

function withoutIds(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/(StoreCreditAccount)\/\d+/g, '$1/N')) as unknown
}

const CREDIT = `mutation Credit($id: ID!, $creditInput: StoreCreditAccountCreditInput!) {
  storeCreditAccountCredit(id: $id, creditInput: $creditInput) {
    storeCreditAccountTransaction { id balanceAfterTransaction { amount } } userErrors { code } } }`
const READ = `query Read($id: ID!) { customer(id: $id) { storeCreditAccounts(first: 5) { nodes { balance { amount currencyCode }
  transactions(first: 20) { nodes { __typename amount { amount } balanceAfterTransaction { amount } event
    origin { ... on OrderTransaction { kind order { id } } }
    ... on StoreCreditAccountCreditTransaction { id expiresAt remainingAmount { amount } }
    ... on StoreCreditAccountExpirationTransaction { creditTransaction { id } } } } } } } }`

type Read = {
  customer: {
    storeCreditAccounts: { nodes: { balance: object; transactions: { nodes: Record<string, unknown>[] } }[] }
  }
}

async function read(id: string) {
  const { data, errors } = await shop.admin(READ, { id })
  expect(errors).toBeUndefined()
  return (data as unknown as Read).customer.storeCreditAccounts.nodes
}

describe('store credit', () => {
  test('an answer that is lost after it took effect has paid: the account’s transactions say so', async () => {
    const id = `gid://shopify/Customer/${shop.world.addCustomer().id}`
    shop.faults.lostAnswers = { mutation: 'storeCreditAccountCredit', times: 1 }
    const variables = { id, creditInput: { creditAmount: { amount: '5.00', currencyCode: 'USD' } } }
    await expect(shop.admin(CREDIT, variables)).rejects.toThrow()
    const [account] = await read(id)
    expect(account!.balance).toEqual({ amount: '5.0', currencyCode: 'USD' })
    expect(account!.transactions.nodes).toHaveLength(1)
    expect((await shop.admin(CREDIT, variables)).data).toMatchObject({
      storeCreditAccountCredit: { storeCreditAccountTransaction: { balanceAfterTransaction: { amount: '10.0' } } },
    })
  })

  test('ends when it ends, with a transaction of its own; an order that it paid is its origin', async () => {
    const customer = shop.world.addCustomer()
    const id = `gid://shopify/Customer/${customer.id}`
    const expiresAt = new Date(shop.world.now() + 3_600_000).toISOString()
    const creditInput = { creditAmount: { amount: '5.00', currencyCode: 'USD' }, expiresAt }
    await shop.admin(CREDIT, { id, creditInput })
    const { id: productId } = shop.world.addProduct({ priceMinor: 200 })
    const order = shop.happen.buy({
      customerId: customer.id,
      lines: [{ productId, quantity: 1 }],
      storeCredit: true,
    })
    shop.world.advance(1)
    const [account] = await read(id)
    expect(account!.balance).toMatchObject({ amount: '0.0' })
    const [given, paid, ended] = account!.transactions.nodes
    expect(given).toMatchObject({ remainingAmount: { amount: '3.0' }, expiresAt: `${expiresAt.slice(0, 19)}Z` })
    expect(paid).toMatchObject({
      __typename: 'StoreCreditAccountDebitTransaction',
      event: 'ORDER_PAYMENT',
      amount: { amount: '-2.0' },
      origin: { kind: 'SALE', order: { id: `gid://shopify/Order/${order.id}` } },
    })
    expect(ended).toMatchObject({
      __typename: 'StoreCreditAccountExpirationTransaction',
      amount: { amount: '-3.0' },
      creditTransaction: { id: given!['id'] },
    })
  })

  test('is refused without the scope, and nothing is booked', async () => {
    await shop.stop()
    shop = await startLocalShop({ scopes: ['read_customers', 'read_store_credit_accounts'] })
    const id = `gid://shopify/Customer/${shop.world.addCustomer().id}`
    const creditInput = { creditAmount: { amount: '5.00', currencyCode: 'USD' } }
    const { errors } = await shop.admin(CREDIT, { id, creditInput })
    expect(errors![0]).toMatchObject({
      message: expect.stringContaining('write_store_credit_account_transactions'),
      extensions: { code: 'ACCESS_DENIED' },
    })
    expect(shop.world.creditAccounts.size).toBe(0)
  })
})
