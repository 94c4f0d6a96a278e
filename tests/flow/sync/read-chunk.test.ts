import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { minorOf } from '#app/domain/money.ts'
import { emptyRows } from '#app/flow/sync/copy-text.ts'
import { CHUNK_BYTES, chunksOf, LINE_LIMIT_BYTES } from '#app/flow/sync/chunks.ts'
import { personNamed } from '#app/flow/sync/privacy-body.ts'
import { readChunk } from '#app/flow/sync/read-chunk.ts'
import { readLine, readOrder } from '#app/flow/sync/read-order.ts'

const AT = '2026-01-02T03:04:05Z'

function bag(amount: string) {
  return { shopMoney: { amount } }
}

function order(change: object = {}): object {
  return {
    id: 'gid://shopify/Order/1',
    name: '#1001',
    processedAt: AT,
    createdAt: AT,
    updatedAt: AT,
    cancelledAt: null,
    test: false,
    displayFinancialStatus: 'PAID',
    currencyCode: 'USD',
    customer: { id: 'gid://shopify/Customer/7' },
    purchasingEntity: { __typename: 'Customer' },
    subtotalPriceSet: bag('10.50'),
    totalPriceSet: bag('12.0'),
    totalDiscountsSet: bag('0.0'),
    discountCodes: [],
    refunds: [],
    ...change,
  }
}

function line(change: object = {}): object {
  return {
    id: 'gid://shopify/LineItem/5',
    title: 'Balm',
    sku: null,
    quantity: 1,
    currentQuantity: 1,
    product: null,
    originalUnitPriceSet: { shopMoney: { amount: '10.5', currencyCode: 'USD' } },
    discountAllocations: [],
    __parentId: 'gid://shopify/Order/1',
    ...change,
  }
}

function read(lines: (object | string)[], firstLine = 1) {
  const text = lines.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n') + '\n'
  return readChunk(Buffer.from(text), 'orders', 3, firstLine, false, emptyRows())
}

describe('a bad line is named by number and reason, and the rest loads', () => {
  test.each([
    ['not JSON', '{"id":'],
    ['not JSON', '\u0000'],
    ['object: not an object', '[]'],
    ['object: not an object', '17'],
    ['id: not an id', order({ id: 'gid://shopify/Order/12345678901234567890' })],
    ['id: not an id', order({ id: 'gid://shopify/Order/1;drop' })],
    ['id: not an id', order({ id: 17 })],
    ['customer: not an id', order({ customer: { id: 'gid://shopify/Order/1' } })],
    ['updatedAt: not a time', order({ updatedAt: 'yesterday' })],
    ['updatedAt: not a time', order({ updatedAt: '2026-13-45T00:00:00Z' })],
    ['currencyCode: not a currency', order({ currencyCode: 'dollars' })],
    ['totalPriceSet: not an amount', order({ totalPriceSet: bag('1e400') })],
    ['refunds: not a list', order({ refunds: null })],
    ['test: not true or false', order({ test: 'false' })],
    ['quantity: not a whole number', line({ quantity: 1e12 })],
    ['__parentId: not an id', line({ __parentId: 'gid://shopify/Product/1' })],
    ['nested too deeply', `{"id":${'['.repeat(5000)}${']'.repeat(5000)}}`],
  ])('%s', (reason, bad) => {
    const found = read([order(), bad, line()], 11)
    expect(found.bad).toEqual([{ line: 12, reason }])
    expect(found).toMatchObject({ rows: 2, roots: 1, linesRead: 3 })
  })
})

test('keys that would change every object change nothing', () => {
  const found = read([
    JSON.stringify(order()).replace('{', '{"__proto__":{"polluted":1},"constructor":{"prototype":{}},'),
  ])
  expect(found.bad).toEqual([])
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})

test('empty lines and a byte order mark are passed over', () => {
  const found = read(['\uFEFF' + JSON.stringify(order()), '', '  \r', line()])
  expect(found).toMatchObject({ rows: 2, blank: 2, bad: [] })
})

