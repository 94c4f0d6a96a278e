import { defineJob } from '#app/outside/queue.server.ts'

export const showOffers = defineJob({ kind: 'show-offers', async handler() {} })
