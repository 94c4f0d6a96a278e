import type { ArmResult, RewardComparison, RewardPage, RewardRow, RewardsPage } from '#app/domain/rewards/pages.ts'
import { rewardOf } from '#tests/domain/rewards/definitions.ts'
import { dayFromText } from '#app/domain/shop-calendar.ts'
import { RewardScreen } from '#app/ui/reward-page.tsx'
import { RewardsScreen } from '#app/ui/rewards-page.tsx'
import { nothing } from './idle-props.ts'
import { readInBothLanguages } from './reading.tsx'
import { FRESH } from './sample-freshness.ts'

const WELCOME = rewardOf({ name: 'Welcome 20%', minimumMinor: 50_000, budgetMinor: 1_000_000 })
const DRAFT: RewardPage = {
  id: 3,
  definition: WELCOME,
  state: 'draft',
  currency: 'KRW',
  freshness: FRESH,
  savedCurrency: null,
  segments: [{ id: 4, name: 'Seoul regulars', customers: 0 }],
  asks: ['write_discounts'],
  deliveryDays: 5,
  surveyAsks: [],
  countries: [],
  comparison: null,
  startedAt: null,
  endedAt: null,
  endedBy: null,
  discount: 'none',
  problem: null,
  discountUrl: null,
  today: dayFromText('2026-11-22'),
  past: { days: 90, firstOrders: 180, meanMinor: 40_000 },
  forecast: null,
  costs: { share: 0.5, isAssumed: true },
  result: null,
  grants: null,
  probablySeen: 0,
}
const LIVE: RewardPage = {
  ...DRAFT,
  state: 'live',
  asks: [],
  startedAt: Date.UTC(2026, 10, 1),
  discount: 'there',
  discountUrl: 'https://skin.myshopify.com/admin/discounts/1',
  past: null,
  forecast: { orders: 90, costMinor: 720_000 },
  result: {
    uses: 31,
    spentMinor: 246_000,
    soldMinor: 984_000,
    usesOfOthers: 2,
    matured: 25,
    cameBack: 6,
    windowDays: 85,
  },
}
const SURVEY = rewardOf({
  who: { kind: 'everybody' },
  what: { kind: 'credit', amountMinor: 3000 },
  conditions: [{ kind: 'survey', which: 'preferences' }],
})
const idle = {
  isBusy: false,
  refused: {},
  isDeclined: false,
  onPick: null,
  onSave: nothing,
  onStart: nothing,
  onEnd: nothing,
  onDelete: nothing,
}
const EMPTY: RewardsPage = {
  currency: 'KRW',
  segments: [],
  waiting: 0,
  freshness: FRESH,
  themeEditorUrl: 'https://skin.myshopify.com/admin/themes',
  rows: [],
}

const ARM: ArmResult = {
  people: 200,
  saw: 90,
  clicked: 20,
  used: 10,
  costMinor: 5000,
  watched: 100,
  bought: 20,
  boughtAgain: 4,
  netMinor: 100_000,
}
const UNSHOWN = { ...ARM, people: 20, saw: 0, clicked: 0, used: 0, costMinor: 0, watched: 10, netMinor: 9000 }
const COMPARISON: RewardComparison = {
  arms: { reward: ARM, comparison: UNSHOWN },
  texts: [ARM, ARM],
  mixed: 0,
  ratio: { p: 0.5, isOff: false },
  windowDays: 85,
  outlook: { kind: 'weeks', weeks: 3 },
  overshootMinor: 0,
}
const ROW: RewardRow = {
  id: 1,
  definition: WELCOME,
  state: 'live',
  endedBy: null,
  discount: 'there',
  problem: null,
  uses: 0,
  spentMinor: 0,
  grants: null,
}
const MANY: RewardRow[] = [
  { ...ROW, discount: 'refused', problem: { kind: 'code-taken' } },
  { ...ROW, id: 2, grants: { granted: 0, used: 0, spentMinor: 0 } },
  ...[3, 4, 5, 6].map((id) => ({
    ...ROW,
    id,
    definition: { ...WELCOME, name: `Old ${id - 2}` },
    state: 'ended' as const,
    discount: 'none' as const,
  })),
]

