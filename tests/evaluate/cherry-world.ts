import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidInput } from '#app/errors.ts'
import { between, chanceFrom, oneOf, spread, wholeBetween } from '#tests/shop/chance.ts'
import { aliasOf, detailsOf, emailOf, Town, type Details, type Identity } from './invented-people.ts'
import { severalAccounts } from './linking-people.ts'
import { writeTable } from './table.ts'

const DAY_MS = 86_400_000
/** A Monday; the history ends on a Sunday 130 weeks later. */
const START = Date.UTC(2024, 2, 4)
const WEEKS = 130
const PEOPLE = 4_000

/** Why somebody buys, and how many of all people do so. A name that begins with cherry- is a cherry-picker. */
const BEHAVIOURS = [
  ['honest-full-price', 0.29],
  ['honest-one-timer', 0.29],
  ['honest-regular', 0.15],
  ['honest-sale-lover', 0.12],
  ['honest-couponer', 0.055],
  ['honest-two-accounts', 0.015],
  ['cherry-one-account', 0.035],
  ['cherry-several-accounts', 0.03],
  ['cherry-stripper', 0.015],
] as const
type Behaviour = (typeof BEHAVIOURS)[number][0]

const BENEFIT = 'WELCOME15'
/** Codes that anybody may find at any time, and that few honest people look for. */
const HUNTED = ['DEALSITE12', 'COUPONPAL10', 'NEWS10']

type Product = { sku: string; title: string; priceMinor: number }
type Row = [string, string, string, string, string, number, string, string, string, string, string]
type Account = Details & { customer: string; person: string; behaviour: Behaviour }
type CherryWorld = { orders: Row[]; accounts: Account[] }

/** How one order is paid for: `sale` is what the shop takes off by itself, a code comes instead of it where it is better. */
type Order = { at: number; customer: string; code: string; status: string }

/**
 * Orders of a shop over 130 weeks by people whose behaviour is known, with noise on both sides: cherry-pickers pay the full
 * price now and then and some use a new identity for every account; honest people look for codes, return what they bought,
 * live together, and some take the benefit a second time with a forgotten account.
 */
export function cherryWorld(seed: string): CherryWorld {
  const random = chanceFrom(`cherry ${seed}`)
  const shop = new Shop(random)
  const world: CherryWorld = { orders: [], accounts: [] }
  const town = new Town(random)
  const placed: Order[] = []
  for (let person = 1; person <= PEOPLE; person += 1) {
    const behaviour = drawn(random)
    const details = accountsOf(behaviour, town, random)
    const customers = details.map((each, index) => {
      const customer = `c${world.accounts.length + 1}`
      world.accounts.push({ ...each, customer, person: `p${person}`, behaviour })
      return { customer, index }
    })
    placed.push(
      ...ordersOf(
        behaviour,
        customers.map((each) => each.customer),
        shop,
        random,
      ),
    )
  }
  placed.sort((a, b) => a.at - b.at)
  world.orders = placed
    .filter((order) => order.at < shop.end)
    .flatMap((order, index) => shop.rows(order, `A${1000 + index}`))
  return world
}

function drawn(random: () => number): Behaviour {
  let left = random() * BEHAVIOURS.reduce((sum, [, share]) => sum + share, 0)
  return (BEHAVIOURS.find(([, share]) => (left -= share) < 0) ?? BEHAVIOURS[0])[0]
}

function accountsOf(behaviour: Behaviour, town: Town, random: () => number): Details[] {
  const who: Identity = town.identity()
  const plain = (of: Identity, email = emailOf(of)) => detailsOf(of, email, town.mobile(of.door.country), random)
  if (behaviour === 'honest-two-accounts') return [plain(who), plain(who, aliasOf(who, random))]
  if (behaviour !== 'cherry-several-accounts') return [plain(who)]
  const count = wholeBetween(random, 2, 5)
  if (random() < 0.8) return severalAccounts(who, town, random, count)
  return Array.from({ length: count }, () => plain(town.identity()))
}

