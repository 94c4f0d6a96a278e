import { describe, expect, test } from 'vitest'
import type { Rule } from '#app/domain/rules/rule.ts'
import { previewOwn } from '#app/flow/segments/own/preview.ts'
import { saveOwn } from '#app/flow/segments/own/save.ts'
import { fillPeople } from '#tests/bench/rules.ts'
import { testShop } from '#tests/support/database.ts'

const RULES: Rule[] = [
  { kind: 'stage', stages: ['loyal', 'at-risk'] },
  { kind: 'tag', tag: 'vip' },
  {
    kind: 'all',
    rules: [
      { kind: 'number', feature: 'spent-12m', op: 'at-least', value: 20_000 },
      { kind: 'not', rule: { kind: 'consent', channel: 'email' } },
    ],
  },
]

describe('a rule while it is edited in a large shop', () => {
  test('is counted by a fixed sample, and the true figure is within what is said', async () => {
    const shop = await testShop()
    await fillPeople(shop, 40_000)
    const id = await saveOwn(shop, null, { name: 'Saved', rule: RULES[0] })
    for (const rule of RULES) {
      const sample = await previewOwn(shop, id, rule, 'sample')
      const exact = await previewOwn(shop, id, rule, 'exact')
      const [said, is] = [sample.figures!, exact.figures!]
      expect([sample.examples, said.total, is.members.plusMinus]).toEqual([null, is.total, 0])
      expect(said.members.plusMinus).toBeGreaterThan(0)
      expect(Math.abs(said.members.customers - is.members.customers)).toBeLessThanOrEqual(said.members.plusMinus)
      expect(Math.abs(said.enters - is.enters)).toBeLessThan(said.total / 20)
      expect(Math.abs(said.reachable - is.reachable)).toBeLessThan(said.total / 20)
      // Asked again, the same people answer.
      expect(await previewOwn(shop, id, rule, 'sample')).toEqual(sample)
    }
  })
})
