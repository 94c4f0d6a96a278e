import { describe, expect, it } from 'vitest'
import type { CherryEvidence } from '#app/domain/cherry-picker.ts'
import type { FlagReason } from '#app/domain/pages.ts'
import { flagText } from '#app/ui/flags.tsx'
import { formatsOf } from '#app/ui/formats.ts'
import { wordsIn } from '#app/ui/i18n.tsx'
import { discountText, evidenceText, reasonText } from '#app/ui/reason.ts'
import { AT_RISK, USUAL, reasonOf } from './sample-pages.ts'

const table = [
  {
    name: 'two orders far apart name the hope that the shop pulled down',
    reason: AT_RISK,
    en: '2 orders, 138 days apart. Most customers here reorder sooner, so we hoped for one within 98 days; it has been 110. Leaves when they order.',
    ko: '2회 주문, 간격 138일. 다른 고객은 보통 더 빨리 재구매하므로 98일 안에 다음 주문을 기대했지만 110일이 지났습니다. 주문하면 이 단계에서 벗어납니다.',
  },
  {
    name: 'two orders close together say nothing about others',
    reason: { ...AT_RISK, lastGapDays: 60 },
    en: '2 orders, 60 days apart. We hoped for the next within 98 days; it has been 110. Leaves when they order.',
    ko: '2회 주문, 간격 60일. 98일 안에 다음 주문을 기대했지만 110일이 지났습니다. 주문하면 이 단계에서 벗어납니다.',
  },
  {
    name: 'from four orders on the usual gap is named',
    reason: USUAL,
    en: '5 orders, usually every 41 days. We hoped for the next within 62 days; it has been 70. Leaves when they order.',
    ko: '5회 주문, 보통 41일마다 주문합니다. 62일 안에 다음 주문을 기대했지만 70일이 지났습니다. 주문하면 이 단계에서 벗어납니다.',
  },
  {
    name: 'with three orders the usual gap is not claimed, even where there is one',
    reason: reasonOf({
      stage: 'lapsed',
      orders: 3,
      sinceLastDays: 1_200,
      lastGapDays: 1,
      usualGapDays: 30,
      hopedWithinDays: 62,
    }),
    en: '3 orders, the last two 1 day apart. We hoped for the next within 62 days; it has been 1,200. Leaves when they order.',
    ko: '3회 주문, 최근 두 주문 간격 1일. 62일 안에 다음 주문을 기대했지만 1,200일이 지났습니다. 주문하면 이 단계에서 벗어납니다.',
  },
  {
    name: 'a new customer is hoped for, not late',
    reason: reasonOf({ stage: 'new', orders: 1, sinceLastDays: 40, hopedWithinDays: 122 }),
    en: '1 order. The last was 40 days ago; we hope for the next within 122 days. Without an order by then, moves to Bought once, not again.',
    ko: '1회 주문. 마지막 주문 후 40일 지났고, 122일 안에 다음 주문을 기대합니다. 그때까지 주문이 없으면 첫 구매 후 미재구매 단계로 옮겨집니다.',
  },
  {
    name: 'who has just ordered did so less than a day ago',
    reason: reasonOf({ stage: 'repeat', orders: 2, sinceLastDays: 0, lastGapDays: 36, hopedWithinDays: 76 }),
    en: '2 orders, 36 days apart. The last was less than a day ago; we hope for the next within 76 days. Without an order by then, moves to At-risk.',
    ko: '2회 주문, 간격 36일. 마지막 주문 후 하루가 채 안 지났고, 76일 안에 다음 주문을 기대합니다. 그때까지 주문이 없으면 이탈 위험 단계로 옮겨집니다.',
  },
  {
    name: 'one order and the window passed',
    reason: reasonOf({ stage: 'one-and-done', orders: 1, sinceLastDays: 140, hopedWithinDays: 122 }),
    en: '1 order. We hoped for the next within 122 days; it has been 140. Leaves when they order.',
    ko: '1회 주문. 122일 안에 다음 주문을 기대했지만 140일이 지났습니다. 주문하면 이 단계에서 벗어납니다.',
  },
  {
    name: 'a loyal customer with a usual gap',
    reason: reasonOf({
      stage: 'loyal',
      orders: 6,
      sinceLastDays: 1,
      lastGapDays: 20,
      usualGapDays: 21,
      hopedWithinDays: 45,
    }),
    en: '6 orders, usually every 21 days. The last was 1 day ago; we hope for the next within 45 days. Without an order by then, moves to At-risk.',
    ko: '6회 주문, 보통 21일마다 주문합니다. 마지막 주문 후 1일 지났고, 45일 안에 다음 주문을 기대합니다. 그때까지 주문이 없으면 이탈 위험 단계로 옮겨집니다.',
  },
  {
    name: 'nobody has ordered',
    reason: reasonOf({ stage: 'prospect', orders: 0 }),
    en: 'No order yet. Leaves with the first order.',
    ko: '아직 주문이 없습니다. 첫 주문을 하면 이 단계에서 벗어납니다.',
  },
]

