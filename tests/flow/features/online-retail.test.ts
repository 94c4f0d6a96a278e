import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { estimatesAt } from '#app/domain/estimates.ts'
import { factsOf } from '#app/domain/occasions.ts'
import { DEFAULT_THRESHOLDS, stageAt } from '#app/domain/stages.ts'
import { adoptedOf, type EstimatesRow } from '#app/domain/stored-estimates.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { everyRow, memberships, recompute } from './recomputed.ts'

const FILE = new URL('../../../../shared/data/online_retail_to_2011-10.csv.gz', import.meta.url)
const DAY_MS = 86_400_000

function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  return [...line.matchAll(/("((?:[^"]|"")*)"|[^,]*)(?:,|$)/g)].map((match) => match[2] ?? match[1] ?? '')
}

/** An order is an invoice; lines with quantity and price above 0 count; C… are cancellations; no customer is a guest. */
function readLog(): ToldOrder[] {
  const orders = new Map<string, ToldOrder>()
  const products = new Map<string, number>()
  for (const line of gunzipSync(readFileSync(FILE)).toString('utf8').split(/\r?\n/).slice(1)) {
    const [invoice, code, title, quantity, date, price, customer] = fieldsOf(line)
    if (!invoice || invoice.startsWith('C') || !(Number(quantity) > 0) || !(Number(price) > 0)) continue
    const at = Date.parse(`${date!.replace(' ', 'T')}Z`)
    if (!products.has(code!)) products.set(code!, products.size + 1)
    const order = orders.get(invoice) ?? { customer: customer ? Number(customer) : null, at, lines: [] }
    order.at = Math.min(order.at, at)
    order.lines!.push({
      product: products.get(code!)!,
      title: title!,
      quantity: Number(quantity),
      unitMinor: Math.round(Number(price) * 100),
    })
    orders.set(invoice, order)
  }
  return [...orders.values()]
}

describe.skipIf(!existsSync(FILE))(
  'the real log of a web shop through the tables (skipped where ../shared is absent)',
  () => {
    test(
      'gives the known stages, is the same at a second run, and moves with the calendar as the replay says',
      { timeout: 300_000 },
      async () => {
        const shop = await testShop()
        const orders = readLog()
        const newest = Math.max(...orders.map((order) => order.at))
        const asOf = newest + 60_000
        await connectAs('superuser', (client) => writeStory(client, shop, { orders }))
        await recompute(shop, asOf, 'import')

        const rows = await everyRow(shop)
        const stages: Record<string, number> = {}
        for (const { stage } of rows.Membership as { stage: string }[]) stages[stage] = (stages[stage] ?? 0) + 1
        expect(stages).toEqual({
          new: 743,
          'one-and-done': 855,
          repeat: 458,
          loyal: 1_223,
          'at-risk': 402,
          lapsed: 293,
        })
        const [summary] = rows.Summary as { data: { orders: number; leftOut: { guest: number } } }[]
        expect(summary!.data.orders).toBe(16_372)
        expect(summary!.data.leftOut.guest).toBe(1_275)

        await recompute(shop, asOf, 'time')
        expect(await everyRow(shop)).toEqual(rows)

        const before = await memberships(shop)
        const later = asOf + DAY_MS
        await recompute(shop, later, 'time')
        const after = await memberships(shop)
        for (const [customer, row] of before) {
          const isDue = row.nextStageAt !== null && row.nextStageAt.getTime() <= later
          expect([customer, after.get(customer)!.stage]).toEqual([customer, isDue ? row.nextStage : row.stage])
          if (isDue) expect(after.get(customer)!.stageSince).toEqual(row.nextStageAt)
        }
        const moved = [...before.values()].filter(
          (row) => row.nextStageAt !== null && row.nextStageAt.getTime() <= later,
        )
        const changes = (await everyRow(shop)).MembershipChange as { cause: string }[]
        expect(moved.length).toBeGreaterThan(0)
        expect(changes.length).toBe(moved.length)
        expect(new Set(changes.map((change) => change.cause))).toEqual(new Set(['time']))

        const adopted = adoptedOf(rows.Estimates as EstimatesRow[])
        const stageThen = (all: number[], at: number) =>
          stageAt(factsOf(all, at), at, estimatesAt(adopted, at), DEFAULT_THRESHOLDS)
        const times = new Map<number, number[]>()
        for (const order of orders) {
          if (order.customer === null) continue
          times.set(
            order.customer,
            [...(times.get(order.customer) ?? []), order.at].sort((a, b) => a - b),
          )
        }
        for (const [customer, row] of after) {
          const stage = stageThen(times.get(customer)!, later)
          expect([customer, row.stage]).toEqual([customer, stage])
          const since = row.stageSince.getTime()
          expect(stageThen(times.get(customer)!, since)).toBe(stage)
          if (since > times.get(customer)![0]!) expect(stageThen(times.get(customer)!, since - 1)).not.toBe(stage)
        }

        // A stage day counts what the replay says of the last instant of that day.
        const days = (await everyRow(shop)).StageDay as { day: Date; stage: string; customers: number }[]
        const end = Date.UTC(2011, 5, 16) - 1
        const counts: Record<string, number> = {}
        for (const each of times.values()) {
          if (each[0]! > end) continue
          const stage = stageThen(each, end)
          counts[stage] = (counts[stage] ?? 0) + 1
        }
        const stored = days.filter((row) => row.day.toLocaleDateString('sv') === '2011-06-15' && row.customers > 0)
        expect(Object.fromEntries(stored.map((row) => [row.stage, row.customers]))).toEqual(counts)
      },
    )
  },
)
