import { allOf, basket, troubled } from './baskets.ts'
import {
  FIRST_CODE,
  OPEN_CODE,
  catalogueOf,
  nextGiftDay,
  nextSaleAfter,
  saleAt,
  shoppingHour,
  stockCatalogue,
} from './catalogue.ts'
import type { Catalogue } from './catalogue.ts'
import { between, chanceFrom, oneOf, spread, wholeBetween } from './chance.ts'
import { giveContacts } from './contacts.ts'
import { nameOf } from './people.ts'
import { World } from './world.ts'
import type { WorldProduct } from './products.ts'
import type { NewOrder, WorldCustomer } from './world.ts'

const DAY_MS = 86_400_000
const MONTH_MS = 30.44 * DAY_MS
const HISTORY_MONTHS = 26

/**
 * Why somebody buys. Every purchase in the seeded world comes from one of these, so the truth about each customer is
 * known: it is written in `WorldCustomer.behaviour`.
 */
export type Behaviour =
  | 'loyal'
  | 'refill'
  | 'drifting'
  | 'one-time'
  | 'sale-buyer'
  | 'gift-buyer'
  | 'cherry-picker'
  | 'salon'
  | 'prospect'
  | 'story'

/** How many of each the shop has. Guests are orders without a customer. */
const CROWD: [Behaviour, number][] = [
  ['loyal', 130],
  ['refill', 180],
  ['drifting', 190],
  ['one-time', 360],
  ['sale-buyer', 80],
  ['gift-buyer', 60],
  ['cherry-picker', 32],
  ['salon', 12],
  ['prospect', 155],
]
const GUEST_ORDERS = 280

/** What stays the same about one person. It is drawn from the e-mail address, so it survives a save and a restart. */
type Habits = {
  cycleDays: number
  stopsAfter: number
  favourites: WorldProduct[]
  keepsChristmas: boolean
  /** For cherry-pickers: cancels the first order to have its benefit again. */
  cancels: boolean
  staffCode: string | null
}

type Purchase = { at: number; order: NewOrder }

/** The seeded shop: a Korean and English skincare shop, 26 months of orders that end now. The same for the same `now`. */
export function seededWorld(now: number): World {
  const world = new World({
    domain: 'morello-demo.myshopify.com',
    name: 'Morello Skin',
    currency: 'KRW',
    timezone: 'Asia/Seoul',
    plan: 'advanced',
    locale: 'ko',
  })
  stockCatalogue(world)
  const goods = catalogueOf(world)
  const random = chanceFrom('crowd')

  const people = CROWD.flatMap(([behaviour, count]) =>
    Array.from({ length: count }, (_, index) => newcomer(behaviour, index, now, random, goods)),
  )
  people.push(jiwoo(now))
  people.sort((a, b) => a.createdAt - b.createdAt)

  const purchases: Purchase[] = []
  for (const person of people) {
    const { firstAt, ...facts } = person
    const customer = world.addCustomer(facts)
    if (firstAt !== null) purchases.push(...purchasesOf(customer, firstAt, now, 0, goods))
  }
  tagByHand(world)
  for (let count = 0; count < GUEST_ORDERS; count += 1) {
    const at = shoppingHour(now - between(random, 1, HISTORY_MONTHS * 30) * DAY_MS, random)
    purchases.push({ at, order: basket(null, at, [oneOf(random, goods.everything)], random, 0) })
  }
  place(world, purchases)
  leaveCheckouts(world, now)
  giveContacts(world)
  return world
}

const FIRST_CHECKOUT = 520_000_000_001
/** One customer in so many has left a checkout in the last two months. */
const LEAVES_ONE_IN = 14