test('a last line without its end that cannot be read means that the file was cut off', () => {
  const first = `${JSON.stringify(order())}\n`
  const cut = readChunk(Buffer.from(`${first}{"id":"gid://sh`), 'orders', 3, 1, true, emptyRows())
  expect(cut).toMatchObject({ isCutOff: true, linesRead: 1, bytesRead: first.length, rows: 1, bad: [] })
  const whole = readChunk(Buffer.from(JSON.stringify(order())), 'orders', 3, 1, true, emptyRows())
  expect(whole).toMatchObject({ isCutOff: false, rows: 1 })
})

test('amounts are read as the domain reads them, in every kind of currency', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('USD', 'JPY', 'KRW', 'KWD'),
      fc.integer({ min: -999_999_999, max: 999_999_999 }),
      fc.stringMatching(/^\d{0,5}$/),
      (currency, whole, fraction) => {
        const amount = fraction === '' ? String(whole) : `${whole}.${fraction}`
        const told = readLine(line({ originalUnitPriceSet: { shopMoney: { amount, currencyCode: currency } } }))
        expect(told.unitMinor).toBe(minorOf(amount, currency))
      },
    ),
  )
})

test('discounts are written as code, auto and staff, codes in upper case', () => {
  const allocation = (discountApplication: object) => ({ allocatedAmountSet: bag('1.0'), discountApplication })
  const told = readLine(
    line({
      discountAllocations: [
        allocation({ __typename: 'DiscountCodeApplication', code: 'Welcome20' }),
        allocation({ __typename: 'AutomaticDiscountApplication', title: 'Summer sale' }),
        allocation({ __typename: 'ManualDiscountApplication', title: 'Sorry' }),
        allocation({ __typename: 'ScriptDiscountApplication', title: 'Two for one' }),
      ],
    }),
  )
  expect(told.discounts).toEqual(['auto:Summer sale', 'auto:Two for one', 'code:WELCOME20', 'staff:Sorry'])
  expect(told.discountMinor).toBe(400)
})

test('what Shopify leaves empty is nothing, not an error', () => {
  const told = readOrder(
    order({
      customer: null,
      purchasingEntity: null,
      subtotalPriceSet: null,
      totalDiscountsSet: null,
      displayFinancialStatus: null,
    }),
  )
  expect(told).toMatchObject({
    customer: null,
    isBusiness: false,
    subtotalMinor: 0,
    discountMinor: 0,
    financialStatus: '',
  })
})

describe('chunks', () => {
  async function* pieces(bytes: Buffer, size: number) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }

  test('end at line ends wherever the connection breaks its pieces', async () => {
    const bytes = Buffer.from(Array.from({ length: 60_000 }, (_, n) => `{"line":"${n} 블랙"}\n`).join('') + 'last')
    for (const size of [7919, 65_536, 3_000_000]) {
      let text = ''
      let end = 100
      for await (const chunk of chunksOf(pieces(bytes, size), 100)) {
        if (chunk.kind !== 'lines') throw new Error('no line is too long')
        expect(chunk.end).toBe(end + chunk.bytes.length)
        end = chunk.end
        if (!chunk.isLast) expect(chunk.bytes.at(-1)).toBe(10)
        text += chunk.bytes.toString()
      }
      expect(text).toBe(bytes.toString())
    }
  })

  test('a line beyond the limit is passed over without being held', async () => {
    const long = Buffer.concat([Buffer.from('a\n'), Buffer.alloc(LINE_LIMIT_BYTES * 3, 'x'), Buffer.from('\nb\n')])
    const seen: string[] = []
    for await (const chunk of chunksOf(pieces(long, 65_536), 0)) {
      seen.push(chunk.kind === 'lines' ? chunk.bytes.toString() : `too long, up to ${chunk.end}`)
    }
    expect(seen).toEqual(['a\n', `too long, up to ${long.length - 2}`, 'b\n'])
    expect(CHUNK_BYTES).toBeLessThan(LINE_LIMIT_BYTES)
  })
})

test('ids in a compliance body keep all their digits', () => {
  const body = '{"shop_domain":"A.myshopify.com","customer":{"id":706405506930370084},"orders_to_redact":[299938,"17"]}'
  expect(personNamed(Buffer.from(body))).toEqual({
    domain: 'a.myshopify.com',
    customer: '706405506930370084',
    orders: ['299938', '17'],
  })
  expect(personNamed(Buffer.from('null'))).toBeNull()
})
