import { forgetOldEvents } from '#app/flow/events/forget.ts'
import { oweNightly } from '#app/flow/features/nightly.ts'
import { forgetOldLists } from '#app/flow/messages/lists.ts'
import { forgetOldChanges } from '#app/flow/publication/history.ts'
import { forgetOldSetup } from '#app/flow/segments/setup/take-over.ts'
import { forgetAnswersOfGone } from '#app/flow/survey/carry-over.ts'
import { forgetEndedTokens } from '#app/flow/visitor-tokens.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const nightly = defineJob({
  kind: 'nightly',
  async handler({ shop }) {
    await forgetOldChanges(shop)
    await forgetOldSetup(shop)
    await forgetEndedTokens(shop)
    await forgetOldLists(shop)
    await forgetOldEvents(shop)
    await forgetAnswersOfGone(shop)
    await oweNightly(shop)
  },
})
