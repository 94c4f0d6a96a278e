import { linkAccounts as link } from '#app/flow/segments/people/links.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const linkAccounts = defineJob({ kind: 'link-accounts', handler: link })
