import type { WhyNot } from '#app/domain/rewards/arbiter.ts'
import type { CustomerRewardsPage, GrantOnPage, WhyNotOnPage } from '#app/domain/rewards/person-pages.ts'
import { CustomerRewards } from '#app/ui/customer-rewards.tsx'
import { readInBothLanguages } from './reading.tsx'

const AT = Date.UTC(2026, 2, 10, 3)
const USED_AT = Date.UTC(2026, 2, 12, 3)
/** The end of 31 March in Seoul. */
const END = Date.UTC(2026, 2, 31, 15)
const GRANT: GrantOnPage = {
  id: 1,
  reward: 3,
  name: 'Welcome 10 %',
  step: 0,
  turn: 0,
  customer: '501',
  person: '501',
  state: 'used',
  what: { kind: 'percent', percent: 10 },
  reservedMinor: null,
  code: null,
  grantedAt: AT,
  issuedAt: AT,
  expiresAt: END,
  usedAt: USED_AT,
  usedOrder: '9',
  spentMinor: 3000,
  orderName: null,
  because: [{ kind: 'among' }],
}
const PAGE: CustomerRewardsPage = { currency: 'KRW', grants: [], places: [], toTake: [], whyNot: [], shared: [] }
const granted = (...grants: Partial<GrantOnPage>[]): CustomerRewardsPage => ({
  ...PAGE,
  grants: grants.map((grant, place) => ({ ...GRANT, ...grant, id: place + 1 })),
})
const not = (...whys: WhyNot[]): CustomerRewardsPage => ({
  ...PAGE,
  whyNot: whys.map((why, place): WhyNotOnPage => ({
    reward: place + 1,
    name: `R${place + 1}`,
    why,
    other: 'reward' in why ? 'Back' : null,
    join: 'or',
  })),
})

const SHARED = (['starting', 'open', 'used', 'ordered', 'still-works', 'other-account'] as const).map((how, place) => ({
  reward: place + 1,
  name: `S${place + 1}`,
  code: 'HELLO',
  how,
}))

