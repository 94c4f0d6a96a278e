import { fulfillmentStatus, fulfillmentsOf, type WorldFulfillment } from '../deliveries.ts'
import type { WorldOrder } from '../world.ts'
import { dateTime, dateTimeOrNull, gid } from './money.ts'
import { lineOf, type LineOf } from './orders.ts'
import type { PlayedFields, PlayedLists } from './played.ts'
import { notPlayed } from './search.ts'

type FulfillmentOf = { kind: 'Fulfillment'; id: number; order: WorldOrder; of: WorldFulfillment }
type EventOf = { kind: 'FulfillmentEvent'; id: number; of: WorldFulfillment['events'][number] }
type SentOf = { kind: 'FulfillmentLineItem'; id: number; quantity: number; line: LineOf }

/** What the carrier told last; without a word of it the goods are just sent. */
function displayStatus(of: WorldFulfillment): string {
  return of.deliveredAt === null ? (of.events.at(-1)?.status ?? 'FULFILLED') : 'DELIVERED'
}

function sentOf({ id, order, of }: FulfillmentOf): SentOf[] {
  return of.lines.map(({ lineId, quantity }, at) => {
    const line = order.lines.find((one) => one.id === lineId)!
    return { kind: 'FulfillmentLineItem', id: id + at + 1, quantity, line: lineOf(order, line) }
  })
}

export const fulfillmentFields: PlayedFields = {
  Order: {
    displayFulfillmentStatus: (order: WorldOrder) => fulfillmentStatus(order),
    fulfillments: (order: WorldOrder, args) => {
      if (args['query'] != null) throw notPlayed('fulfillments by a search')
      const all = fulfillmentsOf(order).map((of): FulfillmentOf => ({ kind: 'Fulfillment', id: of.id, order, of }))
      return all.slice(0, (args['first'] as number | null) ?? undefined)
    },
  },
  Fulfillment: {
    id: ({ id }: FulfillmentOf) => gid('Fulfillment', id),
    legacyResourceId: ({ id }: FulfillmentOf) => String(id),
    name: ({ of }: FulfillmentOf) => of.name,
    status: () => 'SUCCESS',
    displayStatus: ({ of }: FulfillmentOf) => displayStatus(of),
    createdAt: ({ of }: FulfillmentOf) => dateTime(of.createdAt),
    updatedAt: ({ of }: FulfillmentOf) => dateTime(of.updatedAt),
    deliveredAt: ({ of }: FulfillmentOf) => dateTimeOrNull(of.deliveredAt),
    inTransitAt: ({ of }: FulfillmentOf) =>
      dateTimeOrNull(of.events.find(({ status }) => status === 'IN_TRANSIT')?.happenedAt ?? null),
    estimatedDeliveryAt: () => null,
    requiresShipping: () => true,
    totalQuantity: ({ of }: FulfillmentOf) => of.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    order: ({ order }: FulfillmentOf) => order,
  },
  FulfillmentEvent: {
    id: ({ id }: EventOf) => gid('FulfillmentEvent', id),
    status: ({ of }: EventOf) => of.status,
    happenedAt: ({ of }: EventOf) => dateTime(of.happenedAt),
    createdAt: ({ of }: EventOf) => dateTime(of.createdAt),
  },
  FulfillmentLineItem: {
    id: ({ id }: SentOf) => gid('FulfillmentLineItem', id),
    quantity: ({ quantity }: SentOf) => quantity,
    lineItem: ({ line }: SentOf) => line,
  },
}

export const fulfillmentLists: PlayedLists = {
  Fulfillment: {
    events: ({ of }: FulfillmentOf, args) => ({
      items: of.events.map((event): EventOf => ({ kind: 'FulfillmentEvent', id: event.id, of: event })),
      reverse: args['reverse'] === true,
    }),
    fulfillmentLineItems: (of: FulfillmentOf, args) => ({ items: sentOf(of), reverse: args['reverse'] === true }),
  },
}
