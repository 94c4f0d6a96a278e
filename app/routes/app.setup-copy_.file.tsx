import { setupFile } from '#app/flow/segments/setup/file.ts'
import { forMerchant } from '#app/outside/request.server.ts'

/** The shop's setup, as a file. */
export const loader = forMerchant(
  {},
  async ({ shop }) =>
    new Response(await setupFile(shop), {
      headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' },
    }),
)