function ordersOf(behaviour: Behaviour, customers: string[], shop: Shop, random: () => number): Order[] {
  const first = shop.anyTime(random)
  const customer = customers[0]!
  const later = (count: number, cycleDays: number, code: () => string, inSales = 0): Order[] => {
    const orders: Order[] = []
    let at = first
    for (let i = 0; i < count; i += 1) {
      at += Math.max(2, cycleDays * spread(random, 0.5)) * DAY_MS
      if (random() < inSales) at = shop.nextSale(at, random)
      orders.push({ at, customer, code: code(), status: random() < 0.015 ? 'refunded' : 'paid' })
    }
    return orders
  }
  const start = (benefitShare: number, at = first): Order => ({
    at,
    customer,
    code: random() < benefitShare ? BENEFIT : '',
    status: random() < 0.02 ? oneOf(random, ['refunded', 'cancelled']) : 'paid',
  })
  const sometimes = (share: number) => () => (random() < share ? oneOf(random, HUNTED) : '')
  switch (behaviour) {
    case 'honest-full-price':
      return [start(0.35), ...later(wholeBetween(random, 0, 4), between(random, 50, 160), sometimes(0.04))]
    case 'honest-one-timer':
      return [start(0.7)]
    case 'honest-regular':
      return [start(0.45), ...later(wholeBetween(random, 4, 14), between(random, 30, 70), sometimes(0.06))]
    case 'honest-sale-lover':
      return [start(0.5, shop.nextSale(first, random)), ...later(wholeBetween(random, 1, 7), 60, sometimes(0.05), 0.85)]
    case 'honest-couponer':
      return [start(0.7), ...later(wholeBetween(random, 1, 7), between(random, 40, 110), sometimes(0.5))]
    case 'honest-two-accounts':
      return [
        start(0.5),
        ...later(wholeBetween(random, 0, 3), 80, sometimes(0.05)),
        {
          at: first + between(random, 100, 300) * DAY_MS,
          customer: customers[1]!,
          code: random() < 0.15 ? BENEFIT : '',
          status: 'paid',
        },
      ]
    case 'cherry-one-account':
      return [start(0.9), ...later(wholeBetween(random, 2, 7), between(random, 30, 110), sometimes(0.92), 0.2)]
    case 'cherry-several-accounts':
      return customers.flatMap((account, index) => {
        const at = first + index * between(random, 20, 90) * DAY_MS
        const again =
          random() < 0.3 ? [{ at: at + 9 * DAY_MS, customer: account, code: sometimes(0.8)(), status: 'paid' }] : []
        return [{ at, customer: account, code: random() < 0.95 ? BENEFIT : '', status: 'paid' }, ...again]
      })
    case 'cherry-stripper': {
      const kept = later(wholeBetween(random, 1, 3), 40, sometimes(0.8))
      const attempts = Array.from({ length: wholeBetween(random, 1, 3) }, (_, index) => ({
        at: first + index * between(random, 3, 20) * DAY_MS,
        customer,
        code: BENEFIT,
        status: oneOf(random, ['cancelled', 'refunded']),
      }))
      const bought = {
        at: first + between(random, 1, 30) * DAY_MS,
        customer,
        code: random() < 0.85 ? BENEFIT : '',
        status: 'paid',
      }
      return [...attempts, bought, ...kept]
    }
  }
}

/** What the shop sells and when it has a sale. */
class Shop {
  readonly end = START + WEEKS * 7 * DAY_MS
  private readonly random: () => number
  private readonly products: Product[]
  /** By week: what part is taken off, and of which products. */
  private readonly sales = new Map<number, { off: number; skus: Set<string> }>()

  constructor(random: () => number) {
    this.random = random
    this.products = Array.from({ length: 40 }, (_, index) => ({
      sku: `S${index + 1}`,
      title: `Product ${index + 1}`,
      priceMinor: Math.round(2_500 * spread(random, 0.6)),
    }))
    for (let week = wholeBetween(random, 2, 8); week < WEEKS; week += wholeBetween(random, 7, 14)) {
      const sale = { off: oneOf(random, [0.2, 0.25, 0.3, 0.4]), skus: new Set<string>() }
      for (const { sku } of this.products) if (random() < 0.65) sale.skus.add(sku)
      this.sales.set(week, sale)
      if (random() < 0.4) this.sales.set(week + 1, sale)
    }
  }

  anyTime(random: () => number): number {
    return START + between(random, 0, WEEKS * 7 - 3) * DAY_MS
  }

  nextSale(at: number, random: () => number): number {
    const week = Math.floor((at - START) / (7 * DAY_MS))
    const next = [...this.sales.keys()].find((each) => each >= week)
    return next === undefined ? at : START + (next * 7 + between(random, 0, 6.9)) * DAY_MS
  }

  rows({ at, customer, code, status }: Order, name: string): Row[] {
    const { random } = this
    const sale = this.sales.get(Math.floor((at - START) / (7 * DAY_MS)))
    const onSale = this.products.filter(({ sku }) => sale?.skus.has(sku))
    // In a sale most people take what is on sale.
    const shelf = onSale.length > 0 && random() < 0.7 ? onSale : this.products
    const bought = new Set(Array.from({ length: wholeBetween(random, 1, 3) }, () => oneOf(random, shelf)))
    const time = new Date(Math.floor(at / 1000) * 1000).toISOString()
    return [...bought].map(({ sku, title, priceMinor }) => {
      const quantity = random() < 0.15 ? 2 : 1
      const off = code !== '' ? (code === BENEFIT ? 0.15 : 0.1) : sale?.skus.has(sku) ? sale.off : 0
      const minor = (amount: number) => (amount / 100).toFixed(2)
      const discountMinor = Math.round(priceMinor * quantity * off)
      return [name, customer, time, sku, title, quantity, minor(priceMinor), minor(discountMinor), code, 'USD', status]
    })
  }
}

/** What a folder of a world holds; only the truth says who is what. */
export async function writeCherryWorld(world: CherryWorld, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'orders.csv')
  await writeTable(
    file,
    'order,customer,time,sku,title,quantity,unit_price,discount,code,currency,status'.split(','),
    world.orders,
  )
  await writeTable(
    `${file}.truth.csv`,
    ['customer', 'person', 'behaviour'],
    world.accounts.map((each) => [each.customer, each.person, each.behaviour]),
  )
  const people = ['customer', 'email', 'phone', 'address', 'zip', 'country'] as const
  await writeTable(
    `${file}.people.csv`,
    people,
    world.accounts.map((each) => people.map((column) => each[column])),
  )
  return file
}

/** `npm run evaluate -- cherry-world SEED FOLDER`: writes orders.csv with its truth and people beside it. */
export async function evaluate([seed, folder]: string[]): Promise<unknown> {
  if (!seed || !folder) throw new InvalidInput('give a seed and the folder to write: cherry-world 1 world')
  const world = cherryWorld(seed)
  const file = await writeCherryWorld(world, folder)
  return { file, orderLines: world.orders.length, accounts: world.accounts.length, people: PEOPLE }
}
