import { redact as erase } from '#app/flow/sync/privacy.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const redact = defineJob({ kind: 'redact', handler: erase })
