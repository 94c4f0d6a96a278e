import { z } from 'zod'
import { STAGES } from '#app/domain/stages.ts'
import type { Thresholds } from '#app/domain/stages.ts'

export const SegmentParams = z.object({ key: z.enum([...STAGES, 'cherry-picker']) })

const number = z.string().trim().min(1).transform(Number).pipe(z.number())

/** Thresholds as a form or an address carries them; ranges are checked where they are saved. */
export const ThresholdFields = z.object({
  windowShare: number,
  windowMaxDays: z.union([z.literal('').transform(() => null), number]),
  lateRatio: number,
  lapsedRatio: number,
  loyalOrders: number,
  cherryOccasions: number,
  cherryBenefits: number,
})

/** The other way round: an empty field is no limit. */
export function fieldsOf(thresholds: Thresholds): Record<keyof Thresholds, string> {
  return {
    windowShare: String(thresholds.windowShare),
    windowMaxDays: thresholds.windowMaxDays === null ? '' : String(thresholds.windowMaxDays),
    lateRatio: String(thresholds.lateRatio),
    lapsedRatio: String(thresholds.lapsedRatio),
    loyalOrders: String(thresholds.loyalOrders),
    cherryOccasions: String(thresholds.cherryOccasions),
    cherryBenefits: String(thresholds.cherryBenefits),
  }
}
