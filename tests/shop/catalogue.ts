import { addDiscount, type NewDiscount } from './discounts.ts'
import type { WorldProduct } from './products.ts'
import type { World, WorldShipping } from './world.ts'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
/** Seoul has no summer time. */
const SEOUL_MS = 9 * 3_600_000
/** The first Monday after 1970-01-01, 00:00 UTC. */
const MONDAY_MS = 4 * DAY_MS
const SALE_EVERY_WEEKS = 9

/** What the seeded shop sells: title, price and cost in won (none: the shop does not name it), and how many days one piece lasts (0: it is no refill). */
const GOODS: { title: string; sku: string; won: number; costWon?: number; lastsDays: number }[] = [
  { title: 'Cica Calming Toner 시카 토너', sku: 'TON-CICA-250', won: 24_000, costWon: 7_200, lastsDays: 58 },
  { title: 'Rice Ferment Toner 쌀 발효 토너', sku: 'TON-RICE-500', won: 32_000, costWon: 11_500, lastsDays: 92 },
  { title: 'Green Tea Cleansing Foam 녹차 클렌징폼', sku: 'CLN-TEA-150', won: 15_000, costWon: 4_800, lastsDays: 52 },
  { title: 'Oat Cleansing Oil 오트 클렌징오일', sku: 'CLN-OAT-200', won: 22_000, costWon: 7_000, lastsDays: 66 },
  { title: 'Snail Repair Essence 달팽이 에센스', sku: 'ESS-SNL-100', won: 28_000, costWon: 9_800, lastsDays: 56 },
  { title: 'Vitamin C Serum 비타민C 세럼', sku: 'SER-VTC-030', won: 34_000, costWon: 8_500, lastsDays: 48 },
  { title: 'Mugwort Ampoule 쑥 앰플', sku: 'AMP-MUG-030', won: 29_000, costWon: 7_900, lastsDays: 50 },
  { title: 'Barrier Cream 장벽 크림', sku: 'CRM-BAR-080', won: 36_000, costWon: 12_600, lastsDays: 70 },
  { title: 'Honey Sleeping Mask 꿀 슬리핑 마스크', sku: 'MSK-HNY-080', won: 26_000, costWon: 9_100, lastsDays: 75 },
  { title: 'Daily Sun Cream SPF50 데일리 선크림', sku: 'SUN-DLY-050', won: 19_000, costWon: 7_600, lastsDays: 45 },
  { title: 'Centella Sheet Mask 10p 병풀 마스크팩', sku: 'MSK-CEN-010', won: 18_000, costWon: 5_400, lastsDays: 40 },
  { title: 'Lip Balm Cherry 체리 립밤', sku: 'LIP-CHR-010', won: 9_000, costWon: 3_600, lastsDays: 0 },
  { title: 'Hand Cream Trio 핸드크림 3종', sku: 'HND-TRI-003', won: 21_000, costWon: 8_800, lastsDays: 0 },
  { title: 'Camellia Hair Oil 동백 헤어오일', sku: 'HAR-CAM-100', won: 27_000, costWon: 9_400, lastsDays: 80 },
  { title: 'Gift Set Morning 모닝 선물세트', sku: 'SET-MOR-001', won: 68_000, lastsDays: 0 },
  { title: 'Gift Set Calm 진정 선물세트', sku: 'SET-CLM-001', won: 79_000, lastsDays: 0 },
  { title: 'Sample Kit 샘플 키트', sku: 'KIT-SMP-001', won: 5_000, costWon: 4_700, lastsDays: 0 },
]

/** A product may be in several. */
const COLLECTIONS: { title: string; handle?: string; skus: RegExp }[] = [
  { title: 'Toners & essences 토너·에센스', skus: /^(TON|ESS)-/ },
  { title: 'Cleansing 클렌징', skus: /^CLN-/ },
  { title: 'Serums 세럼·앰플', skus: /^(SER|AMP)-/ },
  { title: 'Masks 마스크', skus: /^MSK-/ },
  { title: 'Gifts 선물', skus: /^(SET|HND)-/ },
  { title: 'Under 20,000 won 2만원 이하', skus: /-(TEA-150|DLY-050|CEN-010|CHR-010|SMP-001)$/ },
  // As every shop has them.
  { title: 'Home page 홈', handle: 'frontpage', skus: /^(TON|SUN|MSK-CEN)-/ },
  { title: 'All 전체', handle: 'all', skus: /^(?!KIT-)/ },
]
/** Of everything, to begin with. */
const IN_STOCK = 2000
const FIRST_COLLECTION = 420_000_000_001
const FIRST_DISCOUNT = 430_000_000_001

export const FIRST_CODE = 'WELCOME20'
export const OPEN_CODE = 'GLOW10'
export const SHIPPING_CODE = 'FREESHIP'
export const SHIPPING: WorldShipping = { minor: 3000, freeFromMinor: 50_000 }

