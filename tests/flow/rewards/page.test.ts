import { expect, test } from 'vitest'
import { READY_MADE } from '#app/domain/rewards/ready-made.ts'
import { rewardPage, rewardsPage } from '#app/flow/rewards/pages.ts'
import { saveReward, startReward } from '#app/flow/rewards/save.ts'
import { waitingPage } from '#app/flow/rewards/waiting.ts'
import { rewardingShop, welcome } from './rewarded.ts'

test('every ready-made reward opens in a shop that has sold nothing yet, and is saved as it opens', async () => {
  const { shop } = await rewardingShop()
  for (const ready of READY_MADE) {
    const page = await rewardPage(shop, { ready, name: ready })
    expect(page).toMatchObject({ id: null, state: 'draft', segments: [], grants: null, comparison: null })
    const id = await saveReward(shop, null, page.definition)
    expect((await rewardPage(shop, id)).definition).toEqual(page.definition)
  }
  expect(await rewardsPage(shop)).toMatchObject({ waiting: 0, segments: [] })
  expect((await waitingPage(shop)).grants).toEqual([])
})

test('a reward whose segment was deleted does not start', async () => {
  const { shop } = await rewardingShop()
  const gone = await saveReward(shop, null, welcome({ who: { kind: 'own', segment: 9 } }))
  await expect(startReward(shop, gone)).rejects.toMatchObject({ fields: { who: 'segment-gone' } })
})
