import { z } from 'zod'
import {
  CHANNELS,
  MESSAGE_FIELDS,
  MessageFields,
  messageAddress,
  messageKeyIn,
  type Channel,
  type Message,
  type MessageField,
  type MessageKey,
  type MessagePage,
} from '#app/domain/messages/message.ts'
import { readyMade } from '#app/domain/messages/ready-made.ts'
import { majorOf, minorFrom } from './amount-field.ts'

/** The address of a message: whose it is, and through which channel. */
export const MessageParams = z.object({ key: z.string() }).transform(({ key }, context): { key: MessageKey } => {
  const found = messageKeyIn(key)
  if (found === null) context.addIssue({ code: 'custom', message: 'no segment' })
  return { key: found ?? 'new' }
})
export const MessageQuery = z.object({ channel: z.enum(CHANNELS).nullable().catch(null).default(null) })

const id = z.coerce.number().int().positive().max(2_147_483_647)
export const MessageForm = z.discriminatedUnion('intent', [
  MessageFields.extend({ intent: z.literal('save'), channel: z.enum(CHANNELS) }),
  z.object({ intent: z.literal('delete'), channel: z.enum(CHANNELS) }),
  z.object({ intent: z.literal('make-list'), channel: z.enum(CHANNELS) }),
  z.object({ intent: z.literal('take-back'), id }),
])
export type MessageIntent = z.input<typeof MessageForm>

export const ListParams = z.object({ id })

export function messagePath(key: MessageKey, channel?: Channel): string {
  return `/app/messages/${messageAddress(key)}${channel === undefined ? '' : `?channel=${channel}`}`
}

/** A message while it is edited: every field as it is typed. */
export type MessageDraft = Record<MessageField, string>

/** What a field of the form is given. */
export type MessageFieldProps = {
  value: string
  onChange: (value: string) => void
  autoComplete: string
  disabled: boolean
  error?: string
}

/** What is saved, else a ready-made one to begin with. */
export function draftOf({ saved, key, channel, currency }: MessagePage, locale: 'en' | 'ko'): MessageDraft {
  return draftFrom(saved ?? readyMade(key, channel, locale), currency)
}

export function draftFrom(message: Message, currency: string): MessageDraft {
  const { costMinor, capMessages, capDays, ...texts } = message
  return {
    purpose: texts.purpose,
    value: texts.value,
    subjectEn: texts.subjectEn,
    subjectKo: texts.subjectKo,
    textEn: texts.textEn,
    textKo: texts.textKo,
    confirmedOn: texts.confirmedOn,
    costMinor: costMinor === 0 ? '' : majorOf(costMinor, currency),
    capMessages: String(capMessages),
    capDays: String(capDays),
  }
}

export type DraftErrors = Partial<Record<MessageField, string>>

/** What would be saved, and why some of it cannot be: by field a key of the texts. */
export function readDraft(draft: MessageDraft, currency: string): { message: Message | null; errors: DraftErrors } {
  const costMinor = draft.costMinor.trim() === '' ? 0 : minorFrom(draft.costMinor, currency)
  const read = MessageFields.safeParse({ ...draft, costMinor: Number.isNaN(costMinor) ? -1 : costMinor })
  if (read.success) return { message: read.data, errors: {} }
  const errors: DraftErrors = {}
  for (const { path, message } of read.error.issues) {
    const field = path[0] as MessageField
    errors[field] ??= field === 'capMessages' || field === 'capDays' ? 'range' : message
  }
  return { message: null, errors }
}

export function isSameDraft(one: MessageDraft, other: MessageDraft): boolean {
  return MESSAGE_FIELDS.every((field) => one[field].trim() === other[field].trim())
}
