import { expect, test } from 'vitest'
import { sharedHow } from '#app/domain/rewards/person-pages.ts'

const own = (...discounts: string[]) => ({ customer: '7', discounts })
const others = { customer: '8', discounts: ['code:HELLO'] }

test.each([
  ['Shopify does not have it yet', 'may-use', false, [], 'starting'],
  ['nobody has ordered', 'may-use', true, [], 'open'],
  ['nobody has ordered, signed in', 'sign-in', true, [], 'open'],
  ['they used it', 'may-use', true, [own('code:HELLO')], 'used'],
  ['they ordered without it: guests may use it', 'may-use', true, [own('code:OTHER')], 'still-works'],
  ['they ordered without it: Shopify asks', 'sign-in', true, [own()], 'ordered'],
  ['another account ordered', 'sign-in', true, [others], 'other-account'],
  ['both accounts ordered', 'sign-in', true, [others, own()], 'ordered'],
] as const)('%s', (_name, guests, isThere, orders, how) => {
  expect(sharedHow(guests, 'HELLO', isThere, '7', orders)).toBe(how)
})
