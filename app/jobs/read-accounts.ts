import { readAccounts as read } from '#app/flow/sync/accounts.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const readAccounts = defineJob({ kind: 'read-accounts', handler: read })
