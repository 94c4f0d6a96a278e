import type { Id } from '#app/domain/order.ts'

/** What a compliance delivery says about whom: never more than ids is read out of it. */
export type PersonNamed = { domain: string | null; customer: Id | null; orders: Id[] }

type SourceReviver = (key: string, value: unknown, context: { source?: string }) => unknown

const ID = /^\d{1,18}$/

/** Ids are taken as they are written: as numbers they may be too large to be exact. Null: no such body. */
export function personNamed(body: Buffer): PersonNamed | null {
  const keepDigits: SourceReviver = (_, value, { source }) => (typeof value === 'number' && source ? source : value)
  let read: unknown
  try {
    read = (JSON.parse as (text: string, reviver: SourceReviver) => unknown)(body.toString('utf8'), keepDigits)
  } catch {
    return null
  }
  if (!isFields(read)) return null
  const customer = isFields(read.customer) ? idOf(read.customer.id) : null
  const orders = [read.orders_to_redact, read.orders_requested].flatMap((list) => (Array.isArray(list) ? list : []))
  return {
    domain: typeof read.shop_domain === 'string' ? read.shop_domain.toLowerCase() : null,
    customer,
    orders: [...new Set(orders.map(idOf).filter((id) => id !== null))],
  }
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function idOf(value: unknown): Id | null {
  if (typeof value !== 'string') return null
  const digits = value.slice(value.lastIndexOf('/') + 1)
  return ID.test(digits) ? digits : null
}
