const WITHOUT_DECIMALS = new Set(['KRW', 'JPY', 'VND', 'CLP', 'ISK', 'UGX', 'XAF', 'XOF', 'PYG', 'RWF'])
const WITH_THREE = new Set(['KWD', 'BHD', 'JOD', 'OMR', 'TND'])

export function digitsOf(currency: string): number {
  if (WITHOUT_DECIMALS.has(currency)) return 0
  return WITH_THREE.has(currency) ? 3 : 2
}

/** Shopify writes amounts without trailing zeros, but with one digit at least: "55.0", "12.34". */
export function amountText(minor: number, currency: string): string {
  const digits = digitsOf(currency)
  const sign = minor < 0 ? '-' : ''
  const text = String(Math.abs(Math.round(minor))).padStart(digits + 1, '0')
  const whole = digits === 0 ? text : text.slice(0, -digits)
  const fraction = digits === 0 ? '' : text.slice(-digits).replace(/0+$/, '')
  return `${sign}${whole}.${fraction === '' ? '0' : fraction}`
}

export type Money = { amount: string; currencyCode: string }

export function money(minor: number, currency: string): Money {
  return { amount: amountText(minor, currency), currencyCode: currency }
}

/** The local shop sells in one currency, so both sides of a bag are the same. */
export function moneyBag(minor: number, currency: string): { shopMoney: Money; presentmentMoney: Money } {
  const amount = money(minor, currency)
  return { shopMoney: amount, presentmentMoney: amount }
}

/** Shopify's DateTime: whole seconds, UTC. */
export function dateTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

export function dateTimeOrNull(at: number | null): string | null {
  return at === null ? null : dateTime(at)
}

export function gid(type: string, id: number | string): string {
  return `gid://shopify/${type}/${id}`
}

/** The type and number of a gid; null for anything else. */
export function readGid(text: unknown): { type: string; id: number } | null {
  const found = /^gid:\/\/shopify\/(\w+)\/(\d+)(?:\?.*)?$/.exec(String(text))
  return found ? { type: found[1]!, id: Number(found[2]) } : null
}
