import type { World, WorldOrder } from './world.ts'

export type WorldFulfillment = {
  id: number
  /** `#1001-F1` */
  name: string
  createdAt: number
  updatedAt: number
  deliveredAt: number | null
  lines: { lineId: number; quantity: number }[]
  /** What the carrier told, the oldest first. */
  events: { id: number; status: string; happenedAt: number; createdAt: number }[]
}

/** How many pieces of a line are not sent yet and were not taken back. */
function unsent(order: WorldOrder, lineId: number): number {
  const line = order.lines.find(({ id }) => id === lineId)
  if (!line) throw new Error(`Order ${order.name} has no line ${lineId}`)
  const sent = fulfillmentsOf(order).flatMap(({ lines }) => lines.filter((one) => one.lineId === lineId))
  return line.currentQuantity - sent.reduce((sum, { quantity }) => sum + quantity, 0)
}

export function fulfillmentsOf(order: WorldOrder): WorldFulfillment[] {
  return order.fulfillments ?? []
}

/** Sends lines off: what is left of the order, unless told otherwise. */
export function fulfil(world: World, order: WorldOrder, lines?: WorldFulfillment['lines']): WorldFulfillment {
  if (order.cancelledAt !== null) throw new Error(`Order ${order.name} is cancelled and is not sent`)
  const left = order.lines.map(({ id }) => ({ lineId: id, quantity: unsent(order, id) }))
  const sent = (lines ?? left).filter(({ quantity }) => quantity > 0)
  if (sent.length === 0) throw new Error(`Nothing of order ${order.name} is left to send`)
  for (const { lineId, quantity } of sent)
    if (quantity > unsent(order, lineId)) throw new Error(`Line ${lineId} has ${unsent(order, lineId)} left to send`)
  const now = world.now()
  order.fulfillments = fulfillmentsOf(order)
  const fulfillment: WorldFulfillment = {
    id: world.nextId(),
    name: `${order.name}-F${order.fulfillments.length + 1}`,
    createdAt: now,
    updatedAt: now,
    deliveredAt: null,
    lines: sent,
    events: [],
  }
  order.fulfillments.push(fulfillment)
  world.touch()
  return fulfillment
}

/** The carrier tells something; DELIVERED sets the time of delivery. */
export function track(world: World, fulfillment: WorldFulfillment, status: string): WorldFulfillment['events'][number] {
  const now = world.now()
  const event = { id: world.nextId(), status, happenedAt: now, createdAt: now }
  fulfillment.events.push(event)
  fulfillment.updatedAt = now
  if (status === 'DELIVERED') fulfillment.deliveredAt = now
  world.touch()
  return event
}

/** Of the order, as its list in the admin shows it. */
export function fulfillmentStatus(order: WorldOrder): 'FULFILLED' | 'PARTIALLY_FULFILLED' | 'UNFULFILLED' {
  if (fulfillmentsOf(order).length === 0) return 'UNFULFILLED'
  return order.lines.every(({ id }) => unsent(order, id) <= 0) ? 'FULFILLED' : 'PARTIALLY_FULFILLED'
}
