import type { Rule } from '#app/domain/rules/rule.ts'
import { movesPage } from '#app/flow/segments/moves.ts'
import { rehearseOwn } from '#app/flow/segments/rehearse.ts'
import { withShopBulk, type ShopId } from '#app/outside/database.server.ts'
import { timed, type Figure } from './recompute.ts'
import { figureOf } from './rules.ts'

/** Who went where in 12 months, and the people of one move, each beside one sequential scan of the same rows. */
export async function benchMoves(shop: ShopId, rounds = 5): Promise<Figure[]> {
  const year = { days: 365 } as const
  const { moves } = await movesPage(shop, year, null)
  if (moves.length === 0) throw new Error('the bench shop has no moves')
  const times = { page: [] as number[], people: [] as number[], scan: [] as number[] }
  for (let round = 0; round < rounds; round += 1) {
    times.scan.push(await timed(() => scanned(shop)))
    times.page.push(await timed(() => movesPage(shop, year, null)))
    times.people.push(await timed(() => movesPage(shop, year, moves[0]!)))
  }
  return [
    figureOf('moves of 12 months, beside one scan of them', times.page, times.scan, {}),
    figureOf('the same with the people of one move', times.people, times.scan, {}),
  ]
}

async function scanned(shop: ShopId): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    for (const way of ['indexonlyscan', 'indexscan', 'bitmapscan'])
      await tx.query(`SELECT set_config('enable_${way}', 'off', true)`)
    await tx.query('SELECT count(*) FROM "MembershipChange" WHERE "shop" = $1', [shop])
  })
}

const LATE_AGAIN: Rule = {
  kind: 'all',
  rules: [
    { kind: 'number', feature: 'orders', op: 'at-least', value: 2 },
    { kind: 'stage', stages: ['at-risk', 'lapsed'] },
  ],
}

/** A rule on the past 2 years, read anew (another size of the sample), beside COPY of the columns that it reads of all orders. */
export async function benchRehearsal(shop: ShopId, rounds = 3): Promise<Figure> {
  const times = { ours: [] as number[], copy: [] as number[] }
  for (let round = 0; round < rounds; round += 1) {
    times.copy.push(await timed(() => copied(shop)))
    // Another bound on the orders of the same sample: what was read before is not used again.
    const most = { people: 20_000, orders: 200_000 + round }
    times.ours.push(await timed(() => rehearseOwn(shop, null, LATE_AGAIN, undefined, most)))
  }
  const peakMb = process.resourceUsage().maxRSS / 1024
  return figureOf('a rule on the past 2 years, beside COPY of the orders', times.ours, times.copy, { peakMb })
}

async function copied(shop: ShopId): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    const sql = `SELECT "customer", "processedAt", "subtotalMinor", "totalMinor", "refundedMinor", "discounts" FROM "Order" WHERE "shop" = ${Number(shop)}`
    for await (const _ of tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`)) continue
  })
}
