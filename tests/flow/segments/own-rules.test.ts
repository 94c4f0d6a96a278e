import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { limitsOverTime } from '#app/domain/replay.ts'
import { memberTest } from '#app/domain/rules/evaluate.ts'
import { emptyFactsThen, personThen, takeFactsThen } from '#app/domain/rules/past.ts'
import { personAt } from '#app/domain/rules/person.ts'
import type { Rule } from '#app/domain/rules/rule.ts'
import { DEFAULT_THRESHOLDS } from '#app/domain/stages.ts'
import { adoptedOf, type EstimatesRow } from '#app/domain/stored-estimates.ts'
import { historiesOf, MOST } from '#app/flow/segments/own/histories.ts'
import { readPeople } from '#app/flow/segments/own/people.ts'
import { peopleFrom, ruleSql } from '#app/flow/segments/own/rule-sql.ts'
import { looksOf, ruleContext, tagSpellings } from '#app/flow/segments/own/stored.ts'
import { withShopBulk, type ShopId } from '#app/outside/database.server.ts'
import { connectAs } from '#tests/support/database.ts'
import { timeIs } from '#tests/support/time.ts'
import { OTHERS, anyRule } from '../../domain/rules/random.ts'
import { NOW } from './story.ts'
import { populated } from './population.ts'

const RULES = fc.sample(anyRule(OTHERS), { numRuns: 1000, seed: 20261122 })
/** As populated() has them confirmed. */
const BENEFITS = new Set(['code:WELCOME20'])
const MOMENTS = [NOW, NOW + 1, NOW + 3.2 * DAY_MS]

/** Ids of the members of each rule: by SQL, and by one pass of the evaluator over streamed rows. */
async function bothWays(shop: ShopId, asOf: number, rules: readonly Rule[]) {
  return withShopBulk(shop, async (tx) => {
    const context = { ...(await ruleContext(tx, shop, OTHERS, asOf)), spellings: await tagSpellings(tx, shop) }
    const streamed = rules.map((): number[] => [])
    const tests = rules.map((rule) => memberTest(rule, OTHERS))
    await readPeople(tx, context, 'everybody', looksOf(rules, OTHERS, false), (customer, row) => {
      const person = personAt(row, asOf, context.calendar, context.isLimited)
      tests.forEach((test, i) => test(person) && streamed[i]!.push(customer))
    })
    const compiled: number[][] = []
    for (const rule of rules) {
      const sql = ruleSql([rule], context)
      const rows = await tx.query<{ customer: string }>(
        `SELECT f."customer" FROM ${peopleFrom(sql)} WHERE f."shop" = $1 AND ${sql.where[0]}`,
        sql.values,
      )
      compiled.push(rows.map((row) => Number(row.customer)))
    }
    const ordered = (ids: number[][]) => ids.map((each) => each.sort((a, b) => a - b))
    return { streamed: ordered(streamed), compiled: ordered(compiled) }
  })
}

/** The same members by people put together from their orders, as the past 2 years are looked at. */
async function byHistories(shop: ShopId, asOf: number, rules: readonly Rule[]): Promise<number[][]> {
  return withShopBulk(shop, async (tx) => {
    const context = await ruleContext(tx, shop, OTHERS, asOf)
    const { past, total } = await historiesOf(tx, context, looksOf(rules, OTHERS, false), BENEFITS, MOST)
    expect(past.people.length).toBe(total)
    const adopted = adoptedOf(await tx.query<EstimatesRow>('SELECT * FROM "Estimates" WHERE "shop" = $1', [shop]))
    const facts = emptyFactsThen(total)
    takeFactsThen(facts, past, asOf)
    const overTime = limitsOverTime(adopted, DEFAULT_THRESHOLDS)
    const tests = rules.map((rule) => memberTest(rule, OTHERS))
    const found = rules.map((): number[] => [])
    const into = { ...past.people[0]! }
    for (const [place, customer] of past.customers.entries()) {
      const told = personThen(into, facts, past, place, overTime, true)
      const person = personAt(told, asOf, context.calendar, false)
      tests.forEach((test, i) => test(person) && found[i]!.push(Number(customer)))
    }
    return found.map((each) => each.sort((a, b) => a - b))
  })
}

describe('a rule as SQL', () => {
  test('holds exactly whom the evaluator holds, for a thousand rules', async () => {
    const { shop, people } = await populated(300)
    let inner = 0
    for (const [i, asOf] of MOMENTS.entries()) {
      const rules = RULES.filter((_, place) => place % MOMENTS.length === i)
      const { streamed, compiled } = await bothWays(shop, asOf, rules)
      for (const [place, rule] of rules.entries()) expect([rule, compiled[place]]).toEqual([rule, streamed[place]])
      inner += streamed.filter((members) => members.length > 0 && members.length < people).length
    }
    // Rules that hold all or nobody would prove little.
    expect(inner).toBeGreaterThan(600)
  })

  test('holds exactly whom a replay of their orders up to the moment of the last run holds, for the same thousand', async () => {
    timeIs(NOW)
    const { shop } = await populated(300)
    const { streamed, compiled } = await bothWays(shop, NOW, RULES)
    const replayed = await byHistories(shop, NOW, RULES)
    for (const [place, rule] of RULES.entries()) {
      expect([rule, replayed[place]]).toEqual([rule, streamed[place]])
      expect([rule, replayed[place]]).toEqual([rule, compiled[place]])
    }
  })

  test('holds the same while Shopify hides older orders', async () => {
    const { shop } = await populated(120)
    await connectAs('superuser', (client) =>
      client.query('UPDATE "Shop" SET "limited" = true WHERE "shop" = $1', [shop]),
    )
    const rules = RULES.slice(0, 200)
    const { streamed, compiled } = await bothWays(shop, NOW, rules)
    for (const [place, rule] of rules.entries()) expect([rule, compiled[place]]).toEqual([rule, streamed[place]])
  })

  test('reads nobody of another shop', async () => {
    const first = await populated(10)
    const second = await populated(10)
    const everybody: Rule = { kind: 'number', feature: 'orders', op: 'at-least', value: 0 }
    const bought: Rule = { kind: 'bought', product: '1', title: '', withinDays: null }
    const { compiled, streamed } = await bothWays(second.shop, NOW, [everybody, bought])
    expect(compiled[0]!.length).toBe(second.people)
    expect(compiled).toEqual(streamed)
    expect((await bothWays(first.shop, NOW, [everybody])).compiled[0]!.length).toBe(first.people)
  })
})
