import { checkHealth as look } from '#app/flow/sync/health.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const checkHealth = defineJob({ kind: 'check-health', handler: look })
