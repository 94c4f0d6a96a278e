/** A short survey on the storefront: what the merchant asks, and what somebody may answer. */
import { z } from 'zod'

export const MOST_QUESTIONS = 3
export const LEAST_CHOICES = 2
export const MOST_CHOICES = 6
/** The most characters of a question and a choice, and of the sentence that is agreed to. */
export const LONGEST_TEXT = 120
export const LONGEST_CONSENT = 300

const textOf = (longest: number) =>
  z
    .strictObject({ en: z.string().trim().max(longest), ko: z.string().trim().max(longest) })
    .refine(({ en, ko }) => en !== '' || ko !== '', { params: { code: 'blank' } })

/** In the storefront's languages; where one is empty, the other is read. */
export type SurveyText = { en: string; ko: string }

/** A question and a choice have numbers that are never given again; 0: new. */
const number = z.number().int().min(0).max(2_147_483_647)
const Choice = z.strictObject({ id: number, text: textOf(LONGEST_TEXT) })
const Question = z.strictObject({
  id: number,
  text: textOf(LONGEST_TEXT),
  several: z.boolean(),
  /** Asked of who has had an order delivered, once after each; left out: asked at any time. */
  when: z.literal('after-delivery').optional(),
  choices: z.array(Choice).min(LEAST_CHOICES).max(MOST_CHOICES),
})

export const SurveyDefinition = z.strictObject({
  /** What somebody agrees to by their tick. */
  consent: textOf(LONGEST_CONSENT),
  questions: z
    .array(Question)
    .min(1)
    .max(MOST_QUESTIONS)
    // Whoever has just unpacked a parcel is asked one thing.
    .refine((questions) => questions.filter(({ when }) => when !== undefined).length <= 1, {
      params: { code: 'one-after-delivery' },
    }),
})
export type SurveyDefinition = z.infer<typeof SurveyDefinition>

/** What a reward may hang on. `preferences`: the questions that are asked at any time, `delivery`: the one after a delivery. */
export const SURVEY_PARTS = ['preferences', 'delivery'] as const
export type SurveyPart = (typeof SURVEY_PARTS)[number]

/** What of a survey shoppers are asked now. */
export function askedParts(survey: { definition: SurveyDefinition; isOn: boolean } | null): SurveyPart[] {
  if (survey?.isOn !== true) return []
  const isAfter = survey.definition.questions.map(({ when }) => when === 'after-delivery')
  return SURVEY_PARTS.filter((part) => isAfter.includes(part === 'delivery'))
}

/** The id of the question after a delivery; null: none is asked. */
export function afterDelivery({ questions }: SurveyDefinition): number | null {
  return questions.find(({ when }) => when === 'after-delivery')?.id ?? null
}

/** Asked for where the survey is switched on: answers come by the storefront's way to us. */
export const SCOPES_OF_SURVEY = ['write_app_proxy'] as const

/** The app-data metafield, read in Liquid as `app.metafields.morello.survey.value`. */
export const SURVEY_NAMESPACE = 'morello'
export const SURVEY_KEY = 'survey'

/** What the storefront's block reads; switched off it says so and nothing else. */
export type StorefrontSurvey = { v: 1; off: true } | ({ v: 1; off: false } & SurveyDefinition)

/**
 * Every question and choice with a number of its own: what has one that the survey had before keeps it, all else is new.
 *
 * @param before  null: there was none
 * @param lastId  the last number that was given
 */
export function numbered(
  sent: SurveyDefinition,
  before: SurveyDefinition | null,
  lastId: number,
): { definition: SurveyDefinition; lastId: number } {
  const left = new Set(before?.questions.flatMap(({ id, choices }) => [id, ...choices.map((each) => each.id)]) ?? [])
  const keep = (id: number): number => (left.delete(id) ? id : (lastId += 1))
  const questions = sent.questions.map((question) => {
    const id = keep(question.id)
    return { ...question, id, choices: question.choices.map((choice) => ({ ...choice, id: keep(choice.id) })) }
  })
  return { definition: { ...sent, questions }, lastId }
}

/** What the storefront reads: each text in both languages. */
export function onStorefront(definition: SurveyDefinition | null, isOn: boolean): StorefrontSurvey {
  if (definition === null || !isOn) return { v: 1, off: true }
  const both = ({ en, ko }: SurveyText): SurveyText => ({ en: en === '' ? ko : en, ko: ko === '' ? en : ko })
  return {
    v: 1,
    off: false,
    consent: both(definition.consent),
    questions: definition.questions.map((question) => ({
      ...question,
      text: both(question.text),
      choices: question.choices.map((choice) => ({ ...choice, text: both(choice.text) })),
    })),
  }
}

/** As somebody sent them: ids of choices by the question's id. */
export const SentAnswers = z.record(
  z.string().regex(/^[1-9]\d{0,9}$/),
  z.array(z.number().int().positive()).max(MOST_CHOICES),
)

/**
 * What somebody has answered, by question; a question without a choice is not answered. Null: no answer at all, a question or
 * a choice that the survey does not have, or several where one is asked for.
 */
export function answersOf(
  { questions }: SurveyDefinition,
  sent: z.infer<typeof SentAnswers>,
): { question: number; choices: number[] }[] | null {
  const answers: { question: number; choices: number[] }[] = []
  for (const [key, chosen] of Object.entries(sent)) {
    const question = questions.find(({ id }) => String(id) === key)
    const choices = [...new Set(chosen)]
    if (!question || !choices.every((id) => question.choices.some((choice) => choice.id === id))) return null
    if (choices.length > 1 && !question.several) return null
    if (choices.length > 0) answers.push({ question: question.id, choices })
  }
  return answers.length === 0 ? null : answers
}
