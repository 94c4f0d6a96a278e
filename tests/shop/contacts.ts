import { chanceFrom, oneOf, wholeBetween } from './chance.ts'
import type { World, WorldContact, WorldCustomer } from './world.ts'

/*
 * Where the people of the seeded shop live, how they are called, and who wants mail. Some of them came twice: their second account has
 * another spelling of their mailbox, their mobile number, or their name at another provider and the same door. Others only
 * share a door: those are households. Nothing here is drawn from the chance that orders are drawn from.
 */

const STREETS = '테헤란로 강남대로 올림픽로 월드컵북로 세종대로 동일로 천호대로 은평로'.split(' ')
const CITIES = ['서울', '성남', '수원', '부산', '대전']

/** People who came twice, by what gives them away. */
const TWICE = ['mailbox', 'number', 'name-at-door', 'number', 'mailbox', 'number', 'name-at-door', 'mailbox'] as const
const HOUSEHOLDS = 20
/** A couple that orders on one number: the merchant knows better than the hashes do. */
const COUPLES = 2
/** Cherry-pickers who took the benefit for a first order a second time, on an account made for it. */
const CHERRY_TWICE = 6

export function giveContacts(world: World): void {
  const random = chanceFrom('contacts')
  const everybody = [...world.customers.values()]
  const consent = chanceFrom('consents')
  const dated = chanceFrom('consent dates')
  for (const customer of everybody) {
    customer.contact = contactOf(random)
    customer.emailConsent = consent() < 0.6 ? 'SUBSCRIBED' : consent() < 0.3 ? 'UNSUBSCRIBED' : 'NOT_SUBSCRIBED'
    // Most agree when they sign up; of some the shop brought a list without dates.
    if (dated() < 0.9 && customer.emailConsent !== 'NOT_SUBSCRIBED') customer.emailConsentAt = customer.createdAt
  }
  const newest = (behaviour: string): WorldCustomer[] =>
    everybody
      .filter((customer) => customer.behaviour === behaviour)
      .sort((a, b) => (world.ordersOf(b.id).at(-1)?.processedAt ?? 0) - (world.ordersOf(a.id).at(-1)?.processedAt ?? 0))
  const onceOnly = newest('one-time')
  const pickers = newest('cherry-picker')
  const regulars = newest('drifting')
  for (const [index, sign] of TWICE.entries()) isOnePerson(onceOnly[index * 2]!, onceOnly[index * 2 + 1]!, sign)
  for (let index = 0; index < CHERRY_TWICE; index += 1)
    isOnePerson(pickers[index * 2]!, pickers[index * 2 + 1]!, index % 2 === 0 ? 'mailbox' : 'number')
  for (let index = 0; index < COUPLES; index += 1) {
    const [one, other] = [regulars[index * 2]!, regulars[index * 2 + 1]!]
    other.contact = { address: { ...one.contact!.address! } }
  }
  for (let index = 0; index < HOUSEHOLDS; index += 1) {
    const [one, other] = [regulars[20 + index * 2]!, regulars[21 + index * 2]!]
    other.contact = { address: { ...one.contact!.address!, phone: numberOf(random) } }
  }
  world.touch()
}

function contactOf(random: () => number): WorldContact {
  const address1 = `${oneOf(random, STREETS)} ${wholeBetween(random, 2, 190)}길 ${wholeBetween(random, 2, 98)}`
  const address2 = `${wholeBetween(random, 101, 118)}동 ${wholeBetween(random, 101, 2104)}호`
  const zip = String(wholeBetween(random, 1000, 63_999)).padStart(5, '0')
  const number = numberOf(random)
  // Not everybody gives a number with the address.
  const phone = random() < 0.7 ? { phone: number } : {}
  return { address: { address1, address2, city: oneOf(random, CITIES), zip, ...phone } }
}

function numberOf(random: () => number): string {
  return `010-${wholeBetween(random, 2000, 9999)}-${String(wholeBetween(random, 0, 9999)).padStart(4, '0')}`
}

/** Makes the second account one that the owner of the first made later. */
function isOnePerson(first: WorldCustomer, second: WorldCustomer, sign: (typeof TWICE)[number]): void {
  second.firstName = first.firstName
  second.lastName = first.lastName
  const address = first.contact!.address!
  const { phone: _, ...door } = address
  const name = first.email.split('@')[0]!.replace('.', '')
  if (sign === 'mailbox') {
    first.contact = { address, email: `${name}@gmail.com` }
    second.contact!.email = `${name.slice(0, 3)}.${name.slice(3)}+2@googlemail.com`
  } else if (sign === 'number') {
    const number = address.phone ?? `010-7${String(first.id).slice(-7, -4)}-${String(first.id).slice(-4)}`
    first.contact = { address: { ...address, phone: `+82${number.slice(1).replaceAll('-', '')}` } }
    second.contact!.address = { ...second.contact!.address!, phone: `+82 ${number.slice(1)}` }
  } else {
    first.contact = { address, email: `${name}@naver.com` }
    second.contact = {
      email: `${name}@kakao.com`,
      address: { ...door, address1: `${address.address1} ${address.address2}`, address2: '' },
    }
  }
}
