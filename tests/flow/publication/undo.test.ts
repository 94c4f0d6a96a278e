import { describe, expect, test } from 'vitest'
import { publishCustomer } from '#app/flow/publication/publish-customer.ts'
import { removeTags, startTagging } from '#app/flow/publication/runs.ts'
import { forgetOldChanges, tagHistory } from '#app/flow/publication/history.ts'
import { undoLastRun, undoPreview } from '#app/flow/publication/undo.ts'
import { getSettings } from '#app/flow/settings.ts'
import { withShop } from '#app/outside/database.server.ts'
import { STILL_MINE, inShopify, ledger, playStages, publishAll, standing } from './published.ts'

describe.each([
  ['of few customers', 0],
  ['of many customers', 600],
])('undo %s', (_name, others) => {
  const crowd = Array.from({ length: others }, () => ({ stage: 'one-and-done' as const }))

  test('takes back exactly what the last run changed, where nobody has changed it since, and stops tagging', async () => {
    const played = await playStages([
      { stage: 'new', tags: ['VIP'] },
      { stage: 'new', tags: ['SEG:repeat'] },
      { stage: 'new' },
      { stage: 'new' },
      ...crowd,
    ])
    await startTagging(played.shop)
    await publishAll(played.shop)
    const moved = [1001, 1002, 1003, 1004].map((id) => ({ id, stage: 'repeat' as const }))
    await standing(played.shop, moved)
    await publishAll(played.shop)
    // 1003 moves on by themselves; somebody gives 1004 the tag back that the run took off, which nobody has noticed yet.
    await standing(played.shop, [{ id: 1003, stage: 'at-risk' }])
    await publishCustomer(played.shop, '1003', STILL_MINE)
    const fourth = played.world.customers.get(1004)!
    fourth.tags.push('seg:new')
    fourth.updatedAt = Date.now()

    const preview = await undoPreview(played.shop)
    expect(preview).toMatchObject({
      run: { kind: 'update' },
      tags: [
        { tag: 'seg:new', adds: 4, removes: 0 },
        { tag: 'seg:repeat', adds: 0, removes: 2 },
      ],
      customers: 4,
      metafields: 3,
      changedSince: 2,
    })
    await undoLastRun(played.shop)
    expect(await undoPreview(played.shop)).toBeNull()
    await publishAll(played.shop)
    expect(inShopify(played, 1001)).toEqual({ tags: ['VIP', 'seg:new'], stage: 'new' })
    expect(inShopify(played, 1002)).toEqual({ tags: ['SEG:repeat', 'seg:new'], stage: 'new' })
    expect(inShopify(played, 1003).stage).toBe('at-risk')
    expect(inShopify(played, 1004)).toEqual({ tags: ['seg:new'], stage: 'new' })
    expect((await getSettings(played.shop)).taggingOn).toBe(false)
    await publishAll(played.shop)
    expect(inShopify(played, 1001).stage).toBe('new')
    const { entries } = await tagHistory(played.shop, '1001')
    // Shopify works its files off side by side: which of two ends first is chance.
    expect(
      entries
        .slice(0, 2)
        .map(({ tag, what, run }) => `${run?.kind} ${what} ${tag}`)
        .sort(),
    ).toEqual(['undo add seg:new', 'undo remove seg:repeat'])
    expect(entries.slice(2).map(({ tag, what, run }) => `${run?.kind} ${what} ${tag}`)).toEqual([
      'update add seg:repeat',
      'update remove seg:new',
      'start add seg:new',
    ])
    for (const row of (await ledger(played.shop)).values()) expect(row.problem).toBeNull()
    // What somebody else gave 1004 is theirs to the end.
    await removeTags(played.shop)
    await publishAll(played.shop)
    expect(inShopify(played, 1001)).toEqual({ tags: ['VIP'], stage: null })
    expect(inShopify(played, 1002)).toEqual({ tags: ['SEG:repeat'], stage: null })
    expect(inShopify(played, 1004)).toEqual({ tags: ['seg:new'], stage: null })
  })

  test('of the first run leaves the shop as it was, and starting again does it all anew', async () => {
    const played = await playStages([{ stage: 'loyal', tags: ['VIP'] }, { stage: 'prospect' }, ...crowd])
    await startTagging(played.shop)
    await publishAll(played.shop)
    await undoLastRun(played.shop)
    await publishAll(played.shop)
    for (const [id, customer] of played.world.customers)
      expect([id, customer.tags, inShopify(played, id).stage]).toEqual([id, id === 1001 ? ['VIP'] : [], null])
    await expect(undoLastRun(played.shop)).rejects.toMatchObject({ shown: 'nothing-to-undo' })
    await startTagging(played.shop)
    await publishAll(played.shop)
    expect(inShopify(played, 1001)).toEqual({ tags: ['VIP', 'seg:loyal', 'seg:repeat'], stage: 'loyal' })
  })
})

test('nothing is undone while a run is under way, or before there was any', async () => {
  const played = await playStages([{ stage: 'new' }])
  expect(await undoPreview(played.shop)).toBeNull()
  await expect(undoLastRun(played.shop)).rejects.toMatchObject({ shown: 'nothing-to-undo' })
  await startTagging(played.shop)
  await expect(undoLastRun(played.shop)).rejects.toMatchObject({ shown: 'tag-run-under-way' })
  expect((await getSettings(played.shop)).taggingOn).toBe(true)
})

test('changes are forgotten after 90 days', async () => {
  const played = await playStages([{ stage: 'new' }])
  await startTagging(played.shop)
  await publishAll(played.shop)
  expect((await tagHistory(played.shop)).entries).toHaveLength(1)
  const old = new Date(Date.now() - 91 * 86_400_000)
  await withShop(played.shop, (tx) => tx.tagChange.updateMany({ where: { shop: played.shop }, data: { at: old } }))
  await forgetOldChanges(played.shop)
  expect((await tagHistory(played.shop)).entries).toEqual([])
})
