import { decimalsOf } from '#app/domain/money.ts'
import type { Money } from '#app/domain/money.ts'
import type { Instant } from '#app/domain/order.ts'

export type Locale = 'en' | 'ko'

/** The admin's language, as Shopify writes it into the address of the document. */
export function localeIn(search: string): Locale {
  return new URLSearchParams(search).get('locale')?.toLowerCase().startsWith('ko') ? 'ko' : 'en'
}

/** Numbers, dates and money as a person reads them, in one language and one time zone. */
export type Formats = {
  locale: Locale
  number(value: number): string
  /** A share of 0–1; whole numbers from 10 % on, one decimal below, so that small groups do not read as 0. */
  percent(share: number): string
  money(amount: Money): string
  /** Short form of large amounts, for cards: ₩21.4M, 2,140만 원. */
  moneyShort(amount: Money): string
  date(at: Instant): string
  /** A shop day, written `2026-11-22`. */
  day(day: string): string
  /** A month of the shop, written `2026-11`. */
  month(month: string): string
  dateTime(at: Instant): string
  time(at: Instant): string
  list(items: string[]): string
  /** A country by its two letters. */
  country(code: string): string
  /** "3 minutes ago", at least one; `now` is an argument because server and browser must write the same. */
  ago(at: Instant, now: Instant): string
}

export function formatsOf(locale: Locale, timeZone: string): Formats {
  const number = new Intl.NumberFormat(locale)
  // The medium Korean date ends in a full stop, which no particle can follow.
  const dateStyle = locale === 'ko' ? 'long' : 'medium'
  const date = new Intl.DateTimeFormat(locale, { dateStyle, timeZone })
  const day = new Intl.DateTimeFormat(locale, { dateStyle, timeZone: 'UTC' })
  const month = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', timeZone: 'UTC' })
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle, timeStyle: 'short', timeZone })
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone })
  const relative = new Intl.RelativeTimeFormat(locale)
  const countries = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' })
  return {
    locale,
    number: (value) => number.format(value),
    percent: (share) =>
      new Intl.NumberFormat(locale, {
        style: 'percent',
        maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0,
      }).format(share),
    money: (amount) => money(amount, locale, false),
    moneyShort: (amount) => money(amount, locale, true),
    date: (at) => date.format(at),
    day: (text) => day.format(Date.parse(`${text}T00:00:00Z`)),
    month: (text) => month.format(Date.parse(`${text}-01T00:00:00Z`)),
    dateTime: (at) => dateTime.format(at),
    time: (at) => time.format(at),
    list: (items) => items.join(', '),
    country: (code) => countries.of(code) ?? code,
    ago: (at, now) => {
      const minutes = Math.max(1, Math.floor((now - at) / 60_000))
      if (minutes < 60) return relative.format(-minutes, 'minute')
      if (minutes < 48 * 60) return relative.format(-Math.floor(minutes / 60), 'hour')
      return relative.format(-Math.floor(minutes / (24 * 60)), 'day')
    },
  }
}

function money(amount: Money, locale: Locale, isShort: boolean): string {
  // A shop whose first import has not asked for the currency yet has no money to name either.
  if (amount.currency === '') return new Intl.NumberFormat(locale).format(amount.minor)
  const decimals = decimalsOf(amount.currency)
  const value = amount.minor / 10 ** decimals
  const isCompact = isShort && Math.abs(value) >= 100_000
  // 만 and 억 are large steps: grouped, and with a decimal only below ten of them.
  const steps = locale === 'ko' ? ({ useGrouping: 'always' } as const) : { maximumFractionDigits: 1 }
  const compact = isCompact ? ({ notation: 'compact', ...steps } as const) : {}
  // A Korean text names won after the number, after 만 and 억 with a space at which no line ends.
  if (locale === 'ko' && amount.currency === 'KRW')
    return `${new Intl.NumberFormat(locale, compact).format(value)}${isCompact ? '\u00a0' : ''}원`
  // ICU writes no symbol for a currency it would have to spell out, so the narrow one reads best in both languages.
  const base = { style: 'currency', currency: amount.currency, currencyDisplay: 'narrowSymbol' } as const
  return new Intl.NumberFormat(locale, { ...base, ...compact }).format(value)
}
