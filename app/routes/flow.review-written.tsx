import { z } from 'zod'

import { noteReview } from '#app/flow/rewards/reviews.ts'
import { forFlowAction } from '#app/outside/request.server.ts'

// A number, as text or not, or Shopify's gid.
const id = (type: string) =>
  z
    .union([z.string(), z.number().int().positive()])
    .transform((given) => String(given).replace(`gid://shopify/${type}/`, ''))
    .refine((digits) => /^[1-9]\d{0,17}$/.test(digits))

export const action = forFlowAction({
  handle: 'review-written',
  properties: z.object({
    review_id: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .refine((text) => !/\p{Cc}/u.test(text)),
    customer_id: id('Customer'),
    product_id: z.union([z.null(), z.literal(''), id('Product')]).optional(),
  }),
  run: async (shop, { review_id, customer_id, product_id }) =>
    (await noteReview(shop, { id: review_id, customer: customer_id, product: product_id || null })) ? 'done' : 'later',
})

export const loader = () => new Response(null, { status: 405, headers: { allow: 'POST' } })
