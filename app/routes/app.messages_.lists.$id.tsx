import { listFile } from '#app/flow/messages/lists.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { ListParams } from '#app/ui/message-fields.ts'

/** Whom a list holds, as a file. */
export const loader = forMerchant(
  { params: ListParams },
  async ({ shop, params }) =>
    new Response(await listFile(shop, params.id), {
      headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Cache-Control': 'no-store' },
    }),
)
