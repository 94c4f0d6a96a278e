import { z } from 'zod'
import { CardWordsFields, isSegmentKey, type CardKey } from '#app/domain/segment-card.ts'

/** The addresses of a card: a big segment's, and one of the merchant's own. */
export const BigCardParams = z
  .object({ key: z.string().refine(isSegmentKey) })
  .transform(({ key }): { card: CardKey } => ({ card: key }))
export const OwnCardParams = z
  .object({ id: z.coerce.number().int().positive().max(2_147_483_647) })
  .transform(({ id }): { card: CardKey } => ({ card: `own:${id}` }))

export const CardForm = z.discriminatedUnion('intent', [
  CardWordsFields.extend({ intent: z.literal('save') }),
  z.object({ intent: z.literal('reviewed') }),
])

/** A download has no document whose address would name the language. */
export const PdfQuery = z.object({ locale: z.enum(['en', 'ko']) })

/** Where a card is, as a path. */
export function cardPath(key: CardKey): string {
  return `${segmentPath(key)}/card`
}

export function segmentPath(key: CardKey): string {
  return key.startsWith('own:') ? `/app/segments/own/${key.slice(4)}` : `/app/segments/${key}`
}
