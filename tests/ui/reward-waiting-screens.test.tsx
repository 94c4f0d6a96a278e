import type { WaitingGrant, WaitingPage } from '#app/domain/rewards/pages.ts'
import { WaitingScreen } from '#app/ui/rewards-waiting.tsx'
import { nothing } from './idle-props.ts'
import { readInBothLanguages } from './reading.tsx'
import { FRESH } from './sample-freshness.ts'

const ASKED: WaitingGrant = {
  id: 7,
  reward: 3,
  name: '<b>Welcome</b>',
  customer: '501',
  state: 'waiting',
  what: { kind: 'percent', percent: 20 },
  because: [{ kind: 'asked' }],
  grantedAt: Date.UTC(2026, 10, 20),
  orders: 1,
  granted: 2,
  gone: 2,
  accounts: 3,
  shopifyUrl: 'https://skin.myshopify.com/admin/customers/501',
}
const page = (...grants: WaitingGrant[]): WaitingPage => ({
  currency: 'KRW',
  freshness: FRESH,
  grants,
  all: grants.length,
})
const idle = { busy: null, refused: null, onAnswer: nothing }

readInBothLanguages([
  {
    name: 'nothing waits',
    screen: <WaitingScreen page={page()} {...idle} />,
    en: ['Nothing waits for you.'],
    ko: ['확인할 것이 없습니다.'],
  },
  {
    name: 'who asked stands with what is known of them and what each answer does',
    screen: <WaitingScreen page={page(ASKED)} {...idle} />,
    en: [
      'The shopper says that a reward was kept from them by mistake.',
      'Customer 501 &lt;b&gt;Welcome&lt;/b&gt; The shopper says',
      '20% off, waiting since Nov 20, 2026.',
      'They had this reward 2 times before; 2 of those orders were cancelled or went back.',
      '3 accounts are confirmed to be theirs.',
      'Do not give: they read that you have looked',
    ],
    ko: [
      '고객이 혜택을 받지 못한 것이 잘못이라고 문의했습니다.',
      '같은 사람으로 확인된 계정은 3개입니다.',
      '지급 안 함',
    ],
  },
  {
    name: 'a second cancelled order waits, and a refused answer says why',
    screen: (
      <WaitingScreen
        page={page({ ...ASKED, because: [{ kind: 'order-gone', order: '9' }] })}
        {...idle}
        refused={{ grant: 7, key: 'budget' }}
      />
    ),
    en: [
      'An order with this reward was cancelled or went back whole again.',
      'The budget is used up.',
      'Do not give: they get no new one',
    ],
    ko: ['이 혜택을 쓴 주문이 다시 취소되거나 전부 반품되었습니다.', '예산을 모두 썼습니다.'],
  },
  {
    name: 'a credit whose payment cannot be told is looked at first',
    screen: (
      <WaitingScreen
        page={page({ ...ASKED, state: 'parked', what: { kind: 'credit', amountMinor: 3000 }, because: [] })}
        {...idle}
      />
    ),
    en: [
      'Shopify did not answer whether the credit was paid.',
      'Until you answer, Morello pays nothing again.',
      'It was paid: it counts as given, and nothing more is paid.',
      'Pay it again: Shopify is asked to pay once more; if it was paid after all, they have it twice.',
      'It was paid Pay it again Open in Shopify',
    ],
    ko: [
      '적립금이 지급되었는지 Shopify가 답하지 않았습니다.',
      '지급되었습니다: 지급한 것으로 기록하고 더 지급하지 않습니다.',
      '다시 지급: Shopify에 한 번 더 지급을 요청합니다. 이미 지급되었다면 두 번 받게 됩니다.',
      '지급되었습니다 다시 지급 Shopify에서 열기',
    ],
  },
])
