import { dryRun } from '#app/flow/publication/dry-run.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { TagFields } from '#app/ui/settings-fields.ts'

/** What other tag texts would change; nothing is saved. */
export const loader = forMerchant({ query: TagFields }, ({ shop, query }) => dryRun(shop, query.tags))
