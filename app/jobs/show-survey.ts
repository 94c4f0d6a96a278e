import { showSurvey as show } from '#app/flow/survey/show.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const showSurvey = defineJob({
  kind: 'show-survey',
  handler: ({ shop }) => show(shop),
})