describe('the reason', () => {
  for (const { name, reason, en, ko } of table)
    it(name, () => {
      expect(reasonText(wordsIn('en').t, formatsOf('en', 'UTC'), reason)).toBe(en)
      expect(reasonText(wordsIn('ko').t, formatsOf('ko', 'UTC'), reason)).toBe(ko)
    })
})

function numbersIn(text: string): number[] {
  const found = [...text.matchAll(/\d[\d,]*/g)].map(([digits]) => Number(digits.replaceAll(',', '')))
  return found.filter((value) => value !== 24).sort((a, b) => a - b)
}

describe('the flags', () => {
  const won = (minor: number) => ({ minor, currency: 'KRW' })
  it.each<[FlagReason, number[]]>([
    [{ flag: 'vip', spent12m: won(1_312_000), from: won(280_000) }, [12, 280_000, 1_312_000]],
    [{ flag: 'buys-in-sales', inSales: 9, orders: 11 }, [9, 11]],
    [{ flag: 'regular', orders: 6, gapDays: 31, deviationDays: 4 }, [4, 6, 31]],
  ])('say their numbers in both languages: %o', (reason, expected) => {
    for (const locale of ['en', 'ko'] as const) {
      const text = flagText(wordsIn(locale).t, formatsOf(locale, 'UTC'), reason)
      expect([text, numbersIn(text)]).toEqual([text, expected])
    }
  })
})

describe('the evidence', () => {
  const kinds: CherryEvidence['kind'][] = [
    'discount-habit',
    'no-discount-habit',
    'benefit-reused',
    'benefit-once',
    'free-kit',
    'benefit-on-accounts',
    'benefit-cancelled',
    'benefit-cut',
    'money-lost',
    'money-left',
    'chances-ignored',
    'chances-taken',
    'full-price-order',
    'no-full-price-order',
    'not-counted',
  ]
  for (const locale of ['en', 'ko'] as const)
    it(`is a whole sentence of every kind, without a percentage, in ${locale}`, () => {
      const { t } = wordsIn(locale)
      for (const kind of kinds)
        for (const count of [1, 2, 1_234]) {
          const text = evidenceText(t, formatsOf(locale, 'UTC'), {
            kind,
            speaksFor: true,
            count,
            of: 5_678,
            amount: { minor: 312_345, currency: 'KRW' },
            discounts: ['code:WELCOME20', 'auto:Summer sale', 'staff:Sorry'],
          })
          expect(text).toMatch(/\.$/)
          expect(text).not.toMatch(/[{}%]|evidence\./)
        }
    })

  // What the sentence is about, as numbers that stand in it.
  it.each<[CherryEvidence['kind'], Partial<CherryEvidence>, number[]]>([
    ['chances-ignored', { count: 4, of: 1_205 }, [4, 1_205]],
    ['chances-taken', { count: 3 }, [3]],
    ['benefit-on-accounts', { count: 3 }, [3]],
    ['benefit-cancelled', { count: 2, discounts: ['code:HELLO'] }, [2]],
    ['benefit-cut', { count: 2, discounts: ['code:HELLO'] }, [2]],
    ['benefit-reused', { count: 1_002, discounts: ['code:HELLO'] }, [1_002]],
    ['money-lost', { count: 12, amount: { minor: 312_345, currency: 'KRW' } }, [12, 312_345]],
    ['money-left', { count: 12, amount: { minor: 312_345, currency: 'KRW' } }, [12, 312_345]],
    ['full-price-order', { count: 7 }, [7]],
  ])('%s says its numbers in both languages', (kind, told, expected) => {
    for (const locale of ['en', 'ko'] as const) {
      const evidence = { kind, speaksFor: true, count: 0, discounts: [], ...told }
      const text = evidenceText(wordsIn(locale).t, formatsOf(locale, 'UTC'), evidence)
      expect([text, numbersIn(text)]).toEqual([text, [...expected].sort((a, b) => a - b)])
    }
  })

  it('calls a discount what the merchant calls it', () => {
    const { t } = wordsIn('en')
    expect(discountText(t, 'code:A:B')).toBe('A:B')
    expect(discountText(t, 'auto:Summer sale')).toBe('Summer sale (automatic)')
    expect(discountText(t, 'staff:Sorry')).toBe('Sorry (by staff)')
  })
})