readInBothLanguages([
  {
    name: 'a code for everybody says what it is to this customer',
    screen: <CustomerRewards page={{ ...PAGE, shared: SHARED }} />,
    en: [
      'Other live rewards',
      'S1: Shopify does not have its discount yet',
      'S2: theirs to use once, on their first order, with the code HELLO',
      'S3: they have used its code',
      'S4: it is for a first order, and they have ordered',
      'S5: it is for a first order, and they are no longer shown it; whoever has the code can still use it once',
      'S6: another account of theirs has ordered; Shopify cannot know that',
    ],
    ko: ['진행 중인 다른 혜택', 'S2: 첫 주문에 코드 HELLO 사용 가능(한 번)', 'S3: 코드를 이미 사용했습니다'],
  },
  {
    name: 'rewards with one reason stand in one line, and a used one names its order',
    screen: (
      <CustomerRewards
        page={{ ...not({ kind: 'off' }, { kind: 'off' }), grants: [{ ...GRANT, orderName: '#1009' }] }}
      />
    ),
    en: ['R1, R2: they have switched personal offers off', 'Welcome 10 %: used on order #1009, Mar 12, 2026'],
    ko: ['R1, R2: 고객이 맞춤 혜택을 껐습니다', 'Welcome 10 %: 사용한 주문 #1009, 2026년 3월 12일'],
  },
  {
    name: 'a customer without rewards is said to have none',
    screen: <CustomerRewards page={PAGE} />,
    en: ['Nothing was granted to them yet.'],
    ko: ['아직 지급한 혜택이 없습니다.'],
  },
  {
    name: 'what a customer got says in which state it is and since when',
    screen: (
      <CustomerRewards
        page={granted(
          {},
          { state: 'issued' },
          { state: 'expired' },
          { state: 'reserved' },
          { state: 'asked' },
          { state: 'ended' },
          { state: 'parked' },
          { state: 'waiting' },
          { state: 'declined' },
        )}
      />
    ),
    en: [
      'Welcome 10 %: used on Mar 12, 2026 10% off',
      'theirs since Mar 10, 2026, until Mar 31, 2026',
      'not used, over since Mar 31, 2026',
      'granted on Mar 10, 2026, Shopify is making it',
      'taken back before it was there',
      'Shopify did not say whether it was paid',
      'waits for your decision since Mar 10, 2026',
      'you decided not to give it',
      'Decide',
    ],
    ko: [
      'Welcome 10 %: 사용한 날 2026년 3월 12일 10% 할인',
      '받은 날 2026년 3월 10일, 마지막 날 2026년 3월 31일',
      'Shopify에서 만드는 중입니다(지급 결정 2026년 3월 10일)',
      '지급하지 않기로 결정했습니다',
      '결정하기',
    ],
  },
  {
    name: 'each other live reward says why it gives nothing',
    screen: (
      <CustomerRewards
        page={not(
          { kind: 'excluded', reason: 'wholesale', until: END },
          { kind: 'off' },
          { kind: 'not-among' },
          { kind: 'ordered' },
          { kind: 'comparison' },
          { kind: 'had' },
          { kind: 'has' },
          { kind: 'complete' },
          { kind: 'over', by: 'budget' },
          { kind: 'over', by: 'takers' },
          { kind: 'too-late' },
          { kind: 'other-open', reward: 7 },
          { kind: 'cool-down', until: END },
          { kind: 'cap', most: 4 },
          { kind: 'behind', reward: 7 },
          { kind: 'waiting' },
          { kind: 'declined' },
        )}
      />
    ),
    en: [
      'R1: Kept out of rewards until Mar 31, 2026: wholesale',
      'R2: they have switched personal offers off',
      'R3: they are not among those it is for',
      'R4: it is for a first order, and they have ordered',
      'R5: they are in the comparison group',
      'R6: they have ordered, or had a first-order reward, under another account',
      'R7: they have it now',
      'R8: they have had all that it gives',
      'R9: The budget is used up.',
      'R10: As many people as the reward allows have it.',
      'R11: what it asks for cannot be done any more',
      'R12: they have “Back” open, and get one at a time',
      'R13: there is a pause after each reward; the next one is possible from Apr 1, 2026',
      'R14: they have had as many rewards as you allow in a year: 4',
      'R15: “Back” goes first',
      'R16: it waits for your decision',
      'R17: you decided not to give it',
    ],
    ko: [
      'R1: 2026년 3월 31일까지 혜택에서 제외: wholesale',
      'R5: 아무 혜택도 받지 않는 비교 그룹에 속합니다',
      'R12: ‘Back’ 혜택이 아직 남아 있으며',
      'R13: 혜택 사이에는 쉬는 기간이 있습니다. 다음 혜택이 가능한 날: 2026년 4월 1일',
      'R17: 지급하지 않기로 결정했습니다',
    ],
  },
  {
    name: 'what is missing is named, and what is theirs to take',
    screen: (
      <CustomerRewards
        page={{
          ...not(
            { kind: 'missing', step: 0, missing: [{ kind: 'order', done: 1, of: 2 }, { kind: 'review' }] },
            { kind: 'missing', step: 1, missing: [{ kind: 'delivered', days: 3, on: '2026-03-12' }] },
            { kind: 'missing', step: 0, missing: [{ kind: 'kept', days: 14, on: null }] },
            { kind: 'missing', step: 0, missing: [{ kind: 'consent', channel: 'email' }] },
            { kind: 'missing', step: 0, missing: [{ kind: 'wait', on: '2026-03-12' }] },
            { kind: 'missing', step: 0, missing: [{ kind: 'survey', which: 'preferences' }] },
          ),
          toTake: [{ reward: 90, name: 'Take' }],
        }}
      />
    ),
    en: [
      'Take: theirs to take on the storefront',
      'R1: still missing: orders (1 of 2) or an honest review of any rating',
      'R2: still missing for step 2: 3 days from delivery (Mar 12, 2026)',
      'R3: still missing: 14 days in which nothing goes back',
      'R4: still missing: agreeing to marketing e-mails',
      'R5: still missing: the days to wait (until Mar 12, 2026)',
      'R6: still missing: answering the survey, any answer',
    ],
    ko: [
      'Take: 스토어에서 직접 받을 수 있습니다',
      'R1: 남은 조건: 주문(2건 중 1건) 또는 솔직한 리뷰(별점 무관)',
      'R2: 2단계의 남은 조건: 배송 후 3일(2026년 3월 12일)',
      'R5: 남은 조건: 대기 기간(마지막 날 2026년 3월 12일)',
      'R6: 남은 조건: 설문 답변(내용 무관)',
    ],
  },
])
