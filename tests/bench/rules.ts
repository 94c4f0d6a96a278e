import { readPeople, IN_SAMPLE } from '#app/flow/segments/own/people.ts'
import { recomputeOwn, recomputeOwnOf } from '#app/flow/segments/own/memberships.ts'
import { previewOwn } from '#app/flow/segments/own/preview.ts'
import { saveOwn } from '#app/flow/segments/own/save.ts'
import { looksOf, ownSegments, ruleContext, rulesById } from '#app/flow/segments/own/stored.ts'
import type { Rule } from '#app/domain/rules/rule.ts'
import { withShopBulk, type ShopId } from '#app/outside/database.server.ts'
import { COLLECTION, PRODUCT } from './large-shop.ts'
import { median } from './intervals.ts'
import { timed, type Figure } from './recompute.ts'

const DAY_MS = 86_400_000

/** Ten conditions over all that a rule looks at: orders, stage, tag, consent, a product, a collection, left checkouts. */
function tenConditions(spent: number): Rule {
  return {
    kind: 'all',
    rules: [
      {
        kind: 'any',
        rules: [
          { kind: 'stage', stages: ['repeat', 'loyal', 'at-risk', 'lapsed'] },
          { kind: 'tag', tag: 'vip' },
        ],
      },
      { kind: 'number', feature: 'orders', op: 'at-least', value: 1 },
      { kind: 'number', feature: 'since-last-days', op: 'at-most', value: 600 },
      { kind: 'number', feature: 'spent', op: 'at-least', value: spent },
      { kind: 'not', rule: { kind: 'flag', flag: 'cherry-picker' } },
      { kind: 'consent', channel: 'email' },
      { kind: 'not', rule: { kind: 'bought', product: String(PRODUCT), title: 'Product', withinDays: null } },
      {
        kind: 'any',
        rules: [
          { kind: 'bought-in', collection: String(COLLECTION), title: 'Collection', times: 1, withinDays: null },
          { kind: 'left-checkout', withinDays: 60 },
        ],
      },
    ],
  }
}

/** A rule of ten conditions while it is edited: by the sample, and exactly. The shop must be filled. */
export async function benchRuleCounts(shop: ShopId, rounds = 9): Promise<Figure[]> {
  const firstMs = await timed(() => previewOwn(shop, null, tenConditions(1), 'sample'))
  await previewOwn(shop, null, tenConditions(1), 'exact')
  const times = { sample: [] as number[], counted: [] as number[], exact: [] as number[], scanned: [] as number[] }
  for (let round = 0; round < rounds; round += 1) {
    const rule = tenConditions(100 * round)
    times.sample.push(await timed(() => previewOwn(shop, null, rule, 'sample')))
    times.counted.push(
      await timed(() => ask(shop, `SELECT count(*) FROM "CustomerFeatures" f WHERE f."shop" = $1 AND ${IN_SAMPLE}`)),
    )
    times.exact.push(await timed(() => previewOwn(shop, null, rule, 'exact')))
    times.scanned.push(
      await timed(() => ask(shop, `SELECT count(*) FROM "CustomerFeatures" f WHERE f."shop" = $1 AND f."n" >= 0`)),
    )
  }
  return [
    figureOf(
      'a rule of ten conditions by the fixed sample, beside count(*) of the sample',
      times.sample,
      times.counted,
      { firstMs },
    ),
    figureOf('the same exactly, with examples, beside one scan of the feature rows', times.exact, times.scanned, {}),
  ]
}

/** Twenty segments over everybody one day later, beside reading the same rows; and one customer, beside one indexed read. */
export async function benchOwnSegments(shop: ShopId, asOf: number, rounds = 3): Promise<Figure[]> {
  for (let i = 0; i < 20; i += 1) await saveOwn(shop, null, { name: `Bench ${i}`, rule: tenConditions(i * 200) })
  const firstFillMs = await timed(() => recomputeOwn(shop, asOf, 'rule'))
  const times = { ours: [] as number[], read: [] as number[], one: [] as number[], row: [] as number[] }
  for (let round = 1; round <= rounds; round += 1) {
    times.read.push(await timed(() => readAll(shop, asOf)))
    times.ours.push(await timed(() => recomputeOwn(shop, asOf + round * DAY_MS, 'time')))
  }
  for (let customer = 1; customer <= 30; customer += 1) {
    times.one.push(await timed(() => recomputeOwnOf(shop, String(customer * 997), asOf + rounds * DAY_MS)))
    times.row.push(
      await timed(() =>
        ask(shop, `SELECT * FROM "CustomerFeatures" WHERE "shop" = $1 AND "customer" = ${customer * 997}`),
      ),
    )
  }
  const peakMb = process.resourceUsage().maxRSS / 1024
  return [
    figureOf('twenty segments over everybody one day later, beside reading their rows', times.ours, times.read, {
      firstFillMs,
      peakMb,
    }),
    figureOf('twenty segments of one touched customer, beside one indexed read', times.one, times.row, {}),
  ]
}

export function figureOf(name: string, ours: number[], peer: number[], detail: Record<string, number>): Figure {
  return { name, ours: median(ours), peer: median(peer), ratio: median(ours) / median(peer), detail }
}

export async function ask(shop: ShopId, sql: string): Promise<void> {
  await withShopBulk(shop, (tx) => tx.query(sql, [shop]))
}

async function readAll(shop: ShopId, asOf: number): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    const segments = await ownSegments(tx, shop)
    const others = rulesById(segments)
    const context = await ruleContext(tx, shop, others, asOf)
    await readPeople(
      tx,
      context,
      'everybody',
      looksOf(
        segments.map(({ rule }) => rule),
        others,
        true,
      ),
      () => {},
    )
  })
}
