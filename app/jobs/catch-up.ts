import { catchUp as follow } from '#app/flow/sync/catch-up.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const catchUp = defineJob({ kind: 'catch-up', handler: follow })
