import { numberOfOrders, spentMinor } from '../amounts.ts'
import { countryOf, shopifyWordsOf } from '../shopify-words.ts'
import type { WorldCustomer } from '../world.ts'
import { dateTime, gid, money } from './money.ts'
import type { Args, Call, List, PlayedFields, PlayedLists } from './played.ts'
import { maySee, orderListOf } from './orders.ts'
import { compareDate, compareNumber, compileSearch, idIn, notPlayed, type Filters } from './search.ts'
import { sortedBy } from './sorted.ts'

const CUSTOMER_FILTERS: Filters<WorldCustomer> = {
  id: (customer, operator, value) => compareNumber(customer.id, operator, idIn(value)),
  updated_at: (customer, operator, value) => compareDate(customer.updatedAt, operator, value),
  customer_date: (customer, operator, value) => compareDate(customer.createdAt, operator, value),
  tag: (customer, _operator, value) => customer.tags.some((tag) => tag.toLowerCase() === value.toLowerCase()),
}

const CUSTOMER_SORTS: Record<string, (customer: WorldCustomer) => number> = {
  ID: (customer) => customer.id,
  UPDATED_AT: (customer) => customer.updatedAt,
  CREATED_AT: (customer) => customer.createdAt,
}

export function customerList(call: Call, args: Args): List {
  const key = String(args['sortKey'] ?? 'ID')
  const sortValue = CUSTOMER_SORTS[key]
  if (!sortValue) throw notPlayed(`the sort key ${key} of customers`)
  const passes = compileSearch(args['query'], CUSTOMER_FILTERS, 'customers')
  const all = sortedBy(call.shop.world, 'customers', key, sortValue)
  return { items: all.filter(passes), sortValue, reverse: args['reverse'] === true }
}

function ordersOf(customer: WorldCustomer, call: Call) {
  return call.shop.world.ordersOf(customer.id)
}

type ContactOf = { kind: string; customer: WorldCustomer }

function emailState(customer: WorldCustomer): string {
  return customer.emailConsent ?? 'NOT_SUBSCRIBED'
}

/** Without a number and without a state there is no phone. */
function smsOf<T>(customer: WorldCustomer, of: T): T | null {
  return customer.smsConsent === undefined && customer.contact?.phone === undefined ? null : of
}

function smsState(customer: WorldCustomer): string {
  return customer.smsConsent ?? 'NOT_SUBSCRIBED'
}

function optionalTime(at: number | undefined): string | null {
  return at === undefined ? null : dateTime(at)
}

/** Whoever has a consent and no number in the world has one of their own all the same. */
function phoneOf(customer: WorldCustomer): string {
  return customer.contact?.phone ?? `+8210${String(customer.id).slice(-8)}`
}

/** All that Shopify says of an address, with null where the world says nothing. */
function addressOf(customer: WorldCustomer, _args: Args, call: Call): Record<string, unknown> | null {
  const address = customer.contact?.address
  const countryCodeV2 = countryOf(call.shop.world, customer)
  if (address === undefined && countryCodeV2 === null) return null
  const unsaid = { address1: null, address2: null, city: null, zip: null, phone: null }
  return { kind: 'MailingAddress', countryCodeV2, ...unsaid, ...address }
}

export const customerFields: PlayedFields = {
  Customer: {
    id: (customer: WorldCustomer) => gid('Customer', customer.id),
    legacyResourceId: (customer: WorldCustomer) => String(customer.id),
    createdAt: (customer: WorldCustomer) => dateTime(customer.createdAt),
    updatedAt: (customer: WorldCustomer) => dateTime(customer.updatedAt),
    tags: (customer: WorldCustomer) => customer.tags.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
    locale: (customer: WorldCustomer) => customer.locale,
    state: () => 'DISABLED',
    numberOfOrders: (customer: WorldCustomer, _args, call) => String(numberOfOrders(call.shop.world, customer.id)),
    amountSpent: (customer: WorldCustomer, _args, call) =>
      money(spentMinor(call.shop.world, customer.id), call.shop.world.shop.currency),
    lastOrder: (customer: WorldCustomer, _args, call) => {
      const seen = ordersOf(customer, call).filter((order) => maySee(order, call))
      return seen.toSorted((a, b) => a.processedAt - b.processedAt).at(-1) ?? null
    },
    canDelete: (customer: WorldCustomer, _args, call) => ordersOf(customer, call).length === 0,
    defaultEmailAddress: (customer: WorldCustomer) => ({ kind: 'CustomerEmailAddress', customer }),
    emailMarketingConsent: (customer: WorldCustomer) => ({ marketingState: emailState(customer) }),
    defaultPhoneNumber: (customer: WorldCustomer) => smsOf(customer, { kind: 'CustomerPhoneNumber', customer }),
    smsMarketingConsent: (customer: WorldCustomer) => smsOf(customer, { marketingState: smsState(customer) }),
    statistics: (customer: WorldCustomer, _args, call) => ({
      kind: 'CustomerStatistics',
      ...shopifyWordsOf(call.shop.world, customer),
    }),
    // Level 2: the executor lets these through only for an app approved for them.
    firstName: (customer: WorldCustomer) => customer.firstName,
    lastName: (customer: WorldCustomer) => customer.lastName,
    displayName: (customer: WorldCustomer) => `${customer.firstName} ${customer.lastName}`.trim(),
    email: (customer: WorldCustomer) => customer.contact?.email ?? customer.email,
    // Not protected by itself: its lines, postcode and number are.
    defaultAddress: addressOf,
  },
  CustomerEmailAddress: {
    emailAddress: (of: ContactOf) => of.customer.contact?.email ?? of.customer.email,
    marketingState: (of: ContactOf) => emailState(of.customer),
    marketingUpdatedAt: ({ customer }: ContactOf) => optionalTime(customer.emailConsentAt),
    validFormat: () => true,
  },
  CustomerPhoneNumber: {
    phoneNumber: (of: ContactOf) => phoneOf(of.customer),
    marketingState: (of: ContactOf) => smsState(of.customer),
    // The newer field has another word for nobody's answer.
    smsMarketingConsent: ({ customer }: ContactOf) => ({
      state: customer.smsConsent ?? 'NEVER_SUBSCRIBED',
      updatedAt: optionalTime(customer.smsConsentAt),
    }),
  },
}

export const customerLists: PlayedLists = {
  QueryRoot: { customers: (_root: unknown, args, call) => customerList(call, args) },
  Customer: {
    orders: (customer: WorldCustomer, args, call) => orderListOf(ordersOf(customer, call), call, args),
  },
}
