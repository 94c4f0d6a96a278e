import { describe, expect, test } from 'vitest'
import { endsSoon, ExclusionFields, joinedExclusion } from '#app/domain/exclusions.ts'
import { DAY_MS } from '#app/domain/order.ts'

const NOW = Date.UTC(2026, 9, 15)

describe('keeping somebody out of rewards', () => {
  test('ends soon within two weeks, and never without an end', () => {
    expect(endsSoon(NOW + 13 * DAY_MS, NOW)).toBe(true)
    expect(endsSoon(NOW + 15 * DAY_MS, NOW)).toBe(false)
    expect(endsSoon(null, NOW)).toBe(false)
  })

  test.each([
    [{ reason: ' returns everything ', until: '' }, true],
    [{ reason: 'x'.repeat(200), until: '2027-03-03' }, true],
    [{ reason: '  ', until: '' }, false],
    [{ reason: 'x'.repeat(201), until: '' }, false],
    [{ reason: 'a\u0000b', until: '' }, false],
    [{ reason: 'fine', until: '2027-02-30' }, false],
    [{ reason: 'fine', until: 'soon' }, false],
    [{ reason: 'fine' }, false],
  ])('%j is taken: %s', (sent, isTaken) => {
    expect(ExclusionFields.safeParse(sent).success).toBe(isTaken)
  })

  test.each([
    ['the later end', 20, 30, 30],
    ['the later end, whichever account has it', 30, 20, 30],
    ['no end where one has none', 20, null, null],
    ['no end where the one that stays has none', null, 20, null],
  ])('of two accounts that become one has %s', (_what, stays, comes, expected) => {
    const until = (day: number | null) => (day === null ? null : NOW + day * DAY_MS)
    const of = (reason: string, day: number | null, since: number) => ({ reason, since, until: until(day) })
    const joined = { reason: 'a / b', since: NOW - 9, until: until(expected) }
    expect(joinedExclusion(of('a', stays, NOW), of('b', comes, NOW - 9))).toEqual(joined)
    expect(joinedExclusion(of('a', stays, NOW), of('a', comes, NOW)).reason).toBe('a')
  })

  test('of two accounts whose reasons are too long together has that of the one that ends later', () => {
    const [one, other] = ['a', 'b'].map((letter) => ({ reason: letter.repeat(120), since: NOW, until: NOW + DAY_MS }))
    expect(joinedExclusion(one!, { ...other!, until: null }).reason).toBe(other!.reason)
    expect(joinedExclusion({ ...one!, until: null }, other!).reason).toBe(one!.reason)
  })

  test('a reason is kept without the space around it', () => {
    expect(ExclusionFields.parse({ reason: ' returns everything ', until: '' }).reason).toBe('returns everything')
  })
})
