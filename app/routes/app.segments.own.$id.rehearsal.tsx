import { z } from 'zod'
import { rehearseOwn } from '#app/flow/segments/rehearse.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { MonthField, OwnParams, RuleText } from '#app/ui/own-fields.ts'

const RehearsalQuery = z.object({ rule: RuleText, month: MonthField.optional() })

/** This rule over the past 2 years. Asked for with fetch, so it answers a plain Response. */
export const loader = forMerchant({ params: OwnParams, query: RehearsalQuery }, async ({ shop, params, query }) =>
  Response.json(await rehearseOwn(shop, params.id, query.rule, query.month), {
    headers: { 'Cache-Control': 'no-store' },
  }),
)