/** Chance of their own, and ids of their own range: the history stays what it is without them. */
function leaveCheckouts(world: World, now: number): void {
  const random = chanceFrom('checkouts')
  let id = FIRST_CHECKOUT
  for (const customer of world.customers.values()) {
    if (random() * LEAVES_ONE_IN >= 1) continue
    const at = shoppingHour(now - between(random, 1, 60) * DAY_MS, random)
    if (at < customer.createdAt) continue
    const isCompleted = random() < 0.2
    const completedAt = isCompleted ? at + 7_200_000 : null
    world.addCheckout({ id, customerId: customer.id, createdAt: at, updatedAt: completedAt ?? at, completedAt })
    id += 1
  }
}

/** Lets the world live on for some days: its clock moves, and everybody buys as their behaviour has it. */
export function advance(world: World, days: number): void {
  const from = world.now()
  world.advance(days)
  const goods = catalogueOf(world)
  const purchases: Purchase[] = []
  for (const customer of world.customers.values()) {
    if (customer.behaviour === undefined || customer.behaviour === 'story') continue
    const own = world.ordersOf(customer.id)
    const last = own.at(-1)
    if (!last) continue
    const habits = habitsOf(customer, goods)
    const next = nextAt(customer, habits, last.processedAt, own.length)
    // Whoever was about to buy while nobody let the clock run buys now.
    if (next !== null)
      purchases.push(...purchasesOf(customer, Math.max(next, from + 1000), world.now(), own.length, goods))
  }
  place(world, purchases)
}

/** One customer and her story: she has bought once, five weeks ago; her second order makes her a returning customer. */
function jiwoo(now: number): Newcomer {
  const firstAt = shoppingHour(now - 36 * DAY_MS, chanceFrom('jiwoo'))
  return {
    firstName: '지우',
    lastName: '김',
    email: 'jiwoo.kim@example.com',
    locale: 'ko',
    createdAt: firstAt - 1_800_000,
    behaviour: 'story',
    tags: ['newsletter'],
    firstAt,
  }
}

type Newcomer = Pick<WorldCustomer, 'firstName' | 'lastName' | 'email' | 'locale' | 'createdAt' | 'tags'> & {
  behaviour: Behaviour
  firstAt: number | null
}

function newcomer(behaviour: Behaviour, index: number, now: number, random: () => number, goods: Catalogue): Newcomer {
  const name = nameOf(random)
  const email = `${name.latin}.${behaviour.replace('-', '')}${index}@example.com`
  const habits = habitsOf({ email, behaviour }, goods)
  const firstAt = shoppingHour(firstPurchaseAt(behaviour, habits, now, random), random)
  const tags: string[] = []
  if (random() < 0.25) tags.push('newsletter')
  if (behaviour === 'loyal' && random() < 0.2) tags.push('VIP')
  if (behaviour === 'salon') tags.push('wholesale')
  return {
    firstName: behaviour === 'salon' ? `${name.first} (살롱)` : name.first,
    lastName: name.last,
    email,
    locale: name.locale,
    createdAt: firstAt - Math.floor(between(random, 600, random() < 0.3 ? 1_200_000 : 3600)) * 1000,
    tags,
    behaviour,
    firstAt: behaviour === 'prospect' ? null : firstAt,
  }
}

function firstPurchaseAt(behaviour: Behaviour, habits: Habits, now: number, random: () => number): number {
  const anyTime = now - between(random, 3, HISTORY_MONTHS * 30.4) * DAY_MS
  switch (behaviour) {
    case 'drifting': {
      const silentDays = random() < 0.45 ? between(random, 75, 170) : between(random, 170, 420)
      return now - (silentDays + (habits.stopsAfter - 1) * habits.cycleDays) * DAY_MS
    }
    case 'one-time':
      return random() < 0.35 ? now - between(random, 2, 80) * DAY_MS : anyTime
    case 'sale-buyer': {
      const start = nextSaleAfter(now - between(random, 6, HISTORY_MONTHS) * MONTH_MS)
      return start + Math.floor(between(random, 0, 7)) * DAY_MS
    }
    case 'gift-buyer':
      return nextGiftDay(now - between(random, 13, HISTORY_MONTHS) * MONTH_MS, habits.keepsChristmas)
    case 'cherry-picker':
      return now - between(random, 10, 22) * MONTH_MS
    case 'loyal':
    case 'refill':
      // The shop grows: more of its regulars came lately.
      return now - (1 + (HISTORY_MONTHS - 1) * random() ** 1.7) * MONTH_MS
    case 'salon':
      return now - between(random, 4, HISTORY_MONTHS) * MONTH_MS
    default:
      return anyTime
  }
}

