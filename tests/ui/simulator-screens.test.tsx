import { priceAtCheckout } from '#app/domain/rewards/checkout.ts'
import { emptyQuestion, type SimulatorPage } from '#app/domain/rewards/simulation.ts'
import { SimulatorScreen } from '#app/ui/reward-simulator.tsx'
import { draftOf, questionOf, QuestionText } from '#app/ui/reward-simulator-fields.ts'
import { discount, NOW, somebody } from '#tests/domain/rewards/checkout-case.ts'
import { expect, test } from 'vitest'
import { nothing } from './idle-props.ts'
import { readInBothLanguages } from './reading.tsx'

const NOTHING_ASKED: SimulatorPage = {
  currency: 'KRW',
  read: { kind: 'all', hasMore: false },
  items: [{ id: 'gid://shopify/Product/1', kind: 'product', title: 'Cica toner' }],
  codes: ['WELCOME20'],
  question: emptyQuestion(['WELCOME20']),
  result: null,
  unknownCustomer: null,
}
const idle = { isBusy: false, onTry: nothing, onAllow: nothing, onAgain: nothing }
const DISCOUNTS = [
  discount('WELCOME20', {
    takes: { kind: 'percent', share: 0.2 },
    oncePerCustomer: true,
    minimum: { subtotalMinor: 50_000 },
  }),
  discount('SALE', {
    codes: null,
    title: 'Autumn sale',
    combinesWith: { order: false, product: false, shipping: false },
  }),
  discount('MINE', { buyers: 'customers' }),
  discount('FIRST', { buyers: 'not-ordered' }),
  discount('SOON', { isDraft: true, takes: { kind: 'amount', amountMinor: 3000, onEach: false } }),
]
const names = Object.fromEntries(
  DISCOUNTS.map(({ id, title, codes }) => [
    id,
    { title, code: codes?.[0]?.code ?? null, reward: id === 'WELCOME20' ? 3 : null },
  ]),
)

function tried(unitMinor: number, codes: string[], orders: number | null): SimulatorPage {
  const line = { productId: '', variantId: '', unitMinor, quantity: 1, collectionIds: [] }
  const buyer = orders === null ? ({ kind: 'guest' } as const) : somebody({ orders })
  return {
    ...NOTHING_ASKED,
    question: { ...NOTHING_ASKED.question, lines: [{ item: '', unitMinor, quantity: 1 }], codes, shippingMinor: 3000 },
    result: {
      at: NOW,
      answer: priceAtCheckout({ lines: [line], shippingMinor: 3000 }, buyer, codes, DISCOUNTS, NOW),
      names,
      notSimulated: [
        { title: '3 for 2', why: 'buy-x-get-y' },
        { title: 'Credit for a review', why: 'credit' },
      ],
    },
  }
}

function withMany(page: SimulatorPage): SimulatorPage {
  const notSimulated = [1, 2, 3, 4, 5, 6, 7].map((n) => ({ title: `R${n}`, why: 'personal' as const }))
  return { ...page, result: { ...page.result!, notSimulated } }
}

