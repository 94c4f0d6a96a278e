import { createHash } from 'node:crypto'
import { closeSync, openSync, statSync, writeSync } from 'node:fs'

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

export type HistoryFile = { path: string; objects: number; roots: number; bytes: number; etag: string }

/**
 * A shop's history as a bulk operation writes it: `orders` orders of three lines each over three years, bought by
 * `orders / 5` customers, 6 % of the orders with a code, 2 % refunded, 1 % cancelled. Deterministic.
 */
export function writeHistory(
  folder: string,
  orders: number,
  now: number,
): { orders: HistoryFile; customers: HistoryFile } {
  const random = chance(orders)
  const customers = Math.ceil(orders / 5)
  const iso = (instant: number) => `${new Date(instant).toISOString().slice(0, 19)}Z`
  const amount = (minor: number) => `{"shopMoney":{"amount":"${(minor / 100).toFixed(2)}"}}`

  const customerFile = writeLines(`${folder}/customers-${orders}.jsonl`, function* () {
    for (let i = 0; i < customers; i++) {
      const createdAt = iso(now - 1100 * DAY_MS + i)
      yield `{"id":"gid:\\/\\/shopify\\/Customer\\/${7_000_000_000_000 + i}","createdAt":"${createdAt}","updatedAt":"${createdAt}","tags":${i % 10 === 0 ? '["VIP"]' : '[]'}}\n`
    }
  })

  const orderFile = writeLines(`${folder}/orders-${orders}.jsonl`, function* () {
    for (let i = 0; i < orders; i++) {
      // Squaring makes some customers frequent and many rare, as shops have them.
      const customer = 7_000_000_000_000 + Math.floor(random() ** 2 * customers)
      const at = iso(now - Math.floor(random() * 1095 * DAY_MS) - 60_000)
      const chosen = random()
      const code = chosen < 0.06 ? `CODE${Math.floor(chosen * 500)}` : null
      const lines = [0, 1, 2].map(() => {
        const product = Math.floor(random() ** 2 * 2000)
        const unitMinor = 500 + (product % 90) * 50
        const quantity = 1 + Math.floor(random() * 2)
        return { product, unitMinor, quantity, offMinor: code ? Math.round((unitMinor * quantity) / 10) : 0 }
      })
      const offMinor = lines.reduce((sum, line) => sum + line.offMinor, 0)
      const subtotalMinor = lines.reduce((sum, line) => sum + line.unitMinor * line.quantity, 0) - offMinor
      const isRefunded = random() < 0.02
      const isCancelled = random() < 0.01
      const id = `gid:\\/\\/shopify\\/Order\\/${6_000_000_000_000 + i}`
      let text =
        `{"id":"${id}","name":"#${i + 1001}","processedAt":"${at}","createdAt":"${at}","updatedAt":"${at}",` +
        `"cancelledAt":${isCancelled ? `"${at}"` : 'null'},"test":false,"displayFinancialStatus":"${isRefunded ? 'PARTIALLY_REFUNDED' : 'PAID'}",` +
        `"currencyCode":"USD","customer":{"id":"gid:\\/\\/shopify\\/Customer\\/${customer}"},"purchasingEntity":{"__typename":"Customer"},` +
        `"subtotalPriceSet":${amount(subtotalMinor)},"totalPriceSet":${amount(subtotalMinor + 500)},"totalDiscountsSet":${amount(offMinor)},` +
        `"discountCodes":${code ? `["${code}"]` : '[]'},"refunds":${isRefunded ? `[{"createdAt":"${at}","totalRefundedSet":${amount(lines[0]!.unitMinor)}}]` : '[]'}}\n`
      for (let k = 0; k < 3; k++) {
        const line = lines[k]!
        text +=
          `{"id":"gid:\\/\\/shopify\\/LineItem\\/${9_000_000_000_000 + i * 3 + k}","title":"Product ${line.product}","sku":"SKU-${line.product}",` +
          `"quantity":${line.quantity},"currentQuantity":${line.quantity},"product":{"id":"gid:\\/\\/shopify\\/Product\\/${8_000_000_000_000 + line.product}"},` +
          `"originalUnitPriceSet":{"shopMoney":{"amount":"${(line.unitMinor / 100).toFixed(2)}","currencyCode":"USD"}},"discountAllocations":${
            code
              ? `[{"allocatedAmountSet":${amount(line.offMinor)},"discountApplication":{"__typename":"DiscountCodeApplication","code":"${code}"}}]`
              : '[]'
          },"__parentId":"${id}"}\n`
      }
      yield text
    }
  })
  return {
    customers: { ...customerFile, objects: customers, roots: customers },
    orders: { ...orderFile, objects: orders * 4, roots: orders },
  }
}

function writeLines(path: string, lines: () => Generator<string>): { path: string; bytes: number; etag: string } {
  const file = openSync(path, 'w')
  let waiting = ''
  for (const line of lines()) {
    waiting += line
    if (waiting.length > 1 << 20) {
      writeSync(file, waiting)
      waiting = ''
    }
  }
  writeSync(file, waiting)
  closeSync(file)
  const bytes = statSync(path).size
  return { path, bytes, etag: createHash('sha256').update(`${path}:${bytes}`).digest('hex').slice(0, 32) }
}
