import { askForScopes } from '#app/flow/sync/scopes-granted.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const followScopes = defineJob({ kind: 'follow-scopes', handler: askForScopes })
