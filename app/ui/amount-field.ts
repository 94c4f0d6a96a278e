import { decimalsOf, minorOf } from '#app/domain/money.ts'

/** Minor units of an amount as somebody types it, thousands separated or not; NaN: it is none. */
export function minorFrom(text: string, currency: string): number {
  const plain = text.replace(/[,\s]/g, '')
  return /^\d{1,9}(\.\d{1,3})?$/.test(plain) ? minorOf(plain, currency || 'USD') : NaN
}

/** An amount as a field shows it, to be edited. */
export function majorOf(minor: number, currency: string): string {
  const decimals = decimalsOf(currency || 'USD')
  const text = String(minor).padStart(decimals + 1, '0')
  return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`
}
