/** What a merchant says to a segment and through which channel. Morello sends nothing: other tools do, with lists made here. */
import { z } from 'zod'
import type { Money } from '#app/domain/money.ts'
import type { Instant } from '#app/domain/order.ts'
import type { Freshness } from '#app/domain/pages.ts'
import { isSegmentKey, type CardKey } from '#app/domain/segment-card.ts'

/** A stage, cherry-picker, or `own:<id>` for one of the merchant's own segments. */
export type MessageKey = CardKey

export const CHANNELS = ['welcome-email', 'newsletter', 'reminder', 'sms', 'kakao', 'ads'] as const
export type Channel = (typeof CHANNELS)[number]

/** What a channel reaches somebody by. */
export type Way = 'email' | 'phone' | 'ads'
export const WAY_OF: Record<Channel, Way> = {
  'welcome-email': 'email',
  newsletter: 'email',
  reminder: 'email',
  sms: 'phone',
  kakao: 'phone',
  ads: 'ads',
}

/** Whose consent of Shopify's must be there: an audience for ads is told of nobody who has not agreed to e-mail either. */
export function consentFor(channel: Channel): 'email' | 'sms' {
  return WAY_OF[channel] === 'phone' ? 'sms' : 'email'
}

/** Longest texts, in characters. */
export const MESSAGE_LIMITS = { purpose: 200, value: 300, subject: 150, text: 2000 } as const

/** The only words that another tool fills in; Morello never reads a name. */
export const PLACEHOLDERS = ['{name}', '{shop}'] as const

/** Most messages, and most days, of a fatigue cap; who got what is kept for as long as a cap may look back. */
export const CAP_MOST = { messages: 20, days: 90 } as const

const text = (longest: number) =>
  z
    .string()
    .transform((sent) => sent.normalize('NFC').replaceAll('\r\n', '\n').trim())
    .refine((sent) => [...sent].length <= longest, 'long')
    .refine((sent) => !/[^\P{Cc}\n]/u.test(sent), 'characters')
    .refine((sent) => unknownPlaceholders(sent).length === 0, 'placeholder')

/** Words in braces that no tool fills in. Known values: `{name}님 {price}` → `{price}`; `{{name}}` → `{{name}}`. */
export function unknownPlaceholders(sent: string): string[] {
  return (sent.match(/\{+[^{}\n]*\}+/g) ?? []).filter((each) => !(PLACEHOLDERS as readonly string[]).includes(each))
}

/** Messages are keys of the screen texts (`messages.refused.…`). */
export const MessageFields = z.object({
  purpose: text(MESSAGE_LIMITS.purpose),
  value: text(MESSAGE_LIMITS.value),
  subjectEn: text(MESSAGE_LIMITS.subject),
  subjectKo: text(MESSAGE_LIMITS.subject),
  textEn: text(MESSAGE_LIMITS.text),
  textKo: text(MESSAGE_LIMITS.text),
  /** Of one message to one person, minor units of the shop's currency. */
  costMinor: z.coerce.number().int('amount').min(0, 'amount').max(1_000_000_000, 'amount'),
  capMessages: z.coerce.number().int('range').min(1, 'range').max(CAP_MOST.messages, 'range'),
  capDays: z.coerce.number().int('range').min(1, 'range').max(CAP_MOST.days, 'range'),
  /** The day on which consents were last confirmed with those who gave them, written `2026-11-22`; empty: not said. */
  confirmedOn: z.union([z.iso.date('date'), z.literal('')], 'date'),
})
export type Message = z.infer<typeof MessageFields>
export type MessageField = keyof Message
export const MESSAGE_FIELDS = Object.keys(MessageFields.shape) as MessageField[]

/** A message with its address: what it is called in lists and files. */
export function messageName(key: MessageKey, channel: Channel): string {
  return `${key.replace(':', '-')}/${channel}`
}

/** A segment's key as it stands in an address, where a colon would be one of the protocol. */
export function messageKeyIn(address: string): MessageKey | null {
  const own = /^own-([1-9]\d{0,8})$/.exec(address)
  if (own) return `own:${Number(own[1])}`
  return isSegmentKey(address) ? address : null
}

export function messageAddress(key: MessageKey): string {
  return key.replace(':', '-')
}

/** How many there are, and how many of them agreed to be written to. */
export type Reach = { customers: number; email: number; sms: number }

export function reached(reach: Reach, channel: Channel): number {
  return reach[consentFor(channel)]
}

/** What writing once to everybody who may be reached costs. */
export function costOfOneSending({ costMinor }: Pick<Message, 'costMinor'>, reach: Reach, channel: Channel): number {
  return costMinor * reached(reach, channel)
}

/** A list that was made: whom it holds, and who was left out and why, each counted once. */
export type MessageList = {
  id: number
  channel: Channel
  madeAt: Instant
  customers: number
  noConsent: number
  offersOff: number
  capped: number
  /** Kept as long as a fatigue cap may look back; then the file is gone and the figures stay. */
  isFileThere: boolean
}

export type MessageRow = {
  key: MessageKey
  ownName: string | null
  reach: Reach
  /** Saved messages. */
  channels: { channel: Channel; cost: Money }[]
  lastListAt: Instant | null
}

/**
 * Of those who agreed, whose consent has to be confirmed: it is older than two years, will be within 30 days, or has no date
 * with Shopify and may be, for they have been customers for longer than that.
 */
export type ConsentsDue = { now: number; soon: number; unknown: number }

export type MessagesPage = { freshness: Freshness; rows: MessageRow[] }

export type MessagePage = {
  key: MessageKey
  ownName: string | null
  channel: Channel
  /** Null: none is saved for this channel; a ready-made one stands in. */
  saved: (Message & { savedAt: Instant }) | null
  /** Channels for which one is saved. */
  channels: Channel[]
  reach: Reach
  due: Record<'email' | 'sms', ConsentsDue>
  currency: string
  /** What says whether Korean law is about these messages. */
  shop: { currency: string; timezone: string | null; countries: string[] }
  /** Our tag, which the merchant's other tools see; null: this segment has none. */
  tag: string | null
  taggingOn: boolean
  /** Shopify Flow is told of moves. */
  flowOn: boolean
  /** The customer segment of Shopify; `url` null: it is not there. */
  shopifySegment: { isOn: boolean; name: string; url: string | null }
  /** What the merchant wrote on the segment's card about how these customers like to be reached. */
  preferred: string
  lists: MessageList[]
  freshness: Freshness
}
