import { describe, expect, test } from 'vitest'
import { CHANNELS, FirstAnswersShape, SELLS, WORRIES, type FirstAnswers } from '#app/domain/first-answers.ts'
import {
  candidatesFor,
  firstSegments,
  halfWindowDays,
  ruleOfFirst,
  type FirstFigures,
  type FirstKey,
} from '#app/domain/first-segments.ts'
import { conditionsOf, needsWholeHistory, readRule } from '#app/domain/rules/rule.ts'

const ALL: FirstAnswers[] = SELLS.flatMap((sells) =>
  WORRIES.flatMap((worry) => CHANNELS.map((channel) => ({ sells, worry, channel }))),
)
const BIG: readonly FirstKey[] = ['new', 'one-and-done', 'loyal', 'at-risk', 'lapsed', 'cherry-picker']
const OWN: readonly FirstKey[] = ['bought-once', 'due', 'loyal-quiet', 'code-once', 'full-price']

function figures(customers: (key: FirstKey) => number, more: Partial<FirstFigures> = {}): FirstFigures {
  const countOf = (key: FirstKey) => ({
    customers: { customers: customers(key), plusMinus: 0 },
    reachable: { customers: Math.floor(customers(key) / 2), plusMinus: 0 },
  })
  return {
    windowDays: 111,
    loyalOrders: 4,
    isLimited: false,
    firstOrders: { all: 200, withCode: 50 },
    counts: Object.fromEntries([...BIG, ...OWN].map((key) => [key, countOf(key)])),
    ...more,
  }
}
const keysOf = (answers: FirstAnswers, given: FirstFigures) =>
  firstSegments(answers, given).proposals.map(({ key }) => key)

describe('the setup helper', () => {
  test.each(ALL)(
    '$sells, $worry, $channel: three segments, the worry first, each a page or a rule that can be saved',
    (answers) => {
      const { proposals, skipped } = firstSegments(
        answers,
        figures(() => 100),
      )
      expect(skipped).toEqual([])
      expect(new Set(proposals.map(({ key }) => key)).size).toBe(3)
      expect(proposals.map(({ key }) => key)).toEqual(candidatesFor(answers).slice(0, 3))
      for (const { key, rule } of proposals) {
        expect(rule === null).toBe(BIG.includes(key))
        if (rule === null) continue
        expect(readRule(JSON.parse(JSON.stringify(rule)))).toEqual(rule)
        const channels = conditionsOf(rule).flatMap((each) => (each.kind === 'consent' ? [each.channel] : []))
        expect(channels).toEqual(answers.channel === 'shop' ? [] : [answers.channel])
      }
    },
  )

  test('each of the three answers changes something', () => {
    const given = figures(() => 100)
    const said = (answers: FirstAnswers) => JSON.stringify(firstSegments(answers, given).proposals)
    const base: FirstAnswers = { sells: 'kept', worry: 'quiet', channel: 'email' }
    const others: FirstAnswers[] = [
      { ...base, sells: 'used-up' },
      { ...base, sells: 'rare' },
      { ...base, worry: 'no-return' },
      { ...base, worry: 'discounts' },
      { ...base, channel: 'sms' },
      { ...base, channel: 'shop' },
    ]
    expect(new Set([base, ...others].map(said)).size).toBe(7)
  })

  test('names the segments that a merchant would', () => {
    const given = figures(() => 100)
    expect(keysOf({ sells: 'used-up', worry: 'no-return', channel: 'email' }, given)).toEqual([
      'bought-once',
      'one-and-done',
      'due',
    ])
    expect(keysOf({ sells: 'kept', worry: 'quiet', channel: 'sms' }, given)).toEqual([
      'at-risk',
      'loyal-quiet',
      'loyal',
    ])
    expect(keysOf({ sells: 'rare', worry: 'discounts', channel: 'shop' }, given)).toEqual([
      'cherry-picker',
      'code-once',
      'new',
    ])
  })

  test('rules hold the shop’s own days and orders', () => {
    expect([halfWindowDays(110), halfWindowDays(111), halfWindowDays(0)]).toEqual([55, 56, 1])
    expect(conditionsOf(ruleOfFirst('bought-once', { windowDays: 111, loyalOrders: 4 }))).toEqual([
      { kind: 'stage', stages: ['new'] },
      { kind: 'number', feature: 'since-last-days', op: 'at-least', value: 56 },
    ])
    expect(conditionsOf(ruleOfFirst('loyal-quiet', { windowDays: 111, loyalOrders: 4 }))).toContainEqual({
      kind: 'number',
      feature: 'orders',
      op: 'at-least',
      value: 4,
    })
  })

  test('tells the share of first orders with a code only where it is about codes, and not without a first order', () => {
    const answers: FirstAnswers = { sells: 'used-up', worry: 'discounts', channel: 'email' }
    const shares = (given: FirstFigures) => firstSegments(answers, given).proposals.map(({ codeShare }) => codeShare)
    expect(shares(figures(() => 100))).toEqual([0.25, 0.25, null])
    expect(shares(figures(() => 100, { firstOrders: { all: 0, withCode: 0 } }))).toEqual([null, null, null])
  })

  test.each(ALL)(
    '$sells, $worry, $channel: in a thin shop says whom nobody is in, and proposes the next',
    (answers) => {
      const candidates = candidatesFor(answers)
      const thin = firstSegments(
        answers,
        figures((key) => (key === candidates[0] ? 0 : 100)),
      )
      expect(thin.skipped).toEqual([{ key: candidates[0], why: 'nobody' }])
      expect(thin.proposals.map(({ key }) => key)).toEqual(candidates.slice(1, 4))
      const empty = firstSegments(
        answers,
        figures(() => 0),
      )
      expect(empty.proposals).toEqual([])
      expect(empty.skipped.map(({ key }) => key)).toEqual(candidates)
    },
  )

  test('a rule that would reach nobody is not proposed; a big segment is, and says so', () => {
    const { proposals, skipped } = firstSegments(
      { sells: 'used-up', worry: 'no-return', channel: 'sms' },
      figures(() => 1),
    )
    expect(skipped.filter(({ why }) => why === 'unreachable').map(({ key }) => key)).toEqual(['bought-once', 'due'])
    expect(proposals.map(({ key, reachable }) => [key, reachable?.customers])).toEqual([
      ['one-and-done', 0],
      ['new', 0],
      ['at-risk', 0],
    ])
  })

  test.each(ALL)(
    '$sells, $worry, $channel: while Shopify hides older orders, only what 60 days can tell',
    (answers) => {
      const hidden: readonly FirstKey[] = ['at-risk', 'lapsed', 'cherry-picker', 'loyal-quiet']
      const { proposals, skipped } = firstSegments(
        answers,
        figures((key) => (hidden.includes(key) ? 0 : 100), { isLimited: true, firstOrders: null }),
      )
      for (const { key, rule, codeShare } of proposals) {
        expect([...hidden, 'code-once', 'full-price']).not.toContain(key)
        expect(codeShare).toBeNull()
        if (rule) expect(conditionsOf(rule).some(needsWholeHistory)).toBe(false)
      }
      expect(skipped.every(({ why }) => why === 'hidden')).toBe(true)
      expect(proposals).toHaveLength(3)
    },
  )

  test('an answer that is none is refused', () => {
    expect(FirstAnswersShape.safeParse({ sells: 'used-up', worry: 'quiet', channel: 'post' }).success).toBe(false)
  })
})
