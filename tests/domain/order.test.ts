import { describe, expect, test } from 'vitest'
import { minorOf } from '#app/domain/money.ts'
import { DEFAULT_ORDER_RULE, netMinorOf, whyLeftOut } from '#app/domain/order.ts'
import type { LeftOutReason, OrderFacts } from '#app/domain/order.ts'

const VALID: OrderFacts = {
  customer: '1',
  orderedAt: 10,
  isTest: false,
  cancelledAt: null,
  financialStatus: 'PAID',
  subtotalMinor: 1,
  currency: 'KRW',
}

describe('which orders count', () => {
  test.each<[string, Partial<OrderFacts>, LeftOutReason | null]>([
    ['a paid order', {}, null],
    ['a partly refunded order', { financialStatus: 'PARTIALLY_REFUNDED' }, null],
    ['a guest', { customer: null }, 'guest'],
    ['an order after the moment', { orderedAt: 11 }, 'future'],
    ['a test', { isTest: true }, 'test'],
    ['a cancelled order', { cancelledAt: 10 }, 'cancelled'],
    ['a fully refunded order', { financialStatus: 'REFUNDED' }, 'refunded'],
    ['an unpaid order', { financialStatus: 'PENDING' }, 'unpaid'],
    ['an order without a status', { financialStatus: '' }, 'unpaid'],
    ['an order of 0 value', { subtotalMinor: 0 }, 'zero'],
    ['an order of another shop currency', { currency: 'USD' }, 'other-currency'],
    ['the first of two reasons', { isTest: true, cancelledAt: 10 }, 'test'],
  ])('%s', (_name, change, expected) => {
    expect(whyLeftOut({ ...VALID, ...change }, 10, DEFAULT_ORDER_RULE, 'KRW')).toBe(expected)
  })

  test('an edited rule counts what it says', () => {
    const rule = { statuses: ['PENDING'], countTests: true, countCancelled: true }
    const order = { ...VALID, isTest: true, cancelledAt: 5, financialStatus: 'PENDING' }
    expect(whyLeftOut(order, 10, rule, 'KRW')).toBeNull()
    expect(whyLeftOut(VALID, 10, rule, 'KRW')).toBe('unpaid')
  })
})

describe('money', () => {
  test.each([
    ['1234.5', 'USD', 123_450],
    ['1200.0', 'KRW', 1_200],
    ['1.005', 'KWD', 1_005],
    ['-0.015', 'USD', -2],
    ['-0.0', 'USD', 0],
    ['0.1', 'USD', 10],
  ])('%s %s', (text, currency, minor) => {
    expect(minorOf(text, currency)).toBe(minor)
  })

  test('what is no number is refused', () => {
    expect(() => minorOf('1e3', 'USD')).toThrow()
  })

  test('an order leaves its goods less their share of refunds, never below nothing', () => {
    expect(netMinorOf({ subtotalMinor: 900, totalMinor: 1000, refundedMinor: 0 })).toBe(900)
    expect(netMinorOf({ subtotalMinor: 900, totalMinor: 1000, refundedMinor: 500 })).toBe(450)
    expect(netMinorOf({ subtotalMinor: 900, totalMinor: 1000, refundedMinor: 5000 })).toBe(0)
    expect(netMinorOf({ subtotalMinor: 900, totalMinor: 0, refundedMinor: 100 })).toBe(800)
  })
})
