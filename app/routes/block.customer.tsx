import { z } from 'zod'
import { newestGrant } from '#app/flow/rewards/person-pages.ts'
import { customerForBlock } from '#app/flow/segments/customer-block.ts'
import { forBlock } from '#app/outside/request.server.ts'
import { customerBlock } from '#app/ui/customer-block.ts'

const Asked = z.object({ id: z.string().regex(/^\d{1,18}$/), locale: z.enum(['en', 'ko']) })

export const loader = forBlock({ query: Asked }, async ({ shop, query }) => {
  const [customer, grant] = await Promise.all([customerForBlock(shop, query.id), newestGrant(shop, query.id)])
  return customerBlock(customer, grant, query.locale)
})
