import { readAccount as read } from '#app/flow/sync/accounts.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const readAccount = defineJob({ kind: 'read-account', handler: read })
