import { readBeside as read } from '#app/flow/sync/beside.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const readBeside = defineJob({ kind: 'read-beside', handler: read })
