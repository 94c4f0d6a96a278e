/** Requests as the web pixel makes them. */
import { randomUUID } from 'node:crypto'
import type { PixelEvent } from '#app/domain/wire.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import type { EventArrival } from '#app/outside/events.server.ts'
import { pixelKeyOf } from '#app/outside/pixel-key.server.ts'
import { testShop } from './database.ts'

export function event(more: Partial<PixelEvent> = {}): PixelEvent {
  return { id: `sh-${randomUUID()}`, kind: 'page-viewed', at: now(), ...more }
}

export function sent(shop: ShopId, events: object[], more: object = {}): EventArrival {
  return { method: 'POST', body: Buffer.from(JSON.stringify({ key: pixelKeyOf(shop), events, ...more })) }
}

/** A shop that learns from visits, with these customers. */
export async function learningShop(...customers: number[]): Promise<ShopId> {
  const shop = await testShop()
  await saveSettings(shop, { learnFromVisits: true })
  await withShop(shop, (tx) => tx.webPixel.create({ data: { shop } }))
  await knownCustomers(shop, customers)
  return shop
}

export async function knownCustomers(shop: ShopId, customers: number[]): Promise<void> {
  const at = new Date(now())
  const row = { createdAt: at, updatedAt: at, tags: [], road: 2, fetchedAt: at }
  await withShop(shop, (tx) =>
    tx.customer.createMany({ data: customers.map((id) => ({ shop, id: BigInt(id), ...row })) }),
  )
}

export async function storedEvents(shop: ShopId) {
  return withShop(shop, (tx) => tx.storefrontEvent.findMany({ where: { shop }, orderBy: { at: 'asc' } }))
}
