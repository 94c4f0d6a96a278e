/** What the web pixel tells, taken in: events that arrive together are stored together. */
import { eventTime } from '#app/domain/events.ts'
import type { Instant } from '#app/domain/order.ts'
import type { PixelEvent } from '#app/domain/wire.ts'
import { OutsideFailure } from '#app/errors.ts'
import { inBatches } from '#app/outside/batches.ts'
import { receiveEvents, type EventsOfShop, type ShopId } from '#app/outside/database.server.ts'

/** Two statements at once, so that a slow one does not hold up all. */
const storeWithOthers = inBatches<EventsOfShop, boolean>({
  send: storeTogether,
  sendOne: async (one) => (await receiveEvents([one])).length > 0,
  isOfOne: () => false,
  tooLate: () => new OutsideFailure('database-unavailable', 'PostgreSQL has not stored events in time'),
  atOnce: 2,
  largest: 100,
  patienceMs: 5000,
})

/** Stores events of one shop, each once; false: its merchant has not switched this on, or has left. */
export function storeEvents(shop: ShopId, events: readonly PixelEvent[], receivedAt: Instant): Promise<boolean> {
  return storeWithOthers({
    shop,
    events: events.map((event) => ({ ...event, at: new Date(eventTime(event.at, receivedAt)).toISOString() })),
  })
}

async function storeTogether(batches: EventsOfShop[]): Promise<boolean[]> {
  const groups = new Map<ShopId, EventsOfShop>()
  for (const { shop, events } of batches) {
    const group = groups.get(shop)
    if (group) group.events.push(...events)
    else groups.set(shop, { shop, events: [...events] })
  }
  const taking = new Set(await receiveEvents([...groups.values()]))
  return batches.map(({ shop }) => taking.has(shop))
}
