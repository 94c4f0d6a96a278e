import { insightsOf, type InsightsPage, type StoredProducts } from '#app/domain/insights.ts'
import { InsightsScreen } from '#app/ui/insights-page.tsx'
import { nothing } from './idle-props.ts'
import { readInBothLanguages } from './reading.tsx'
import { AS_OF, FRESH, NO_FRESHNESS } from './sample-freshness.ts'
import { won } from './sample-pages.ts'

const STORED: StoredProducts = {
  all: { buyers: 1204, matured: 1000, cameBack: 300, pickers: 120 },
  windowDays: 73.4,
  products: [
    { product: '1', title: '시카 토너', buyers: 500, matured: 400, cameBack: 160, pickers: 20 },
    { product: '2', title: 'Sun stick', buyers: 148, matured: 100, cameBack: 28, pickers: 15 },
    { product: '3', title: 'Mini kit', buyers: 60, matured: 40, cameBack: 2, pickers: 40 },
    { product: '4', title: 'Mist', buyers: 19, matured: 12, cameBack: 9, pickers: 0 },
  ],
  found: 4,
  seconds: 300,
  pairs: [
    { from: '1', to: '2', fromTitle: '시카 토너', toTitle: 'Sun stick', customers: 48, ofFrom: 160, ofTo: 60 },
    { from: '3', to: '3', fromTitle: 'Mini kit', toTitle: 'Mini kit', customers: 5, ofFrom: 6, ofTo: 9 },
  ],
}

const PAGE: InsightsPage = {
  freshness: FRESH,
  period: '365',
  state: 'ready',
  isUnderWay: false,
  asOf: AS_OF,
  insights: insightsOf(STORED),
  categories: [
    {
      by: 'loyal',
      customers: 412,
      spent: won(21_400_000),
      categories: [{ title: '토너·에센스', money: won(9_100_000), share: 0.425 }],
    },
    { by: 'cherry-picker', customers: 40, spent: won(312_000), categories: [] },
  ],
}

readInBothLanguages([
  {
    name: 'products of first orders are said with who came back, the range, and the shop’s own share',
    screen: <InsightsScreen page={PAGE} onPeriod={nothing} />,
    en: [
      '1,204 customers placed a first order',
      'of those whose first order is at least that long ago',
      'In the whole shop 30% of 1,000 customers came back',
      '시카 토너 500 42% 40% (35% to 45%) 160 of 400 More than the shop',
      'Sun stick 148 12% 28% (20% to 37%) 28 of 100',
      'Mini kit 60 5% 5% (1.4% to 17%) 2 of 40 Less than the shop',
      'Mist 19 1.6% Too few to say',
      '2 of 3 products compared lie beyond the shop’s share',
    ],
    ko: ['첫 주문을 부르는 상품', '40% (35%~45%) 400명 중 160명 쇼핑몰보다 많음', '말하기에 부족'],
  },
  {
    name: 'second orders say what led to what, and how common it is anyway',
    screen: <InsightsScreen page={PAGE} onPeriod={nothing} />,
    en: [
      'from 300 second orders',
      '시카 토너 → Sun stick 48 30% (23% to 38%) 48 of 160 20%',
      'The same product again',
      'Mini kit 5 Too few',
    ],
    ko: ['두 번째 주문 300건', '같은 상품 다시'],
  },
  {
    name: 'products that draw cherry-pickers come surest first, and say how many would stand out by chance',
    screen: <InsightsScreen page={PAGE} onPeriod={nothing} />,
    en: [
      'In the whole shop 10% of 1,204 customers are cherry-pickers',
      'Mini kit 60 67% (54% to 77%) 40 of 60 More than the shop Sun stick 148',
      'About 1 in 20 would by chance alone.',
    ],
    ko: ['체리피커가 많이 찾는 상품', '우연만으로도 20개 중 1개쯤'],
  },
  {
    name: 'categories are said by segment, in money and as a share',
    screen: <InsightsScreen page={PAGE} onPeriod={nothing} />,
    en: ['Loyal 412 customers, ₩21.4M 토너·에센스 43%', 'Nothing from these collections.'],
    ko: ['고객 412명, 2,140만', '토너·에센스 43%'],
  },
  {
    name: 'without orders, without older ones, and while it is worked out, the page says what it waits for',
    screen: (
      <>
        {(['none', 'limited', 'working'] as const).map((state) => (
          <InsightsScreen
            key={state}
            page={{ ...PAGE, state, insights: null, asOf: null, categories: null, freshness: NO_FRESHNESS }}
            onPeriod={nothing}
          />
        ))}
      </>
    ),
    en: [
      'Insights are worked out once your orders are imported.',
      'nobody’s first order can be told from a later one',
      'The page shows them by itself.',
    ],
    ko: ['주문을 가져오면 인사이트를 계산합니다', '첫 주문과 이후 주문을 구별할 수 없습니다'],
    never: ['Products that bring'],
  },
  {
    name: 'what could not be worked out says what is not affected and when it is tried again',
    screen: (
      <InsightsScreen
        page={{ ...PAGE, state: 'failed', insights: null, asOf: null, categories: null }}
        onPeriod={nothing}
      />
    ),
    en: ['Segments, tags and rewards are not affected. It is tried again with the next night’s run.'],
    ko: ['세그먼트, 태그, 혜택에는 영향이 없습니다'],
  },
  {
    name: 'too few customers are no share, and collections that were not read are no category',
    screen: (
      <InsightsScreen
        page={{
          ...PAGE,
          insights: insightsOf({
            ...STORED,
            all: { buyers: 3, matured: 0, cameBack: 0, pickers: 0 },
            products: [],
            pairs: [],
            seconds: 0,
            found: 0,
          }),
          categories: null,
        }}
        onPeriod={nothing}
      />
    ),
    en: ['Too few customers in this time. A share is shown from 20', 'Your collections have not been read yet.'],
    ko: ['이 기간에는 고객이 너무 적습니다', '컬렉션을 아직 읽지 못했습니다'],
  },
])
