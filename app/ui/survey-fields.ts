import { z } from 'zod'
import { SurveyDefinition } from '#app/domain/survey.ts'

/** Longer than any survey: three questions of six choices in two languages. */
const LONGEST = 12_000

/** A survey as JSON text. */
const DefinitionText = z
  .string()
  .max(LONGEST)
  .transform((text): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      return null
    }
  })
  .pipe(SurveyDefinition)

export const SurveyForm = z.discriminatedUnion('intent', [
  z.object({ intent: z.literal('save'), definition: DefinitionText }),
  z.object({ intent: z.enum(['switch-on', 'switch-off', 'erase']) }),
])
