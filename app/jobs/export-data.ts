import { exportData as exportPerson } from '#app/flow/sync/privacy-export.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const exportData = defineJob({ kind: 'export-data', handler: exportPerson })
