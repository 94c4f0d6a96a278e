import type { Choice } from '#app/domain/recommendations/choice.ts'
import type { RecommendationsPage } from '#app/domain/recommendations/pages.ts'
import { RecommendationsScreen } from '#app/ui/recommendations-page.tsx'
import { RecommendationTest } from '#app/ui/recommendations-test.tsx'
import { readInBothLanguages } from './reading.tsx'

const AT = Date.UTC(2026, 2, 10, 3)
const figures = (share: number) => ({ recall10: share / 2, ndcg10: share / 3, hit10: share })
const CHOICE: Choice = {
  model: 'ease',
  because: 'better',
  lambda: 200,
  reading: { halfLifeBaskets: 2, isSeasonal: true },
  tested: 1456,
  figures: { ease: figures(0.45), cosine: figures(0.38), popularity: figures(0.23) },
}
const MADE = { at: AT, choice: CHOICE, customers: 3970, baskets: 15_000, products: 3607 }
const made = (choice: Partial<Choice>) => ({ ...MADE, choice: { ...CHOICE, ...choice } })

const PAGE: RecommendationsPage = {
  isOn: false,
  made: null,
  products: 0,
  costs: { known: 0, goodsShare: 0.4, isAssumed: true },
  shown: { customers: 0, waiting: 0 },
  problem: null,
  asks: [],
  pinned: [],
  excluded: [],
  first: [],
  offered: [],
  preview: null,
  examples: [],
  themeEditorUrl: null,
  freshness: {
    asOf: null,
    checkedAt: null,
    isLate: false,
    live: { state: 'live', waiting: 0, promisedMs: 120_000 },
  } as unknown as RecommendationsPage['freshness'],
}
const nothing = () => undefined
const screen = (page: Partial<RecommendationsPage>, more: { isDeclined?: boolean; isFull?: boolean } = {}) => (
  <RecommendationsScreen
    page={{ ...PAGE, ...page }}
    isBusy={false}
    isDeclined={false}
    isFull={false}
    search=""
    onSwitch={nothing}
    onAllow={nothing}
    onSearch={nothing}
    onChoose={nothing}
    onCustomer={nothing}
    {...more}
  />
)
const SOAP = { id: '1', title: 'Soap', isOnSale: true }
const BALM = { id: '2', title: 'Balm', isOnSale: false }

readInBothLanguages([
  {
    name: 'where a model is clearly better it is in use, with figures beside popularity',
    screen: <RecommendationTest made={MADE} page={PAGE} />,
    en: ['In use: Learned from all baskets together. It finds clearly more', 'of 1,456 customers', '45%', '38%', '23%'],
    ko: ['사용 중: 전체 장바구니에서 학습', '고객 1,456명', '45%', '23%'],
  },
  {
    name: 'where popularity wins it is in use, and the page says so',
    screen: (
      <RecommendationTest
        page={PAGE}
        made={made({
          model: 'popularity',
          because: 'not-better',
          figures: { ease: figures(0.2), cosine: figures(0.21), popularity: figures(0.23) },
        })}
      />
    ),
    en: ['In your shop nothing else finds clearly more', 'Most popular products (in use)', '23%', '20%'],
    ko: ['다른 방식이 뚜렷이 더 낫지 않아 인기 상품을 보여 줍니다', '인기 상품 (사용 중)'],
    never: ['It finds clearly more of what customers go on to buy than'],
  },
  {
    name: 'too few to test is said with the number that it takes',
    screen: (
      <RecommendationTest made={made({ model: 'popularity', because: 'few', tested: 12, figures: null })} page={PAGE} />
    ),
    en: [
      'until there is enough to test anything else',
      'needs 50 customers with three orders or more; so far there are 12',
    ],
    ko: ['주문이 3회 이상인 고객 50명부터 시험합니다. 현재 12명입니다.'],
    never: ['The cost of every product'],
  },
  {
    name: 'what costs rest on is said: assumed where neither Shopify nor the merchant names them',
    screen: (
      <RecommendationTest made={MADE} page={{ products: 40, costs: { known: 31, goodsShare: 0.4, isAssumed: true } }} />
    ),
    en: ['Costs named in Shopify: 31 of 40 products. For the others 40% of the price is assumed'],
    ko: ['Shopify에 원가가 입력된 상품: 40개 중 31개. 나머지는 가격의 40%로 가정'],
  },
  {
    name: 'the share of the price that the merchant named is not called an assumption',
    screen: (
      <RecommendationTest
        made={MADE}
        page={{ products: 40, costs: { known: 0, goodsShare: 0.55, isAssumed: false } }}
      />
    ),
    en: ['For the others 55% of the price is taken, as in your settings'],
    ko: ['나머지는 설정에 정한 대로 가격의 55%로 계산합니다'],
    never: ['assumed'],
  },
  {
    name: 'costs of all products are simply known',
    screen: (
      <RecommendationTest made={MADE} page={{ products: 40, costs: { known: 40, goodsShare: 0.4, isAssumed: true } }} />
    ),
    en: ['The cost of every product is known from Shopify.'],
    ko: ['모든 상품의 원가가 Shopify에 입력되어 있습니다.'],
    never: ['For the others'],
  },
  {
    name: 'an empty shop says what comes and when',
    screen: screen({}),
    en: ['Nothing is worked out yet', 'Not shown', 'Show recommendations'],
    ko: ['아직 계산 전입니다', '표시 안 함', '추천 상품 표시하기'],
    never: ['Pin and keep out', '고정과 제외'],
  },
  {
    name: 'what is on its way to Shopify is counted, and product pages are asked for',
    screen: screen({ isOn: true, made: MADE, shown: { customers: 900, waiting: 14 }, asks: ['write_products'] }),
    en: ['900 customers have picks of their own. 14 are still on their way to Shopify.', 'Allow product pages'],
    ko: ['고객 900명에게 맞춤 추천이 있습니다.', '14명분을 Shopify에 반영하고 있습니다.', '상품 페이지 허용'],
  },
  {
    name: 'product pages that were declined stay as guests see them',
    screen: screen({ isOn: true, made: MADE, asks: ['write_products'] }, { isDeclined: true }),
    en: ['Product pages show what guests see'],
    ko: ['상품 페이지에는 방문자용 추천이 표시되며'],
  },
  {
    name: 'a preview says why each product is there, and what would not be shown',
    screen: screen({
      made: MADE,
      products: 2,
      preview: {
        customer: '77',
        lead: 'low',
        picks: [
          { ...SOAP, why: 'low' },
          { ...BALM, why: 'pinned' },
        ],
        bought: ['Soap'],
      },
      examples: [{ customer: '77', lead: 'low' }],
    }),
    en: ['Customer 77', 'Bought last: Soap', '(runs low)', '(pinned by you)', 'Not on sale', 'Runs low'],
    ko: ['최근 구매: Soap', '(다 써 갈 때)', '(직접 고정)', '판매 중 아님'],
  },
  {
    name: 'pinned and kept out products stand first, and a fourth pin is refused in words',
    screen: screen(
      { made: MADE, products: 3, pinned: [SOAP], excluded: [BALM], offered: [SOAP, BALM] },
      { isFull: true },
    ),
    en: ['Pinned', 'Kept out', 'Three products are pinned already'],
    ko: ['고정됨', '제외됨', '이미 상품 3개를 고정했습니다'],
  },
])
