import { z } from 'zod'
import { readExport } from '#app/flow/sync/privacy-export.ts'
import { InvalidInput } from '#app/errors.ts'
import { forMerchant } from '#app/outside/request.server.ts'

const ExportParams = z.object({ id: z.coerce.number().int().positive() })

/** The answer to a customer's data request, as a file for the merchant. */
export const loader = forMerchant({ params: ExportParams }, async ({ shop, params }) => {
  const file = await readExport(shop, params.id)
  if (file === null) throw new InvalidInput(`no export ${params.id}`, { code: 'not-found' })
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' }
  return new Response(file.json, { headers })
})