readInBothLanguages([
  {
    name: 'before anything is tried the page says what to do, with the codes of the live rewards filled in',
    screen: <SimulatorScreen page={NOTHING_ASKED} {...idle} />,
    en: [
      'Will it really apply?',
      'Nothing is ordered and nothing is changed.',
      'Nothing tried yet',
      'Codes of your rewards: WELCOME20.',
      'Cica toner',
    ],
    ko: ['실제로 적용되는지 확인', '아직 확인하지 않았습니다', '내 혜택의 코드: WELCOME20'],
  },
  {
    name: 'a basket below the minimum says by how much, and what applies instead',
    screen: <SimulatorScreen page={tried(42_000, ['WELCOME20', 'MINE', 'WELCOM'], 2)} {...idle} />,
    en: [
      '1 discount applies',
      'Autumn sale',
      '−₩4,200',
      'It needs goods for ₩50,000. The basket has ₩42,000: ₩8,000 short.',
      'It is for chosen customers, and this is none of them.',
      'No discount of your shop has this code.',
      'Its code was not typed, and would not apply: It is for customers who have not ordered, and this one has 2 orders.',
      'It is not live yet. Once it is, it would apply, and take ₩3,000 by itself.',
      'Total ₩40,800',
      '3 for 2: buy X, get Y',
      'Credit for a review: gives store credit, which is no discount',
    ],
    ko: [
      '할인 1개가 적용됩니다',
      '최소 50,000원 이상이어야 합니다. 장바구니는 42,000원, 8,000원 부족합니다.',
      '이 고객은 주문이 2건 있습니다.',
      '3 for 2: X 구매 시 Y 증정',
    ],
  },
  {
    name: 'what does not combine names the other one and both amounts; what is open is said',
    screen: <SimulatorScreen page={tried(60_000, ['WELCOME20'], null)} {...idle} />,
    en: [
      '−₩12,000',
      'It does not combine with WELCOME20. What applies takes ₩12,000; this one would take ₩6,000.',
      'What cannot be said for certain',
      'Whether this guest has used it shows only when they write their address.',
      'a guest without an address is nobody that Shopify knows',
    ],
    ko: ['함께 쓸 수 없는 할인: WELCOME20.', '확실하지 않은 점', '주소를 입력해야 알 수 있습니다.'],
  },
  {
    name: 'without the permission it says what is looked at, and offers to ask',
    screen: <SimulatorScreen page={{ ...NOTHING_ASKED, read: { kind: 'no-permission' }, items: [] }} {...idle} />,
    en: ['Only your own rewards are looked at', 'Allow Morello to read discounts'],
    ko: ['내 혜택만 확인합니다', '할인 읽기 허용'],
  },
  {
    name: 'unread, a code is not said to be nobody’s, and many rewards that cannot be tried stand in one line',
    screen: (
      <SimulatorScreen
        page={withMany({ ...tried(42_000, ['NOPE'], null), read: { kind: 'no-permission' } })}
        {...idle}
      />
    ),
    en: [
      'None of your rewards has this code. Whether another discount of your shop has it, Morello cannot see.',
      'R1, R2, R3, R4, R5 and 2 more: a reward with a code for each person',
    ],
    ko: ['내 혜택 중에는 이 코드가 없습니다.', 'R1, R2, R3, R4, R5 외 2개'],
  },
  {
    name: 'when Shopify does not answer what was typed stays, and it can be tried again',
    screen: <SimulatorScreen page={{ ...tried(60_000, ['WELCOME20'], 0), read: { kind: 'unanswered' } }} {...idle} />,
    en: ['Shopify did not answer', 'What you typed is still here', 'Try again'],
    ko: ['Shopify가 응답하지 않았습니다', '다시 시도'],
  },
  {
    name: 'a number that nobody has, and discounts beyond the limit, are said',
    screen: (
      <SimulatorScreen
        page={{
          ...NOTHING_ASKED,
          read: { kind: 'all', hasMore: true },
          question: { ...NOTHING_ASKED.question, who: 'customer', customer: '77' },
          unknownCustomer: '77',
        }}
        {...idle}
      />
    ),
    en: ['No customer here has this number.', 'You have more active discounts than are looked at here.'],
    ko: ['이 번호의 고객이 없습니다.'],
  },
])

test('a form is read as it is typed, or says which field cannot be', () => {
  const draft = draftOf(tried(42_000, ['A'], null).question, 'KRW')
  expect(draft.lines).toEqual([{ item: '', price: '42000', quantity: '1' }])
  expect(questionOf({ ...draft, codes: ' a,b\n a ,' }, 'KRW').question?.codes).toEqual(['a', 'b'])
  const line = draft.lines[0]!
  expect(questionOf({ ...draft, lines: [{ ...line, price: 'x' }] }, 'KRW').wrong).toBe('price')
  expect(questionOf({ ...draft, lines: [{ ...line, quantity: '0' }] }, 'KRW').wrong).toBe('quantity')
  expect(questionOf({ ...draft, shipping: '-1' }, 'KRW').wrong).toBe('shipping')
  expect(questionOf({ ...draft, who: 'customer', customer: 'Kim' }, 'KRW').wrong).toBe('customer')
  expect(questionOf({ ...draft, codes: 'a,b,c,d,e,f,g,h,i,j,k' }, 'KRW').wrong).toBe('codes')
  const asked = questionOf({ ...draft, who: 'customer', customer: 'gid://shopify/Customer/12' }, 'KRW').question
  expect(asked?.customer).toBe('12')
  expect(QuestionText.parse(JSON.stringify(asked))).toEqual(asked)
  for (const odd of ['', '{', '[]', '{"who":"guest"}', 'null']) expect(QuestionText.safeParse(odd).success).toBe(false)
})
