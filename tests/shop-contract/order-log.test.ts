import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { loadOrders } from '#tests/shop/order-log.ts'

const NOW = Date.UTC(2026, 10, 22, 4, 0, 0, 250)
const OWN = 'order,customer,time,sku,title,quantity,unit_price,discount,code,currency'
const RETAIL = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'

const folder = mkdtempSync(join(tmpdir(), 'order-log-'))
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0
async function loaded(content: string | Buffer, now = NOW) {
  count += 1
  const file = join(folder, `log-${count}.csv`)
  writeFileSync(file, content)
  return await loadOrders(file, now)
}

const ownLog = (...lines: string[]): string => [OWN, ...lines].join('\n')

describe('our own columns', () => {
  test('lines of one order come together, a blank customer is a guest, and money is exact', async () => {
    const { world, badLines } = await loaded(
      ownLog(
        'A1,c1,2026-01-01T10:00:00Z,T1,Toner,2,24000,9600,WELCOME20,KRW',
        'A1,c1,2026-01-01T10:00:00Z,S1,Serum,1,34000,,,KRW',
        'A2,,2026-01-02T10:00:00+09:00,T1,Toner,1,24000,0,,KRW',
      ),
    )
    expect(badLines).toEqual([])
    const [first, guest] = [...world.orders.values()]
    expect(world.shop.currency).toBe('KRW')
    expect(first!.lines.map((line) => [line.sku, line.quantity, line.unitMinor, line.allocations])).toEqual([
      ['T1', 2, 24000, [{ discount: 0, minor: 9600 }]],
      ['S1', 1, 34000, []],
    ])
    expect(first!.discounts).toEqual([{ kind: 'code', title: 'WELCOME20' }])
    expect(guest!.customerId).toBeNull()
    expect(world.customers.size).toBe(1)
    expect(world.products.size).toBe(2)
  })

  test('all times move by the same whole seconds, and the newest order is now', async () => {
    const { world } = await loaded(
      ownLog(
        'A1,c1,2020-01-01T10:00:00Z,T1,Toner,1,10.10,,,EUR',
        'A1,c1,2020-01-01T09:59:30Z,T2,Toner,1,10.10,,,EUR',
        'A2,c1,2020-01-03T10:00:00Z,T1,Toner,1,10.10,,,EUR',
      ),
    )
    const [first, last] = [...world.orders.values()]
    expect(last!.processedAt).toBe(Math.floor(NOW / 1000) * 1000)
    expect(last!.processedAt - first!.processedAt).toBe((2 * 86_400 + 30) * 1000)
    expect(first!.lines[0]!.unitMinor).toBe(1010)
  })

  test('a byte order mark, CRLF, quotes, commas and line breaks inside fields, columns in another order, gzip', async () => {
    const text =
      '\uFEFFcustomer,order,time,sku,title,quantity,unit_price,discount,code,currency\r\n' +
      'c1,A1,2026-01-01 10:00:00,T1,"Toner, ""big""\r\nsize",1,5.00,,,USD\r\n' +
      'c2,A2,2026-01-02,T1,시카 토너,1,5.00,,,USD'
    for (const content of [text, gzipSync(text)]) {
      const { world, badLines } = await loaded(content)
      expect(badLines).toEqual([])
      expect([...world.orders.values()].map((order) => order.lines[0]!.title)).toEqual([
        'Toner, "big"\nsize',
        '시카 토너',
      ])
    }
  })

  test('each bad line is named with its number and reason, and the rest loads', async () => {
    const good = (order: string): string => `${order},c1,2026-01-01T10:00:00Z,T1,Toner,1,5.00,,,USD`
    const { world, badLines } = await loaded(
      ownLog(
        good('A1'),
        'A2,c1,2026-01-01T10:00:00Z,T1,Toner,1,5.00,,USD',
        'A3,c1,yesterday,T1,Toner,1,5.00,,,USD',
        'A4,c1,2026-02-30T10:00:00Z,T1,Toner,1,5.00,,,USD',
        'A5,c1,2026-01-01T10:00:00Z,T1,Toner,0,5.00,,,USD',
        'A6,c1,2026-01-01T10:00:00Z,T1,Toner,1.5,5.00,,,USD',
        'A7,c1,2026-01-01T10:00:00Z,T1,Toner,1,-5.00,,,USD',
        'A8,c1,2026-01-01T10:00:00Z,T1,Toner,1,5.00,6.00,,USD',
        'A9,c1,2026-01-01T10:00:00Z,T1,Toner,1,5.00,,,dollars',
        ',c1,2026-01-01T10:00:00Z,T1,Toner,1,5.00,,,USD',
        'A1,c2,2026-01-01T10:00:00Z,T1,Toner,1,5.00,,,USD',
        'A1,c1,2026-01-01T10:00:00Z,T1,Toner,1,5.00,,,EUR',
        '',
        good('B1'),
      ),
    )
    expect([...world.orders.values()].map((order) => order.name)).toEqual(['#A1', '#B1'])
    expect(badLines.map((bad) => bad.line)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
    expect(badLines.map((bad) => bad.reason)).toEqual([
      '9 columns where the header has 10',
      'time is not a time (2026-01-31T12:00:00Z): "yesterday"',
      'time is not a time (2026-01-31T12:00:00Z): "2026-02-30T10:00:00Z"',
      'quantity is not above 0: "0"',
      'quantity is not a whole number: "1.5"',
      'unit_price is not an amount: "-5.00"',
      'discount is more than the line costs',
      'currency is not three capital letters: "dollars"',
      'no order',
      'order A1 already belongs to another customer',
      'order A1 is already in USD',
    ])
  })

  test('a column of statuses may come beside them, one word for a whole order', async () => {
    const { world, badLines } = await loaded(
      [
        `${OWN},status`,
        'A1,c1,2026-01-01T10:00:00Z,T1,Toner,1,5.00,,,USD,',
        'A2,c1,2026-01-02T10:00:00Z,T1,Toner,1,5.00,,,USD,cancelled',
        'A3,c1,2026-01-03T10:00:00Z,T1,Toner,1,5.00,,,USD,refunded',
        'A3,c1,2026-01-03T10:00:00Z,T2,Toner,1,5.00,,,USD,paid',
        'A4,c1,2026-01-04T10:00:00Z,T1,Toner,1,5.00,,,USD,lost',
      ].join('\n'),
    )
    expect(
      [...world.orders.values()].map((order) => [order.financialStatus, order.cancelledAt === order.processedAt]),
    ).toEqual([
      ['PAID', false],
      ['PAID', true],
      ['REFUNDED', false],
    ])
    expect(badLines.map((bad) => bad.reason)).toEqual([
      'order A3 is already refunded',
      'status is not paid, cancelled or refunded: "lost"',
    ])
  })

  test('a quote that is never closed costs its own line, not the file', async () => {
    const good = Array.from({ length: 120 }, (_, index) => `B${index},c1,2026-01-01T10:00:00Z,T1,Toner,1,5.00,,,USD`)
    const { world, badLines } = await loaded(ownLog('A1,c1,2026-01-01T10:00:00Z,T1,"Toner,1,5.00,,,USD', ...good))
    expect(badLines).toEqual([{ line: 2, reason: 'a quote is opened and never closed' }])
    expect(world.orders.size).toBe(120)
  })
})

describe('a file that cannot be loaded', () => {
  test.each([
    ['a wrong header', 'id,when,what\n1,2,3', /the header lacks .*first line must name the columns/],
    ['an empty file', '', /is empty/],
    ['a header alone', OWN, /no order that can be loaded/],
    ['only bad lines', ownLog('x'), /1 bad lines/],
  ])('%s says what is wrong', async (_, content, message) => {
    await expect(loaded(content)).rejects.toThrow(message)
  })

  test('a missing file and a torn gzip are errors', async () => {
    await expect(loadOrders(join(folder, 'nothing.csv'), NOW)).rejects.toThrow(/ENOENT/)
    const whole = gzipSync(ownLog(...Array.from({ length: 500 }, (_, at) => `A${at},c,2026-01-01,T,Toner,1,5,,,USD`)))
    await expect(loaded(whole.subarray(0, whole.length / 2))).rejects.toThrow(/unexpected end/)
  })
})

test('Online Retail: cancellations and lines without quantity or price are skipped without complaint', async () => {
  const { world, badLines } = await loaded(
    [
      RETAIL,
      '536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom',
      '536365,71053,,1,2010-12-01 08:27:00,3.39,17850,United Kingdom',
      'C536366,71053,LANTERN,-1,2010-12-02 08:26:00,3.39,17850,United Kingdom',
      '536367,71053,LANTERN,-4,2010-12-02 08:26:00,3.39,17850,United Kingdom',
      '536368,71053,LANTERN,1,2010-12-02 08:26:00,0,17850,United Kingdom',
      '536369,71053,"LANTERN, RED",1,2010-12-03 08:26:00,3.39,,France',
    ].join('\n'),
  )
  expect(badLines).toEqual([])
  expect(
    [...world.orders.values()].map((order) => [order.name, order.customerId === null, order.lines.length]),
  ).toEqual([
    ['#536365', false, 2],
    ['#536369', true, 1],
  ])
  expect(world.shop).toMatchObject({ currency: 'GBP', timezone: 'UTC' })
})

const REAL = new URL('../../../shared/data/online_retail_to_2011-10.csv.gz', import.meta.url).pathname

test.skipIf(!existsSync(REAL))(
  'the real log (../shared/data) has 16,372 orders, 1,275 of guests, and 3,974 customers',
  async () => {
    const { world, badLines } = await loadOrders(REAL, NOW)
    expect(badLines).toEqual([])
    expect(world.orders.size).toBe(16_372)
    expect([...world.orders.values()].filter((order) => order.customerId === null).length).toBe(1275)
    expect(world.customers.size).toBe(3974)
    expect([...world.orders.values()].at(-1)!.processedAt).toBe(Math.floor(NOW / 1000) * 1000)
  },
  120_000,
)
