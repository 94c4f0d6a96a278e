/** What Korean law asks of marketing messages, as far as a text and a shop's settings show it. A check, not advice. */
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { WAY_OF, type Channel, type Message } from './message.ts'

/** Why Korean law is looked at: the shop says that it sells there, its currency or time zone, or a Korean text. */
export type KoreanReason = 'countries' | 'currency' | 'timezone' | 'text'

/** Fields that have to begin with the mark. */
export type MarkedField = 'subjectEn' | 'subjectKo' | 'textEn' | 'textKo'

export type MessageLaw = {
  reason: KoreanReason
  /** Fields that do not begin with (광고) and have to. */
  unmarked: MarkedField[]
  /** Texts without a word on how to refuse further messages free of charge. */
  noOptOut: MarkedField[]
  /** Nothing may be sent from 21:00 to 08:00 without a consent of its own; e-mail is exempt. */
  hasNight: boolean
}

/** With nothing before it and nothing between: (광 고), [광고] or (광.고) do not count. */
export const AD_MARK = '(광고)'

const OPT_OUT = /수신\s*거부|무료\s*거부|수신\s*동의\s*철회|unsubscri|opt[\s-]*out|\b080[-\s]?\d/i
/** Ways of writing the mark that do not count. */
const LIKE_THE_MARK = /^\s*[([{<【「]\s*광\s*[.·]?\s*고\s*[)\]}>】」]\s*/u

/**
 * What the law asks of a message; null: nothing says that it goes to Korea, or it is an audience for ads, which is not sent.
 *
 * A shop that names the countries it sells to is taken at its word; otherwise its currency or time zone decides, otherwise the
 * Korean text alone is looked at.
 *
 * Source: 정보통신망법 제50조 (marks, night, consent), 같은 법 시행령 별표 6 (where the mark stands), 제61조 (e-mail at night),
 * 제62조의3 (every two years).
 */
export function messageLaw(
  message: Pick<Message, MarkedField>,
  channel: Channel,
  shop: { currency: string; timezone: string | null; countries: readonly string[] },
): MessageLaw | null {
  const way = WAY_OF[channel]
  const reason = reasonOf(message, shop)
  if (way === 'ads' || reason === null) return null
  const isThere = (field: MarkedField) =>
    message[field] !== '' && (reason !== 'text' || field === 'subjectKo' || field === 'textKo')
  const texts = (['textEn', 'textKo'] as const).filter(isThere)
  const marked = way === 'email' ? (['subjectEn', 'subjectKo'] as const).filter(isThere) : texts
  return {
    reason,
    unmarked: marked.filter((field) => !message[field].startsWith(AD_MARK)),
    noOptOut: texts.filter((field) => !OPT_OUT.test(message[field])),
    hasNight: way === 'phone',
  }
}

function reasonOf(
  { subjectKo, textKo }: Pick<Message, MarkedField>,
  { currency, timezone, countries }: { currency: string; timezone: string | null; countries: readonly string[] },
): KoreanReason | null {
  if (countries.length > 0) return countries.includes('KR') ? 'countries' : null
  if (currency === 'KRW') return 'currency'
  if (timezone === 'Asia/Seoul') return 'timezone'
  return subjectKo !== '' || textKo !== '' ? 'text' : null
}

/** The text with the mark at its very beginning, in place of one that does not count. Known value: `[광고] 안내` → `(광고) 안내`. */
export function withAdMark(text: string): string {
  if (text.startsWith(AD_MARK)) return text
  return `${AD_MARK} ${text.replace(LIKE_THE_MARK, '')}`
}

/** Years after which a consent has to be confirmed. */
const CONFIRM_YEARS = 2

/** How long before it is said that a consent has to be confirmed. */
const SOON_MS = 30 * DAY_MS

/**
 * A consent of before `due` has to be confirmed now, one of before `soon` within 30 days.
 *
 * Known value: at 2026-11-22 00:00 UTC, consents of before 2024-11-22 and of before 2024-12-22.
 */
export function consentsDue(at: Instant): { due: Instant; soon: Instant } {
  const agreedBy = (moment: Instant) => {
    const date = new Date(moment)
    return date.setUTCFullYear(date.getUTCFullYear() - CONFIRM_YEARS)
  }
  return { due: agreedBy(at), soon: agreedBy(at + SOON_MS) }
}

/** The day by which consents have to be confirmed again, `2028-11-22`; null: it was not said when they were. */
export function confirmBy(confirmedOn: string): string | null {
  if (confirmedOn === '') return null
  return `${Number(confirmedOn.slice(0, 4)) + CONFIRM_YEARS}${confirmedOn.slice(4)}`
}
