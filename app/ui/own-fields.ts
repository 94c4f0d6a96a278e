import { z } from 'zod'

/** A segment's own page; `new` is one that is not saved yet. */
export const OwnParams = z.object({
  id: z.union([z.literal('new').transform(() => null), z.coerce.number().int().positive().max(2_147_483_647)]),
})

/** Longer than any rule of 30 conditions. */
const LONGEST = 30_000

/** A rule as JSON text, not yet looked at. What is no JSON is no rule either. */
export const RuleText = z
  .string()
  .max(LONGEST)
  .transform((text): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      return null
    }
  })

/** A month of the shop's calendar. */
export const MonthField = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/)
