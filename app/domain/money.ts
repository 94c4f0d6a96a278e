import { Bug } from '../errors.ts'

/** An amount of one currency in its minor units (yen for JPY, cents for USD, fils for KWD). */
export type Money = { minor: number; currency: string }

/**
 * Decimals of a currency as ISO 4217 has them: 0 (JPY, KRW), 2 (USD), 3 (KWD).
 *
 * @throws {RangeError} for a code that is not three letters
 */
export function decimalsOf(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}

/**
 * Minor units of a decimal string as Shopify writes it, without passing through binary fractions.
 *
 * Known value: minorOf('1234.5', 'USD') = 123450, minorOf('1200.0', 'KRW') = 1200, minorOf('1.005', 'KWD') = 1005.
 * Digits beyond the currency's own are rounded half away from zero.
 *
 * @throws {Bug} if the text is no decimal number
 */
export function minorOf(decimal: string, currency: string): number {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal.trim())
  if (!match) throw new Bug(`not a decimal amount: ${decimal.slice(0, 40)}`)
  const decimals = decimalsOf(currency)
  const fraction = (match[3] ?? '').padEnd(decimals + 1, '0')
  const minor = Number(match[2]! + fraction.slice(0, decimals)) + (Number(fraction.charAt(decimals)) >= 5 ? 1 : 0)
  return match[1] === '-' && minor !== 0 ? -minor : minor
}
