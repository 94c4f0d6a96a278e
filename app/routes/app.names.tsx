import { data } from '@remix-run/node'
import { z } from 'zod'
import { namesOnScreen } from '#app/flow/segments/people/names.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { MOST_NAMES, NAME_PAGES } from '#app/ui/names.tsx'

const NamesQuery = z.object({
  page: z.enum(NAME_PAGES),
  ids: z
    .string()
    .max(1500)
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(z.string().regex(/^\d{1,18}$/)).max(MOST_NAMES)),
})

/** Asked by a page that is there already; nothing on the way may keep the answer. */
export const loader = forMerchant({ query: NamesQuery }, async ({ shop, staff, query }) =>
  data(await namesOnScreen(shop, { ...query, staff }), { headers: { 'Cache-Control': 'no-store' } }),
)
