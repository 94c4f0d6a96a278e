import { describe, expect, it } from 'vitest'
import { formatsOf, localeIn } from '#app/ui/formats.ts'
import { niceTop } from '#app/ui/trend-chart.tsx'

const en = formatsOf('en', 'Asia/Seoul')
const ko = formatsOf('ko', 'Asia/Seoul')
const at = Date.parse('2026-11-21T16:30:00Z')

describe('formats', () => {
  it('write money in minor units as each currency does', () => {
    expect(en.money({ minor: 312_000, currency: 'KRW' })).toBe('₩312,000')
    expect(en.money({ minor: 123_450, currency: 'USD' })).toBe('$1,234.50')
    expect(en.money({ minor: 1_500, currency: 'KWD' })).toContain('1.500')
    expect(ko.money({ minor: 312_000, currency: 'KRW' })).toBe('312,000원')
    expect(ko.money({ minor: 123_450, currency: 'USD' })).toBe('$1,234.50')
  })

  it('shorten only large amounts', () => {
    expect(en.moneyShort({ minor: 21_400_000, currency: 'KRW' })).toBe('₩21.4M')
    expect(ko.moneyShort({ minor: 21_400_000, currency: 'KRW' })).toBe('2,140만\u00a0원')
    expect(ko.moneyShort({ minor: 170_900_000, currency: 'KRW' })).toBe('1.7억\u00a0원')
    expect(ko.moneyShort({ minor: 99_900, currency: 'KRW' })).toBe('99,900원')
    expect(en.moneyShort({ minor: 99_900, currency: 'USD' })).toBe('$999.00')
  })

  it('keep small groups from reading as nothing', () => {
    expect(en.percent(0.0821)).toBe('8.2%')
    expect(en.percent(0.724)).toBe('72%')
    expect(en.percent(0)).toBe('0%')
  })

  it('name the day in the shop’s time zone', () => {
    expect(en.date(at)).toBe('Nov 22, 2026')
    expect(ko.date(at)).toBe('2026년 11월 22일')
    expect(en.day('2026-11-22')).toBe('Nov 22, 2026')
  })

  it('say how long ago in the largest unit that is true', () => {
    expect(en.ago(at, at + 3 * 60_000)).toBe('3 minutes ago')
    expect(ko.ago(at, at + 3 * 60_000)).toBe('3분 전')
    expect(en.ago(at, at + 26 * 3_600_000)).toBe('26 hours ago')
    expect(en.ago(at, at + 72 * 3_600_000)).toBe('3 days ago')
    expect(en.ago(at, at - 5_000)).toBe('1 minute ago')
  })
})

it('the language of the admin is read from the address, and English where there is none of ours', () => {
  const asked = ['?locale=ko', '?shop=x&locale=KO-KR', '?locale=en', '?locale=ja', '']
  expect(asked.map(localeIn)).toEqual(['ko', 'ko', 'en', 'en', 'en'])
})

describe('the axis of the trend', () => {
  it('ends at a round number that holds the largest value', () => {
    expect([0, 1, 2, 3, 9, 11, 99, 101, 1_138, 6_001].map(niceTop)).toEqual([
      2, 2, 2, 4, 10, 20, 100, 200, 2_000, 8_000,
    ])
  })
})
