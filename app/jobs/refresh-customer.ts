import { refreshCustomer as refresh } from '#app/flow/sync/refresh.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const refreshCustomer = defineJob({ kind: 'refresh-customer', handler: refresh })
