import { z } from 'zod'
import { previewOwn } from '#app/flow/segments/own/preview.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { OwnParams, RuleText } from '#app/ui/own-fields.ts'

const PreviewQuery = z.object({ how: z.enum(['sample', 'exact']), rule: RuleText })

/** What saving this rule would do. Asked for with fetch, so it answers a plain Response. */
export const loader = forMerchant({ params: OwnParams, query: PreviewQuery }, async ({ shop, params, query }) =>
  Response.json(await previewOwn(shop, params.id, query.rule, query.how), { headers: { 'Cache-Control': 'no-store' } }),
)
