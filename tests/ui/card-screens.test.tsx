import { NO_WORDS, type CardPage } from '#app/domain/segment-card.ts'
import { Facts, CardScreen } from '#app/ui/card-page.tsx'
import { cardSheet, factLines } from '#app/ui/card-text.ts'
import { formatsOf } from '#app/ui/formats.ts'
import { wordsIn } from '#app/ui/i18n.tsx'
import { expect, test } from 'vitest'
import { nothing } from './idle-props.ts'
import { readInBothLanguages } from './reading.tsx'
import { CARD } from './sample-card.ts'

const idle = { isBusy: false, refused: {}, onSave: nothing, onReviewed: nothing }
const FEW: CardPage = {
  ...CARD,
  key: 'own:4',
  ownName: 'Big spenders',
  isNegative: true,
  facts: {
    ...CARD.facts,
    customers: 12,
    lookedAt: 12,
    orders: null,
    gapDays: null,
    basketMinor: null,
    discountShare: null,
    products: [],
    categories: [],
    regions: null,
  },
  words: NO_WORDS,
  review: null,
}
const LIMITED: CardPage = {
  ...CARD,
  facts: { ...CARD.facts, gapDays: null, basketMinor: null, products: [], categories: [], regions: null },
}
const withCategories = (categories: 'none' | 'not-read'): CardPage => ({
  ...CARD,
  facts: { ...CARD.facts, categories },
})
const MOVED: CardPage = {
  ...CARD,
  review: {
    at: CARD.review!.at,
    isDue: false,
    drift: [
      { what: 'category', before: 'Toners', after: 'Sun care' },
      { what: 'categoryShare', name: 'Masks', before: 0.4, after: 0.22 },
      { what: 'country', name: 'KR', before: 0.9, after: 0.7 },
    ],
  },
}

readInBothLanguages([
  {
    name: 'a card says the facts, when it was looked over and what has drifted since',
    screen: <CardScreen page={CARD} {...idle} />,
    en: [
      'Customers 21,204 (the rest is from 2,000 of them)',
      'Median orders 4 Median gap between orders 55 days Median basket ₩31,000 Items bought at a discount 31% Bought most Cica toner (38%), Sun stick (21%)',
      'Categories bought from Toners (44%), Sun care (30%)',
      'Countries South Korea (92%), Japan (4%), other (2%), no address (2.5%)',
      'Reviewed on Aug 12, 2026',
      'Due for review',
      'Has drifted since Aug 12, 2026: median gap 41 → 55 days.',
      'Download as PDF',
    ],
    ko: [
      '주문 간격 중앙값 55일',
      '많이 산 카테고리 Toners (44%), Sun care (30%)',
      '국가 대한민국 (92%), 일본 (4%), 기타 (2%), 주소 없음 (2.5%)',
      '31,000원',
      '2026년 8월 12일 이후 달라진 점: 주문 간격 중앙값 41 → 55일.',
      '오늘 검토함',
    ],
  },
  {
    name: 'a card of fewer than 20 says so instead of facts, and that it is a negative one',
    screen: <CardScreen page={FEW} {...idle} />,
    en: [
      '12 customers are in this segment. Facts are shown from 20 on',
      'Whom rewards are not for',
      'Not reviewed yet',
    ],
    ko: ['이 세그먼트의 고객은 12명입니다.', '혜택 대상이 아닌 고객', '아직 검토하지 않았습니다'],
  },
  {
    name: 'what is not known is called so',
    screen: <Facts lines={factLines(wordsIn('en').t, formatsOf('en', 'UTC'), LIMITED)} />,
    en: [
      'Median gap between orders Not known',
      'Bought most Not known',
      'Categories bought from Not known',
      'Countries Not known',
    ],
    ko: ['Not known'],
  },
  {
    name: 'collections that have not been read are waited for',
    screen: <CardScreen page={withCategories('not-read')} {...idle} />,
    en: ['Categories bought from Your collections have not been read yet'],
    ko: ['많이 산 카테고리 컬렉션을 아직 읽지 않았습니다.'],
  },
  {
    name: 'a shop without categories is told so',
    screen: <CardScreen page={withCategories('none')} {...idle} />,
    en: ['Categories bought from No collection stands for a category'],
    ko: ['많이 산 카테고리 카테고리로 볼 컬렉션이 없습니다'],
  },
  {
    name: 'what has drifted of categories and countries',
    screen: <CardScreen page={MOVED} {...idle} />,
    en: [
      'category bought from most Toners → Sun care, customers who buy from Masks 40% → 22%, customers in South Korea 90% → 70%.',
    ],
    ko: ['가장 많이 산 카테고리 Toners → Sun care, Masks 구매 고객 40% → 22%, 대한민국 고객 90% → 70%.'],
  },
])

test('a sheet leaves out what the merchant has not written', () => {
  const sheet = cardSheet(wordsIn('en').t, formatsOf('en', 'UTC'), FEW)
  expect(sheet.title).toBe('Big spenders')
  expect(sheet.sections).toEqual([])
  expect(sheet.subtitle).toBe('Segment Big spenders · Whom rewards are not for · Not reviewed yet')
})
