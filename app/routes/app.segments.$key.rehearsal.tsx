import { z } from 'zod'
import { STAGES } from '#app/domain/stages.ts'
import { rehearseStage } from '#app/flow/segments/rehearse.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { MonthField } from '#app/ui/own-fields.ts'
import { ThresholdFields } from '#app/ui/rule-fields.ts'

const StageParams = z.object({ key: z.enum(STAGES) })

/** These numbers over the past 2 years. Asked for with fetch, so it answers a plain Response. */
export const loader = forMerchant(
  { params: StageParams, query: ThresholdFields.extend({ month: MonthField.optional() }) },
  async ({ shop, params, query: { month, ...thresholds } }) =>
    Response.json(await rehearseStage(shop, params.key, thresholds, month), {
      headers: { 'Cache-Control': 'no-store' },
    }),
)
