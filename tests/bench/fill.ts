import type pg from 'pg'
import { copyInto, copyLine, CUSTOMER_COLUMNS, instant, LINE_COLUMNS, ORDER_COLUMNS } from '#tests/support/orders.ts'

const DAY_MS = 86_400_000

/** Small and fast, the same numbers at every run (mulberry32). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/**
 * Fills a shop as an import would leave it: `orders` orders of three lines over three years up to `now`, bought by
 * `customers` customers of whom some are frequent and many rare, 6 % with a code. Needs a superuser's connection, whom no
 * policy keeps from COPY.
 */
export async function fillShop(
  client: pg.Client,
  shop: number,
  { customers, orders, now }: { customers: number; orders: number; now: number },
): Promise<void> {
  await client.query(`UPDATE "Shop" SET currency = 'USD', timezone = 'Asia/Seoul' WHERE shop = $1`, [shop])
  const before = instant(now - 1100 * DAY_MS)
  function* customerRows() {
    for (let i = 0; i < customers; i += 1) yield copyLine([shop, 7_000_000_000_000 + i, before, before, [], 2, before])
  }
  function* orderRows() {
    for (const told of toldOrders(shop, { customers, orders, now })) yield told.order
  }
  // Told a second time instead of kept: three million lines are more than a process should hold.
  function* lineRows() {
    for (const told of toldOrders(shop, { customers, orders, now })) yield told.lines
  }
  await copyInto(client, 'Customer', CUSTOMER_COLUMNS, customerRows())
  await copyInto(client, 'Order', ORDER_COLUMNS, orderRows())
  await copyInto(client, 'Line', LINE_COLUMNS, lineRows())
  await client.query('ANALYZE "Customer", "Order", "Line"')
}

function* toldOrders(
  shop: number,
  { customers, orders, now }: { customers: number; orders: number; now: number },
): Generator<{ order: string; lines: string }> {
  const random = chance(orders)
  for (let i = 0; i < orders; i += 1) {
    const id = 6_000_000_000_000 + i
    const customer = 7_000_000_000_000 + Math.floor(random() ** 2 * customers)
    const at = instant(now - Math.floor(random() * 1095 * DAY_MS) - 60_000)
    const chosen = random()
    const codes = chosen < 0.06 ? [`code:CODE${Math.floor(chosen * 500)}`] : []
    let subtotal = 0
    let discount = 0
    let lines = ''
    for (let line = 1; line <= 3; line += 1) {
      const product = Math.floor(random() ** 2 * 2000)
      const unit = 500 + (product % 90) * 50
      const off = codes.length > 0 ? unit / 10 : 0
      subtotal += unit - off
      discount += off
      const [productId, title] = [8_000_000_000_000 + product, `Product ${product}`]
      lines += copyLine([shop, id, line, productId, title, `sku-${product}`, 1, 1, unit, off, codes])
    }
    const isRefunded = random() < 0.02
    const cancelledAt = random() < 0.01 ? at : null
    const status = isRefunded ? 'PARTIALLY_REFUNDED' : 'PAID'
    const money = [subtotal, subtotal + 500, discount, isRefunded ? 500 : 0]
    const order = [shop, id, customer, `#${i + 1001}`, at, at, at, cancelledAt, false, status, 'USD', ...money]
    yield { order: copyLine([...order, false, 3, 3, codes, 2, instant(now)]), lines }
  }
}
