import { undoPreview } from '#app/flow/publication/undo.ts'
import { forMerchant } from '#app/outside/request.server.ts'

/** What taking the last run back would change: asked for on a click, for it counts every change of that run. */
export const loader = forMerchant({}, ({ shop }) => undoPreview(shop))
