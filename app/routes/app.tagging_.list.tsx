import { dryRunList } from '#app/flow/publication/dry-run.ts'
import { forMerchant } from '#app/outside/request.server.ts'

/** Every customer whom tagging would change, as a file. */
export const loader = forMerchant(
  {},
  async ({ shop }) =>
    new Response(await dryRunList(shop), {
      headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Cache-Control': 'no-store' },
    }),
)