/**
 * What the checkout takes. That the first-order code works once is newer than the history: there some have used it twice.
 */
const CODES: NewDiscount[] = [
  { codes: [FIRST_CODE], value: { percentage: 0.2 }, firstOrderOnly: true, oncePerCustomer: true },
  { codes: [OPEN_CODE], value: { percentage: 0.1 } },
  { codes: [SHIPPING_CODE], value: null },
]
/** Before anything that the seeded history tells of. */
const CODES_SINCE = Date.UTC(2020, 0, 1)

export type Catalogue = {
  refills: { product: WorldProduct; lastsDays: number }[]
  gifts: WorldProduct[]
  kit: WorldProduct
  everything: WorldProduct[]
}

export function stockCatalogue(world: World): void {
  for (const good of GOODS)
    world.addProduct({
      title: good.title,
      sku: good.sku,
      priceMinor: good.won,
      ...(good.costWon === undefined ? {} : { unitCostMinor: good.costWon }),
      stock: IN_STOCK,
      image: { name: `${good.sku.toLowerCase()}.svg`, width: 900, height: 900, alt: '' },
      handle: good.title
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replaceAll(/^-|-$/g, ''),
    })
  for (const [place, { title, handle, skus }] of COLLECTIONS.entries())
    world.addCollection({
      // A range of their own: the ids of all that is made later stay what they are.
      id: FIRST_COLLECTION + place,
      title,
      ...(handle === undefined ? {} : { handle }),
      productIds: [...world.products.values()].filter(({ sku }) => skus.test(sku)).map(({ id }) => id),
    })
  for (const [place, code] of CODES.entries())
    addDiscount(world, { id: FIRST_DISCOUNT + place * 10, createdAt: CODES_SINCE, ...code })
  world.shipping = SHIPPING
}

/** The goods as this world has them, found by SKU, so that a world from disk works too. */
export function catalogueOf(world: World): Catalogue {
  const bySku = new Map([...world.products.values()].map((product) => [product.sku, product]))
  const find = (sku: string): WorldProduct => {
    const product = bySku.get(sku)
    if (!product) throw new Error(`This world has no product ${sku}: it is not the seeded one`)
    return product
  }
  const kit = find('KIT-SMP-001')
  return {
    refills: GOODS.filter((good) => good.lastsDays > 0).map((good) => ({
      product: find(good.sku),
      lastsDays: good.lastsDays,
    })),
    gifts: [find('SET-MOR-001'), find('SET-CLM-001')],
    kit,
    everything: GOODS.map((good) => find(good.sku)).filter((product) => product !== kit),
  }
}

/** Monday 00:00 in Seoul of the week that holds this moment. */
function weekStart(at: number): number {
  return Math.floor((at + SEOUL_MS - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS - SEOUL_MS
}

function isSaleWeek(start: number): boolean {
  return Math.round((start + SEOUL_MS - MONDAY_MS) / WEEK_MS) % SALE_EVERY_WEEKS === 4
}

/** The shop-wide sale that runs at this moment, one week in nine. */
export function saleAt(at: number): { title: string; percent: number } | null {
  if (!isSaleWeek(weekStart(at))) return null
  const month = new Date(at + SEOUL_MS).getUTCMonth()
  const season = [
    'Winter',
    'Winter',
    'Spring',
    'Spring',
    'Spring',
    'Summer',
    'Summer',
    'Summer',
    'Autumn',
    'Autumn',
    'Autumn',
  ]
  return { title: `${season[month] ?? 'Winter'} sale 20%`, percent: 20 }
}

/** The start of the first sale week that begins after this moment. */
export function nextSaleAfter(at: number): number {
  let start = weekStart(at) + WEEK_MS
  while (!isSaleWeek(start)) start += WEEK_MS
  return start
}

/** A moment of the day at which people in Seoul shop, on the day that holds `at`. */
export function shoppingHour(at: number, random: () => number): number {
  const day = Math.floor((at + SEOUL_MS) / DAY_MS) * DAY_MS - SEOUL_MS
  const hour = 8 + 15 * Math.sqrt(random())
  return Math.floor((day + hour * 3_600_000) / 1000) * 1000
}

/** The next day of presents after this moment: Parents' Day or Christmas, whichever this person keeps. */
export function nextGiftDay(at: number, keepsChristmas: boolean): number {
  const [month, day] = keepsChristmas ? [11, 12] : [4, 2]
  const year = new Date(at + SEOUL_MS).getUTCFullYear()
  const thisYear = Date.UTC(year, month, day) - SEOUL_MS
  return thisYear > at ? thisYear : Date.UTC(year + 1, month, day) - SEOUL_MS
}
