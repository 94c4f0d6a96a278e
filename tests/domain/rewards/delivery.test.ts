import { expect, test } from 'vitest'
import { deliveryOf, type Parcel } from '#app/domain/rewards/delivery.ts'

const day = (n: number) => Date.UTC(2026, 10, n)
const parcel = (sent: number, came: number | null, more: Partial<Parcel> = {}): Parcel => ({
  createdAt: day(sent),
  deliveredAt: came === null ? null : day(came),
  status: 'SUCCESS',
  displayStatus: came === null ? 'IN_TRANSIT' : 'DELIVERED',
  ...more,
})

test.each<[string, string, Parcel[], number | null, number | null]>([
  ['nothing is sent', 'UNFULFILLED', [], null, null],
  ['one parcel is on its way', 'FULFILLED', [parcel(2, null)], 2, null],
  ['one parcel has come', 'FULFILLED', [parcel(2, 4)], 2, 4],
  ['the last of two came on the 5th', 'FULFILLED', [parcel(1, 3), parcel(2, 5)], 2, 5],
  ['one of two has come', 'FULFILLED', [parcel(1, 3), parcel(2, null)], 2, null],
  ['a part of it is not sent yet', 'PARTIALLY_FULFILLED', [parcel(1, 3)], null, null],
  ['a cancelled parcel was sent anew', 'FULFILLED', [parcel(1, null, { status: 'CANCELLED' }), parcel(3, 6)], 3, 6],
  ['a parcel was lost', 'FULFILLED', [parcel(1, 3, { displayStatus: 'NOT_DELIVERED' })], null, null],
])('%s', (_, status, parcels, sent, came) => {
  const of = (n: number | null) => (n === null ? null : day(n))
  expect(deliveryOf(status, parcels)).toEqual({ fulfilledAt: of(sent), deliveredAt: of(came) })
})
