import { z } from 'zod'
import { membersKnown } from '#app/flow/segments/segment-block.ts'
import { forBlock } from '#app/outside/request.server.ts'
import { segmentBlock } from '#app/ui/segment-block.ts'

const Asked = z.object({
  ids: z.array(z.string().regex(/^\d{1,18}$/)).max(1000, 'at-most-1000'),
  locale: z.enum(['en', 'ko']),
})

export const action = forBlock({ body: Asked }, async ({ shop, body }) =>
  segmentBlock(await membersKnown(shop, body.ids), body.locale),
)

// A preflight asks before the action may be called.
export const loader = action
