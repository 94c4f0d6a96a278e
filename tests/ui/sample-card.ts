import type { CardPage } from '#app/domain/segment-card.ts'
import { AS_OF, FRESH } from './sample-freshness.ts'

export const CARD: CardPage = {
  key: 'at-risk',
  ownName: null,
  isNegative: false,
  facts: {
    customers: 21_204,
    lookedAt: 2000,
    orders: { value: 4, low: 4, high: 4 },
    gapDays: { value: 55.2, low: 53, high: 57 },
    basketMinor: { value: 31_000, low: 30_000, high: 32_000 },
    discountShare: 0.31,
    products: [
      { product: '1', title: 'Cica toner', share: 0.38 },
      { product: '2', title: 'Sun stick', share: 0.21 },
    ],
    categories: [
      { collection: '11', title: 'Toners', share: 0.44 },
      { collection: '12', title: 'Sun care', share: 0.3 },
    ],
    regions: {
      countries: [
        { country: 'KR', share: 0.915 },
        { country: 'JP', share: 0.04 },
      ],
      other: 0.02,
      unknown: 0.025,
    },
  },
  currency: 'KRW',
  words: {
    name: 'Mina, 32, marketer',
    story: 'Her skin turns red before a presentation.\nShe wants something that calms it by the morning.',
    pains: 'Too many steps, and no time.',
    goals: 'Calm skin without thinking about it.',
    channel: 'Instagram, then KakaoTalk',
  },
  versions: [],
  review: { at: Date.UTC(2026, 7, 12, 3), isDue: true, drift: [{ what: 'gapDays', before: 41, after: 55.2 }] },
  asOf: AS_OF,
  timezone: 'Asia/Seoul',
  freshness: FRESH,
}
