import { expect, test } from 'vitest'
import { leaveShop, leaving, prepareToLeave } from '#app/flow/publication/leaving.ts'
import { startTagging, stopTagging } from '#app/flow/publication/runs.ts'
import { createShopifySegments, syncSegments } from '#app/flow/publication/shopify-segments.ts'
import { getSettings } from '#app/flow/settings.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { STILL_MINE, inShopify, playStages, publishAll } from './published.ts'

async function dressed(others = 0): Promise<PlayedShop> {
  const played = await playStages([
    { stage: 'new', tags: ['VIP', 'SEG:loyal'] },
    { stage: 'loyal', tags: ['seg:repeat'] },
    ...Array.from({ length: others }, () => ({ stage: 'new' as const })),
  ])
  await startTagging(played.shop)
  await createShopifySegments(played.shop)
  await publishAll(played.shop)
  await syncSegments(played.shop, STILL_MINE)
  return played
}

async function leaveAll({ shop }: PlayedShop): Promise<void> {
  for (let looks = 0; looks < 10; looks += 1) {
    await publishAll(shop)
    if (!(await leaveShop(shop, STILL_MINE))) return
  }
  throw new Error('leaving does not come to an end')
}

test.each([0, 600])('everything of ours goes, step by step, and nothing else (%i more customers)', async (others) => {
  const played = await dressed(others)
  expect(await leaving(played.shop)).toMatchObject({ state: 'not-asked' })
  await prepareToLeave(played.shop)
  expect(await leaving(played.shop)).toMatchObject({
    state: 'under-way',
    steps: [
      { step: 'tagging', state: 'done' },
      { step: 'tags', state: 'under-way', left: 2 + others },
      { step: 'segments', state: 'waiting', left: 8 },
      { step: 'definition', state: 'waiting' },
    ],
  })
  expect(await leaveShop(played.shop, STILL_MINE)).toEqual({ againInMs: 2000 })
  await prepareToLeave(played.shop)
  await leaveAll(played)
  expect(await leaving(played.shop)).toMatchObject({
    state: 'safe',
    steps: ['tagging', 'tags', 'segments', 'definition'].map((step) => ({ step, state: 'done' })),
    problem: null,
  })
  expect(inShopify(played, 1001)).toEqual({ tags: ['SEG:loyal', 'VIP'], stage: null })
  expect(inShopify(played, 1002)).toEqual({ tags: ['seg:repeat'], stage: null })
  expect(played.world.segments.size).toBe(0)
  expect([...played.world.customers.values()].filter((customer) => customer.metafields.size > 0)).toEqual([])
  expect(
    await withShop(played.shop, (tx) => tx.publicationRun.count({ where: { shop: played.shop, kind: 'leave' } })),
  ).toBe(1)
})

test('killed at any step, the next worker goes on; customers who are gone do not keep us', async () => {
  const played = await dressed()
  played.world.customers.delete(1002)
  await prepareToLeave(played.shop)
  await publishAll(played.shop)
  for (let steps = 0; steps < 12; steps += 1) {
    let left = steps
    const killed = leaveShop(played.shop, {
      signal: new AbortController().signal,
      stillMine: async () => {
        left -= 1
        if (left < 0) throw new Error('killed')
      },
    })
    await killed.catch((error: unknown) => {
      if (!(error instanceof Error) || error.message !== 'killed') throw error
    })
  }
  await leaveAll(played)
  expect(await leaving(played.shop)).toMatchObject({ state: 'safe' })
  expect(played.world.segments.size).toBe(0)
})

test('starting to tag again cancels it', async () => {
  const played = await dressed()
  await prepareToLeave(played.shop)
  await startTagging(played.shop)
  expect(await leaving(played.shop)).toMatchObject({ state: 'cancelled' })
  await leaveAll(played)
  expect(inShopify(played, 1001)).toEqual({ tags: ['SEG:loyal', 'VIP', 'seg:new'], stage: 'new' })
  expect((await getSettings(played.shop)).taggingOn).toBe(true)
})

test('stopped and started before the worker has looked, tagging is on and starts', async () => {
  const played = await playStages([{ stage: 'new' }])
  await startTagging(played.shop)
  await stopTagging(played.shop)
  await startTagging(played.shop)
  await expect(startTagging(played.shop)).rejects.toMatchObject({ shown: 'tagging-is-starting' })
  expect((await getSettings(played.shop)).taggingOn).toBe(true)
  await publishAll(played.shop)
  expect(inShopify(played, 1001).tags).toEqual(['seg:new'])
})
