import { DAY_MS, type Instant } from './order.ts'

/** Calendar days of a shop as whole numbers: days since 1970-01-01 in the shop's time zone. */
export type ShopCalendar = {
  /** The shop's calendar day of an instant. */
  dayOf(at: Instant): number
  /** The instant at which a calendar day begins in the shop; the end of a day is the start of the next. */
  startOf(day: number): Instant
}

/** Monday of the ISO week of a calendar day (1970-01-01 was a Thursday). */
export function mondayOf(day: number): number {
  return day - ((((day + 3) % 7) + 7) % 7)
}

/** A calendar day as YYYY-MM-DD. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** The inverse of dayText. */
export function dayFromText(text: string): number {
  return Math.round(Date.parse(`${text}T00:00:00Z`) / DAY_MS)
}

/**
 * The first moment after a day of the shop.
 *
 * Known value: 2026-11-30 in Santiago ends at 3:00 UTC on the first of December (tests/domain/shop-calendar.test.ts).
 *
 * @param day  YYYY-MM-DD
 */
export function endOfDay(day: string, timezone: string | null): Instant {
  const about = dayFromText(day) * DAY_MS
  // No zone is further from UTC than a day.
  return shopCalendar(timezone, about - DAY_MS, about + 3 * DAY_MS).startOf(dayFromText(day) + 1)
}

/**
 * The calendar of a time zone between two instants (and as its nearest end outside them). The zone's offset changes are
 * found once, so that asking for a day is arithmetic: Intl is far too slow for a million orders.
 *
 * @param timezone  IANA name; null: UTC (a shop that has not answered yet)
 */
export function shopCalendar(timezone: string | null, from: Instant, to: Instant): ShopCalendar {
  const offsetAt = offsetsOf(timezone ?? 'UTC')
  const changes: Instant[] = []
  const offsets: number[] = [offsetAt(from)]
  for (let at = from; at < to; at += DAY_MS) {
    const next = Math.min(to, at + DAY_MS)
    if (offsetAt(at) === offsetAt(next)) continue
    let low = at
    let high = next
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2)
      if (offsetAt(middle) === offsetAt(at)) low = middle
      else high = middle
    }
    // Offsets change on whole minutes.
    changes.push(Math.round(high / 60_000) * 60_000)
    offsets.push(offsetAt(next))
  }
  function offset(at: Instant): number {
    let position = changes.length
    while (position > 0 && at < changes[position - 1]!) position -= 1
    return offsets[position]!
  }
  return {
    dayOf: (at) => Math.floor((at + offset(at)) / DAY_MS),
    startOf(day) {
      const local = day * DAY_MS
      const guess = local - offset(local)
      return local - offset(guess)
    },
  }
}

function offsetsOf(timezone: string): (at: Instant) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (at) => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(at)) part[type] = Number(value)
    const local = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!)
    return local - Math.floor(at / 1000) * 1000
  }
}
