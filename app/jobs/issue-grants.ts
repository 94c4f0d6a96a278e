import { defineJob } from '#app/outside/queue.server.ts'

/** What is reserved stays reserved until Shopify is asked for it. */
export const issueGrants = defineJob({ kind: 'issue-grants', async handler() {} })
