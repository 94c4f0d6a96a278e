import { describe, expect, test } from 'vitest'
import { dayFromText, dayText, endOfDay, mondayOf, shopCalendar } from '#app/domain/shop-calendar.ts'

const FROM = Date.UTC(2024, 0, 1)
const TO = Date.UTC(2027, 0, 1)

function intlDay(timezone: string, at: number): string {
  return new Intl.DateTimeFormat('sv', { timeZone: timezone }).format(at)
}

describe('the calendar of a shop', () => {
  test.each(['UTC', 'Asia/Seoul', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu'])(
    'names the day that %s has throughout three years, and a day begins where the day changes',
    (timezone) => {
      const calendar = shopCalendar(timezone, FROM, TO)
      for (let at = FROM; at < TO; at += 3_600_000 * 17 + 60_000) {
        expect(dayText(calendar.dayOf(at))).toBe(intlDay(timezone, at))
      }
      for (let day = dayFromText('2024-01-02'); day < dayFromText('2026-12-30'); day += 1) {
        const start = calendar.startOf(day)
        expect([calendar.dayOf(start), calendar.dayOf(start - 1)]).toEqual([day, day - 1])
      }
    },
  )

  test('weeks begin on Monday', () => {
    for (const [day, monday] of [
      ['2026-11-22', '2026-11-16'],
      ['2026-11-23', '2026-11-23'],
      ['1970-01-01', '1969-12-29'],
    ] as const) {
      expect(dayText(mondayOf(dayFromText(day)))).toBe(monday)
    }
  })
})

test('a day of the shop ends where its next one begins, also where clocks are changed that night', () => {
  expect(endOfDay('2026-11-30', 'America/Santiago')).toBe(Date.UTC(2026, 11, 1, 3))
  expect(endOfDay('2026-11-30', null)).toBe(Date.UTC(2026, 11, 1))
  // 25 hours long in Berlin.
  expect(endOfDay('2026-10-25', 'Europe/Berlin') - endOfDay('2026-10-24', 'Europe/Berlin')).toBe(25 * 3_600_000)
})
