/** From Shopify's shape of an account (accounts.graphql) to keyed hashes. The values live as long as one call of `keysIn`. */
import type { Id } from '#app/domain/order.ts'
import { accountKeysOf, type Account, type AccountKeys } from '#app/domain/same-person.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { phoneNumberOf } from '#app/outside/phone-number.server.ts'
import { accountHash } from '#app/outside/secrets.server.ts'
import { BadLine, idOf } from './read-order.ts'

type Fields = Record<string, unknown>

/**
 * The keys of one account; `profile` is the customer's id.
 *
 * @throws {BadLine} names the field, never its value
 */
export function keysIn(node: unknown, shop: ShopId): AccountKeys & { profile: Id } {
  const customer = fieldsOf(node, 'customer')
  const address = fieldsOf(customer.defaultAddress ?? {}, 'defaultAddress')
  const email = fieldsOf(customer.defaultEmailAddress ?? {}, 'defaultEmailAddress')
  const phone = fieldsOf(customer.defaultPhoneNumber ?? {}, 'defaultPhoneNumber')
  const account: Account = {
    profile: idOf(customer.id, 'gid://shopify/Customer/', 'id'),
    email: textOf(email.emailAddress, 'emailAddress'),
    // Shopify gives an account's own number to one customer only: a second account has it with its address.
    phone: textOf(phone.phoneNumber, 'phoneNumber') || textOf(address.phone, 'phone'),
    address: `${textOf(address.address1, 'address1')} ${textOf(address.address2, 'address2')}`.trim(),
    zip: textOf(address.zip, 'zip'),
    country: textOf(address.countryCodeV2, 'countryCodeV2'),
  }
  return accountKeysOf(account, phoneNumberOf, (kind, normal) => accountHash(shop, kind, normal).toString('base64'))
}

function fieldsOf(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadLine(`${field}: not an object`)
  return value as Fields
}

/** Null is an empty text: nothing is said. */
function textOf(value: unknown, field: string): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') throw new BadLine(`${field}: not a text`)
  return value
}
