import { z } from 'zod'
import { customerForBlock } from '#app/flow/segments/customer-block.ts'
import { forBlock } from '#app/outside/request.server.ts'
import { customerBlock } from '#app/ui/customer-block.ts'

const Asked = z.object({ id: z.string().regex(/^\d{1,18}$/), locale: z.enum(['en', 'ko']) })

export const loader = forBlock({ query: Asked }, async ({ shop, query }) =>
  customerBlock(await customerForBlock(shop, query.id), query.locale),
)
