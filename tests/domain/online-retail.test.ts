import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { estimatesFrom } from '#app/domain/estimates.ts'
import { factsOf } from '#app/domain/occasions.ts'
import { DEFAULT_THRESHOLDS, STAGES, stageAt } from '#app/domain/stages.ts'
import type { Instant } from '#app/domain/order.ts'
import type { Stage } from '#app/domain/stages.ts'

const FILE = new URL('../../../shared/data/online_retail_to_2011-10.csv.gz', import.meta.url)
const MINUTE_MS = 60_000

type Invoice = { customer: string; at: Instant; subtotalMinor: number }

/** One row of a CSV whose quoted fields hold no line breaks. */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  return [...line.matchAll(/("((?:[^"]|"")*)"|[^,]*)(?:,|$)/g)].map((match) => match[2] ?? match[1] ?? '')
}

function readInvoices(): Map<string, Invoice> {
  const invoices = new Map<string, Invoice>()
  const lines = gunzipSync(readFileSync(FILE)).toString('utf8').split(/\r?\n/)
  for (const line of lines.slice(1)) {
    const [invoice, , , quantity, date, price, customer] = fieldsOf(line)
    if (!invoice || invoice.startsWith('C') || !(Number(quantity) > 0) || !(Number(price) > 0)) continue
    const at = Date.parse(`${date!.replace(' ', 'T')}Z`)
    const known = invoices.get(invoice)
    const minor = Math.round(Number(price) * 100) * Number(quantity)
    if (known) {
      known.at = Math.min(known.at, at)
      known.subtotalMinor += minor
    } else invoices.set(invoice, { customer: customer!, at, subtotalMinor: minor })
  }
  return invoices
}

describe.skipIf(!existsSync(FILE))('the real log of a web shop (skipped where ../shared is absent)', () => {
  test('gives the known number of orders, guests and customers, and the known stages, up to 25 minutes after the newest order', () => {
    const invoices = [...readInvoices().values()]
    expect(invoices.length).toBe(16_372)
    expect(invoices.filter((invoice) => invoice.customer === '').length).toBe(1_275)

    const timesOf = new Map<string, Instant[]>()
    let newest = 0
    for (const { customer, at, subtotalMinor } of invoices) {
      newest = Math.max(newest, at)
      if (customer === '' || subtotalMinor <= 0) continue
      const times = timesOf.get(customer)
      if (times) times.push(at)
      else timesOf.set(customer, [at])
    }
    expect(timesOf.size).toBe(3_974)
    const facts = [...timesOf.values()].map((times) => factsOf(times.sort((a, b) => a - b)))

    for (const afterMs of [0, MINUTE_MS, 25 * MINUTE_MS]) {
      const asOf = newest + afterMs
      const estimates = {
        version: 1,
        adoptedAt: asOf,
        ...estimatesFrom(
          {
            count: facts.length,
            n: facts.map((each) => each.n),
            sumLnGapDays: facts.map((each) => each.sumLnGapDays),
            firstGapDays: facts.map((each) => each.firstGapDays ?? 0),
            isBusiness: facts.map(() => 0),
          },
          asOf,
        ),
      }
      const counts = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>
      for (const each of facts) counts[stageAt(each, asOf, estimates, DEFAULT_THRESHOLDS)] += 1
      expect(counts).toEqual({
        prospect: 0,
        new: 743,
        'one-and-done': 855,
        repeat: 458,
        loyal: 1_223,
        'at-risk': 402,
        lapsed: 293,
      })
    }
  })
})
