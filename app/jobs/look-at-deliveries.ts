import { defineJob } from '#app/outside/queue.server.ts'

export const lookAtDeliveries = defineJob({ kind: 'look-at-deliveries', async handler() {} })
