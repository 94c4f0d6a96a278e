import { z } from 'zod'

export const SELLS = ['used-up', 'kept', 'rare'] as const
export const WORRIES = ['no-return', 'quiet', 'discounts'] as const
export const CHANNELS = ['email', 'sms', 'shop'] as const

/** What a merchant answers to the setup helper: what is sold, what worries most, and how customers are reached. */
export const FirstAnswersShape = z.object({
  sells: z.enum(SELLS),
  worry: z.enum(WORRIES),
  channel: z.enum(CHANNELS),
})
export type FirstAnswers = z.infer<typeof FirstAnswersShape>
