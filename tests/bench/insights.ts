import { workOutInsights } from '#app/flow/insights/work-out.ts'
import { withShopBulk, type ShopId } from '#app/outside/database.server.ts'
import { timed, type Figure } from './recompute.ts'
import { figureOf } from './rules.ts'

/** Products and categories of the whole shop, beside COPY of the columns that it reads of customers, orders and lines. */
export async function benchInsights(shop: ShopId, asOf: number, rounds = 3): Promise<Figure> {
  const times = { ours: [] as number[], copy: [] as number[] }
  for (let round = 0; round < rounds; round += 1) {
    times.copy.push(await timed(() => copied(shop)))
    times.ours.push(await timed(() => workOutInsights(shop, asOf)))
  }
  const peakMb = process.resourceUsage().maxRSS / 1024
  return figureOf('insights of the whole shop, beside COPY of the columns it reads', times.ours, times.copy, { peakMb })
}

const READ = {
  CustomerFeatures: '"customer", "firstAt", "firstGapDays"',
  Membership: '"customer", "stage", "cherryPicker"',
  Order: '"id", "customer", "processedAt", "isTest", "cancelledAt", "financialStatus", "subtotalMinor", "currency"',
  Line: '"order", "product", "quantity", "currentQuantity", "unitMinor", "discountMinor"',
}

async function copied(shop: ShopId): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    for (const [table, columns] of Object.entries(READ)) {
      const sql = `SELECT ${columns} FROM "${table}" WHERE "shop" = ${Number(shop)}`
      for await (const _ of tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`)) continue
    }
  })
}
