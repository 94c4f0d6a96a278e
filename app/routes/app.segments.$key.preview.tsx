import { previewSegment } from '#app/flow/segments/preview.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { SegmentParams, ThresholdFields } from '#app/ui/rule-fields.ts'

/** What saving these numbers would do to the segment. Asked for with fetch, so it answers a plain Response. */
export const loader = forMerchant({ params: SegmentParams, query: ThresholdFields }, async ({ shop, params, query }) =>
  Response.json(await previewSegment(shop, params.key, query), { headers: { 'Cache-Control': 'no-store' } }),
)
