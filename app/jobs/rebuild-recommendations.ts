import { rebuildRecommendations as rebuild } from '#app/flow/recommendations/rebuild.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const rebuildRecommendations = defineJob({
  kind: 'rebuild-recommendations',
  handler: ({ shop, payload, stillMine, signal }) =>
    rebuild({ shop, stillMine, signal }, payload.mayKeepChoice === true),
})
