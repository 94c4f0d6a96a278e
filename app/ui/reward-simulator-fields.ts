/** The simulator's form as texts, so that a half-typed number is kept, and the question that it says. */
import { z } from 'zod'
import { CODES_MAX, PIECES_MAX, QuestionShape, type Question } from '#app/domain/rewards/simulation.ts'
import { majorOf, minorFrom } from './amount-field.ts'

/** A question as the address carries it. */
export const QuestionText = z
  .string()
  .max(8000)
  .transform((text): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      return null
    }
  })
  .pipe(QuestionShape)

export type LineDraft = { item: string; price: string; quantity: string }
export type SimulatorDraft = {
  who: Question['who']
  customer: string
  lines: LineDraft[]
  shipping: string
  codes: string
}

export function draftOf({ who, customer, lines, shippingMinor, codes }: Question, currency: string): SimulatorDraft {
  const field = (minor: number) => (minor === 0 ? '' : majorOf(minor, currency))
  return {
    who,
    customer,
    lines: lines.map(({ item, unitMinor, quantity }) => ({
      item,
      price: field(unitMinor),
      quantity: String(quantity),
    })),
    shipping: field(shippingMinor),
    codes: codes.join(', '),
  }
}

/** What a draft asks, or which of its fields cannot be read: keys of the texts. */
export function questionOf(
  draft: SimulatorDraft,
  currency: string,
):
  | { question: Question; wrong: null }
  | { question: null; wrong: 'price' | 'quantity' | 'shipping' | 'customer' | 'codes' } {
  const not = (wrong: 'price' | 'quantity' | 'shipping' | 'customer' | 'codes') => ({ question: null, wrong })
  const isNamed = draft.who === 'address' || draft.who === 'customer'
  const customer = draft.customer.trim().replace(/^.*\//, '')
  if (isNamed && !/^\d{1,18}$/.test(customer)) return not('customer')
  const lines: Question['lines'] = []
  for (const { item, price, quantity } of draft.lines) {
    const unitMinor = minorFrom(price, currency)
    if (Number.isNaN(unitMinor)) return not('price')
    const pieces = /^\d{1,3}$/.test(quantity.trim()) ? Number(quantity) : 0
    if (pieces < 1 || pieces > PIECES_MAX) return not('quantity')
    lines.push({ item, unitMinor, quantity: pieces })
  }
  const shippingMinor = draft.shipping.trim() === '' ? 0 : minorFrom(draft.shipping, currency)
  if (Number.isNaN(shippingMinor)) return not('shipping')
  const codes = [...new Set(draft.codes.split(/[,\n]/).map((code) => code.trim()))].filter((code) => code !== '')
  if (codes.length > CODES_MAX) return not('codes')
  const question = { who: draft.who, customer: isNamed ? customer : '', lines, shippingMinor, codes }
  return QuestionShape.safeParse(question).success ? { question, wrong: null } : not('price')
}
