import { issueGrants as issue } from '#app/flow/rewards/issue.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const issueGrants = defineJob({
  kind: 'issue-grants',
  handler: ({ shop, stillMine }) => issue(shop, { stillMine }),
})