function habitsOf(customer: { email: string; behaviour?: string }, goods: Catalogue): Habits {
  const random = chanceFrom(customer.email)
  const refill = oneOf(random, goods.refills)
  const pieces = customer.behaviour === 'refill' && random() < 0.25 ? 2 : 1
  const cycleDays =
    customer.behaviour === 'refill'
      ? refill.lastsDays * pieces
      : customer.behaviour === 'salon'
        ? between(random, 25, 35)
        : between(random, 32, 68)
  return {
    cycleDays,
    stopsAfter: wholeBetween(random, 2, 6),
    favourites: [...Array.from({ length: pieces }, () => refill.product), oneOf(random, goods.everything)],
    keepsChristmas: random() < 0.6,
    cancels: random() < 0.5,
    staffCode: random() < 0.015 ? `STAFF-${customer.email.slice(0, 4).toUpperCase()}` : null,
  }
}

/** When this person buys again after their order number `count`; null: never. */
function nextAt(
  customer: Pick<WorldCustomer, 'email' | 'behaviour'>,
  habits: Habits,
  last: number,
  count: number,
): number | null {
  const random = chanceFrom(`${customer.email} ${count}`)
  const after = (days: number): number => shoppingHour(last + Math.max(1.2, days) * DAY_MS, random)
  switch (customer.behaviour) {
    case 'loyal':
      return after(habits.cycleDays * spread(random, 0.28))
    case 'refill':
      return after(habits.cycleDays * spread(random, 0.14))
    case 'salon':
      return after(habits.cycleDays * spread(random, 0.12))
    case 'drifting':
      return count < habits.stopsAfter ? after(habits.cycleDays * spread(random, 0.3)) : null
    case 'sale-buyer': {
      const skipped = random() < 0.3 ? 63 * DAY_MS : 0
      return shoppingHour(nextSaleAfter(last + skipped) + Math.floor(between(random, 0, 6.9)) * DAY_MS, random)
    }
    case 'gift-buyer':
      return random() < 0.8
        ? shoppingHour(nextGiftDay(last + 60 * DAY_MS, habits.keepsChristmas) + between(random, 0, 9) * DAY_MS, random)
        : null
    case 'cherry-picker':
      if (count >= habits.stopsAfter + 4) return null
      if (count === 1) return after(habits.cancels ? between(random, 1, 3) : between(random, 20, 50))
      return shoppingHour(nextSaleAfter(last) + Math.floor(between(random, 0, 6.9)) * DAY_MS, random)
    default:
      return null
  }
}

function purchasesOf(
  customer: WorldCustomer,
  firstAt: number,
  until: number,
  already: number,
  goods: Catalogue,
): Purchase[] {
  const habits = habitsOf(customer, goods)
  const found: Purchase[] = []
  let at: number | null = firstAt
  for (let count = already; at !== null && at <= until; count += 1) {
    const random = chanceFrom(`${customer.email} basket ${count}`)
    const order = orderOf(customer, habits, at, count, until, random, goods)
    found.push({ at, order })
    // Forgot something: a second order within hours is the same occasion.
    if (customer.behaviour === 'loyal' && random() < 0.02 && at + 7_200_000 <= until)
      found.push({
        at: at + 7_200_000,
        order: basket(customer.id, at + 7_200_000, [oneOf(random, goods.everything)], random, count + 1),
      })
    at = nextAt(customer, habits, at, count + 1)
  }
  return found
}

