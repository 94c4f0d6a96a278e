/** Which of an account's transactions is the credit that a grant asked for: Shopify keeps no key of ours with it. */
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { dayText, endOfDay, shopCalendar } from '#app/domain/shop-calendar.ts'

/** What a grant asks Shopify for, written down before asking, with what the account showed then. */
export type CreditAsked = {
  /** Decimal text, as sent. */
  amount: string
  currency: string
  /** Epoch ms of whole seconds, no other grant's of the same hour: by it the credit is known again. */
  expiresAt: Instant
  /** The moment before asking, by our clock. */
  at: Instant
  /** The account before; null: there was none in this currency. */
  account: string | null
  balance: string
  /** How often it was asked. */
  tries: number
}

/** One transaction of an account. Amounts are decimal text; of a credit `id` and `expiresAt` are known. */
export type CreditTransaction = {
  id: string | null
  amount: string
  createdAt: Instant
  expiresAt: Instant | null
}

/** Clocks may differ by so much. */
const CLOCKS_MS = 5 * 60_000
/** Were the end of a credit ever rounded, by no more than this. */
const ROUNDED_MS = 25 * 3_600_000
/** No answer of Shopify's is behind by so much, and no request of ours that long under way. */
export const ENOUGH_MS = 60 * 60_000
const MOST_TRIES = 3

/**
 * The last moment of a credit: in the last hour of its last day in the shop, at a second that its grant's number picks, so
 * that two credits of one account do not look alike.
 *
 * Known value: grant 61 of 30 days, asked for on 2026-11-01 in Seoul, ends 2026-12-01 23:58:58 there
 * (tests/domain/rewards/credit.test.ts).
 */
export function creditEnd(grant: number, validDays: number, timezone: string | null, at: Instant): Instant {
  const today = shopCalendar(timezone, at - DAY_MS, at + DAY_MS).dayOf(at)
  return endOfDay(dayText(today + validDays), timezone) - (1 + (grant % 3600)) * 1000
}

/** `ours`: it is there. `wait`: nobody can tell yet. `again`: it is surely not there. `unclear`: a person has to say. */
export type CreditVerdict = { is: 'ours'; id: string } | { is: 'wait' | 'again' | 'unclear' }

/**
 * What became of a credit whose answer was lost, from the account's history as Shopify tells it now.
 *
 * Asked again only after an hour, and only if the history adds up without it: every change of the balance since is a
 * transaction that is not ours. Two that could be ours, or one that is ours but for its end, are left to a person.
 *
 * @param since    transactions from `asked.at` on, those a little before included
 * @param balance  of the account now, decimal text; null: there is no account
 * @param claimed  ids of transactions that are another grant's
 * Known values: tests/domain/rewards/credit.test.ts.
 */
export function creditVerdict(
  asked: CreditAsked,
  since: readonly CreditTransaction[],
  balance: string | null,
  claimed: ReadonlySet<string>,
  now: Instant,
): CreditVerdict {
  const fresh = since.filter(
    ({ id, createdAt }) => createdAt >= asked.at - CLOCKS_MS && (id === null || !claimed.has(id)),
  )
  const alike = fresh.filter(({ id, amount }) => id !== null && Number(amount) === Number(asked.amount))
  const exact = alike.filter(({ expiresAt }) => expiresAt === asked.expiresAt)
  if (exact.length === 1) return { is: 'ours', id: exact[0]!.id! }
  if (exact.length > 1) return { is: 'unclear' }
  const near = alike.filter(
    ({ expiresAt }) => expiresAt !== null && Math.abs(expiresAt - asked.expiresAt) <= ROUNDED_MS,
  )
  if (near.length > 0) return { is: 'unclear' }
  if (now - asked.at < ENOUGH_MS) return { is: 'wait' }
  if (asked.tries >= MOST_TRIES) return { is: 'unclear' }
  // Whoever's clock is ahead: what came in the minutes around the question may have been counted before it.
  const sums = [CLOCKS_MS, 0, -CLOCKS_MS].map((slack) =>
    since.filter(({ createdAt }) => createdAt >= asked.at - slack).reduce((sum, { amount }) => sum + Number(amount), 0),
  )
  const difference = Number(balance ?? 0) - Number(asked.balance)
  return sums.some((sum) => Math.abs(difference - sum) < 0.0005) ? { is: 'again' } : { is: 'unclear' }
}
