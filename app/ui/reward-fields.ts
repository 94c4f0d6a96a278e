import { z } from 'zod'
import { RewardShape } from '#app/domain/rewards/reward.ts'

/** A reward's own page; `new` is one that is not saved yet. */
export const RewardParams = z.object({
  id: z.union([z.literal('new').transform(() => null), z.coerce.number().int().positive().max(2_147_483_647)]),
})

/** Longer than any reward: a hundred products and three steps. */
const LONGEST = 12_000

/** A reward as JSON text. A field that cannot be is named as `definition.<field>`. */
export const DefinitionText = z
  .string()
  .max(LONGEST, 'too-long')
  .transform((text): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      return null
    }
  })
  .pipe(RewardShape)
