import { describe, expect, test } from 'vitest'
import { endsSoon, ExclusionFields } from '#app/domain/exclusions.ts'
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

  test('a reason is kept without the space around it', () => {
    expect(ExclusionFields.parse({ reason: ' returns everything ', until: '' }).reason).toBe('returns everything')
  })
})
