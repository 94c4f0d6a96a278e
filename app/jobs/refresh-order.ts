import { refreshOrder as refresh } from '#app/flow/sync/refresh.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const refreshOrder = defineJob({ kind: 'refresh-order', handler: refresh })