function orderOf(
  customer: WorldCustomer,
  habits: Habits,
  at: number,
  count: number,
  until: number,
  random: () => number,
  goods: Catalogue,
): NewOrder {
  switch (customer.behaviour) {
    case 'salon': {
      const order = basket(customer.id, at, habits.favourites.slice(0, 1), random, 1, null)
      const quantity = wholeBetween(random, 18, 48)
      // Half of the salons buy as a company; the others can be told by their quantities alone.
      return {
        ...order,
        companyId: habits.keepsChristmas ? 7_700_000_000_000 + customer.id : null,
        lines: order.lines!.map((line) => ({ ...line, quantity, currentQuantity: quantity, allocations: [] })),
        discounts: [],
      }
    }
    case 'gift-buyer':
      return basket(
        customer.id,
        at,
        [oneOf(random, goods.gifts), ...(random() < 0.3 ? goods.gifts : [])],
        random,
        count,
      )
    case 'cherry-picker': {
      const picks = [oneOf(random, goods.everything), oneOf(random, goods.everything), oneOf(random, goods.everything)]
      if (count > 1) return basket(customer.id, at, picks, random, 1, saleAt(at) ? null : OPEN_CODE)
      const order = basket(customer.id, at, picks, random, count, FIRST_CODE)
      const cancelledAt = at + Math.floor(between(random, 2, 20)) * 3_600_000
      return count === 0 && habits.cancels && cancelledAt <= until
        ? {
            ...order,
            cancelledAt,
            updatedAt: cancelledAt,
            financialStatus: 'REFUNDED',
            refunds: allOf(order, cancelledAt),
          }
        : order
    }
    case 'sale-buyer':
      return basket(
        customer.id,
        at,
        [oneOf(random, goods.everything), oneOf(random, goods.everything)],
        random,
        1,
        null,
      )
    case 'story':
      return basket(customer.id, at, [goods.refills[0]!.product], random, count, FIRST_CODE)
    case 'refill':
      return troubled(basket(customer.id, at, habits.favourites.slice(0, -1), random, count), at, until, random)
    default: {
      const picks = random() < 0.5 ? habits.favourites : [oneOf(random, goods.everything)]
      const code = habits.staffCode !== null && count > 0 ? habits.staffCode : undefined
      return troubled(basket(customer.id, at, picks, random, count, code), at, until, random)
    }
  }
}

/** Orders come into the world as they happened, with a few of the shop's own: test orders and free kits. */
function place(world: World, purchases: Purchase[]): void {
  purchases.sort((a, b) => a.at - b.at)
  const { kit, everything } = catalogueOf(world)
  for (const [index, { at, order }] of purchases.entries()) {
    const placed = world.addOrder({ processedAt: at, createdAt: at, ...order })
    const customer = placed.customerId === null ? undefined : world.customers.get(placed.customerId)
    if (customer) customer.updatedAt = Math.max(customer.updatedAt, at)
    if (index % 150 === 75 && customer && customer.behaviour !== 'story')
      world.addOrder({
        customerId: customer.id,
        processedAt: at + 1000,
        createdAt: at + 1000,
        lines: [{ productId: kit.id, quantity: 1, allocations: [{ discount: 0, minor: kit.priceMinor }] }],
        discounts: [{ kind: 'automatic', title: 'Free sample kit' }],
      })
    if (index % 600 === 300)
      world.addOrder({
        processedAt: at + 2000,
        createdAt: at + 2000,
        test: true,
        lines: [{ productId: everything[0]!.id }],
      })
  }
}

/** The merchant tagged people before we came, one of them with a word that looks like ours. */
function tagByHand(world: World): void {
  const loyal = [...world.customers.values()].filter((customer) => customer.behaviour === 'loyal')
  loyal[3]?.tags.push('seg:repeat')
  loyal[5]?.tags.push('지인', 'seoul-event')
}