readInBothLanguages([
  {
    name: 'a reward for the survey is a sentence, says what consent needs, and waits while nobody is asked',
    screen: <RewardScreen page={{ ...DRAFT, definition: SURVEY }} {...idle} />,
    en: [
      'answering the survey, any answer',
      'they answer the survey',
      'Consent to keeping answers has to be free.',
      'In Korea the consent has to name what is kept',
      'the survey is switched off, or does not have that question',
    ],
    ko: ['설문 답변(내용 무관)', '설문에 답하면', '답변 보관에 대한 동의는 자유로워야 합니다', '설문이 꺼져 있거나'],
  },
  {
    name: 'a live one says so when the survey was switched off after it started',
    screen: <RewardScreen page={{ ...LIVE, definition: SURVEY, result: null }} {...idle} />,
    en: ['otherwise nobody could earn the reward.'],
    ko: ['아무도 이 혜택을 받을 수 없습니다'],
  },
  {
    name: 'a shop without a reward is offered eight to begin with',
    screen: <RewardsScreen page={EMPTY} />,
    en: ['Set a reward', 'Welcome 20%', 'Free shipping on the first order', 'Set up'],
    ko: ['혜택 설정', '웰컴 20%', '첫 주문 무료 배송', '설정'],
  },
  {
    name: 'rewards are listed with their sentence, whether they are live, and what they gave',
    screen: (
      <RewardsScreen
        page={{
          ...EMPTY,
          rows: [
            {
              id: 3,
              definition: WELCOME,
              state: 'live',
              endedBy: null,
              discount: 'there',
              problem: null,
              uses: 31,
              spentMinor: 246_000,
              grants: null,
            },
            {
              id: 2,
              definition: rewardOf({ name: 'Old', minimumMinor: 50_000, what: { kind: 'free-shipping' } }),
              state: 'ended',
              endedBy: 'date',
              discount: 'none',
              problem: null,
              uses: 1,
              spentMinor: 0,
              grants: null,
            },
          ],
        }}
      />
    ),
    en: [
      'Live',
      'Give 20% off to people who have not bought yet, when they place their first order, on baskets from ₩50,000, at most ₩1,000,000 in total, until Jan 5, 2027.',
      'Used on 31 orders, which had ₩246,000 off.',
      'Ended',
      'Give free shipping to people who have not bought yet',
      'Used on 1 order.',
    ],
    ko: [
      '진행 중',
      '아직 구매 전인 고객이 첫 주문(50,000원 이상)을 하면 20% 할인, 2027년 1월 5일까지, 총 1,000,000원까지.',
      '주문 31건에 사용했고, 그 주문의 할인은 모두 246,000원입니다.',
      '주문 1건에 사용했습니다.',
    ],
  },
  {
    name: 'a draft says what speaks against it and what it may cost, and that Shopify will ask',
    screen: <RewardScreen page={DRAFT} {...idle} />,
    en: [
      'Draft',
      'Everybody who has the code can use it once, also somebody who has bought before.',
      'at most 90 first orders use it, which costs about ₩720K.',
      'Shopify asks you once for what this reward needs.',
      'Start',
    ],
    ko: ['초안', '첫 주문 최대 90건이 사용하고, 비용은 약 72만 원입니다.', 'Shopify가 한 번 묻습니다', '시작'],
  },
  {
    name: 'a percentage that loses money is said with the assumption it rests on',
    screen: (
      <RewardScreen page={{ ...DRAFT, definition: rewardOf({ what: { kind: 'percent', percent: 60 } }) }} {...idle} />
    ),
    en: ['With “60% off” an order costs more than it brings: costs take 50% of it.', 'Costs of 50% are an assumption.'],
    ko: ['“60% 할인”이면 주문마다 손해입니다.', '비용 50%는 가정입니다.'],
  },
  {
    name: 'refused, declined and a last day that is over are said where they belong',
    screen: (
      <RewardScreen
        page={{ ...DRAFT, definition: { ...WELCOME, endsOn: '2026-11-01' } }}
        {...idle}
        refused={{ code: 'code-twice' }}
        isDeclined
      />
    ),
    en: ['Another reward has this code.', 'The reward was not started', 'The last day is over.'],
    ko: ['다른 혜택이 이 코드를 쓰고 있습니다.', '혜택을 시작하지 않았습니다', '마지막 날이 지났습니다.'],
  },
  {
    name: 'a live one says what became of it, and that nothing is proven by it',
    screen: <RewardScreen page={LIVE} {...idle} />,
    en: [
      'Used on 31 orders, which had ₩246,000 off.',
      'Those orders brought ₩984,000 of goods after discounts.',
      '2 of them were not first orders',
      '24% of 25 customers came back within 85 days',
      'at most 90 first orders were expected to use it, for about ₩720K',
      'No proven effect',
      'End this reward…',
      'Open in Shopify',
    ],
    ko: ['고객 25명 중 24%가 85일 안에 다시 주문했습니다.', '효과는 입증되지 않았습니다.', '혜택 종료…'],
  },
  {
    name: 'too few say nothing of who comes back',
    screen: (
      <RewardScreen page={{ ...LIVE, result: { ...LIVE.result!, matured: 19, usesOfOthers: 0, uses: 0 } }} {...idle} />
    ),
    en: ['Who comes back shows after 85 days; so far 19 first orders are that old, and 20 are needed.'],
    ko: ['지금까지 그만큼 지난 첫 주문은 19건이며 20건이 필요합니다.'],
  },
  {
    name: 'a code that is somebody else’s is said, and the reward is not called live',
    screen: <RewardScreen page={{ ...LIVE, discount: 'refused', problem: { kind: 'code-taken' } }} {...idle} />,
    en: ['Not applied', 'The code is taken', 'no shopper sees it'],
    ko: ['적용 안 됨', '이미 있는 코드입니다'],
  },
  {
    name: 'an ended one can only be looked at and deleted',
    screen: (
      <RewardScreen
        page={{ ...LIVE, state: 'ended', endedBy: 'budget', endedAt: Date.UTC(2026, 10, 20), discount: 'none' }}
        {...idle}
      />
    ),
    en: ['Ended', 'Its budget was reached on Nov 20, 2026.', 'Delete…'],
    ko: ['종료', '2026년 11월 20일에 예산에 이르러 끝났습니다.', '삭제…'],
  },
  {
    name: 'a start that is refused says why, at its field, and what is marked to be changed',
    screen: <RewardScreen page={{ ...DRAFT, definition: { ...WELCOME, endsOn: '2026-11-01' } }} {...idle} />,
    en: [
      'The last day is over. Choose a later one. Included, in your store’s time.',
      'once what is marked “Has to change”',
    ],
    ko: ['마지막 날이 지났습니다. 더 늦은 날을 고르세요. 스토어 시간', '‘고쳐야 함’ 표시를 모두 고치면'],
  },
  {
    name: 'arms of unequal size are compared per person, and the comparison group is counted for nothing it was not shown',
    screen: <RewardScreen page={{ ...LIVE, result: null, comparison: COMPARISON, probablySeen: 1204 }} {...idle} />,
    en: [
      'No proven effect yet; about 3 more weeks.',
      'Probably seen, by page views: 1,204 customers opened a page of your shop',
      'Saw it 90 (45%) –',
      'Spent per person ₩1,000 ₩900',
      'First headline Second headline',
    ],
    ko: ['1인당 구매액 1,000원 900원', '페이지 조회로 볼 때 아마 본 고객: 1,204명'],
  },
  {
    name: 'arms divided otherwise than planned promise no weeks, and neither does a reward that is over',
    screen: (
      <>
        <RewardScreen
          page={{ ...LIVE, result: null, comparison: { ...COMPARISON, ratio: { p: 0, isOff: true } } }}
          {...idle}
        />
        <RewardScreen page={{ ...LIVE, state: 'ended', result: null, comparison: COMPARISON }} {...idle} />
      </>
    ),
    en: ['The groups were not divided as planned', 'No proven effect: it ended before enough people could be watched.'],
    ko: ['그룹이 계획대로 나뉘지 않았습니다', '충분한 고객을 지켜보기 전에 끝났습니다.'],
    never: ['more weeks', '주 더 필요합니다'],
  },
  {
    name: 'of many only what goes on stands in the list, what Shopify refused says so, and nothing given is no sum of 0',
    screen: <RewardsScreen page={{ ...EMPTY, rows: MANY }} />,
    en: ['The code is taken', 'Not used yet.', 'Granted to nobody yet.', 'Show 4 ended rewards'],
    ko: ['이미 있는 코드입니다', '아직 사용되지 않았습니다.', '종료된 혜택 4개 보기'],
    never: ['Old 1'],
  },
])
