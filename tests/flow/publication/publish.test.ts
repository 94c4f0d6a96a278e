import { describe, expect, test } from 'vitest'
import { dryRun, dryRunList } from '#app/flow/publication/dry-run.ts'
import { publish } from '#app/flow/publication/publish.ts'
import { removeTags, startTagging, stopTagging } from '#app/flow/publication/runs.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { inShopify, ledger, playStages, publishAll, seen, standing } from './published.ts'
import type { ToldCustomer } from './published.ts'

const runsOf = ({ shop }: PlayedShop) =>
  withShop(shop, (tx) => tx.publicationRun.findMany({ where: { shop }, orderBy: { id: 'asc' } }))

const callsOf = ({ local }: PlayedShop) => local.shop.played.calls.map((call) => call.operation)

describe('a dry run', () => {
  test('says what would change per tag, and changes nothing', async () => {
    const played = await playStages([
      { stage: 'new' },
      { stage: 'loyal', tier: 'likely' },
      { stage: 'prospect' },
      { stage: 'repeat', tags: ['VIP', 'SEG:Repeat'] },
    ])
    const page = await dryRun(played.shop)
    expect(page).toMatchObject({
      tags: [
        { tag: 'seg:cherry-picker', adds: 1, removes: 0 },
        { tag: 'seg:loyal', adds: 1, removes: 0 },
        { tag: 'seg:new', adds: 1, removes: 0 },
        { tag: 'seg:repeat', adds: 1, removes: 0 },
      ],
      customers: 4,
      metafields: 4,
      preexisting: 1,
      foreignTagsChanged: 0,
      taggingOn: false,
      lastRun: null,
      total: 4,
    })
    expect(await ledger(played.shop)).toEqual(new Map())
    expect(callsOf(played)).toEqual([])
  })

  test('of another prefix shows the diff before it is saved', async () => {
    const played = await playStages([{ stage: 'new' }])
    await startTagging(played.shop)
    await publishAll(played.shop)
    const page = await dryRun(played.shop, { tagPrefix: 'm-' })
    expect(page.tags).toEqual([
      { tag: 'm-new', adds: 1, removes: 0 },
      { tag: 'seg:new', adds: 0, removes: 1 },
    ])
    expect((await dryRun(played.shop)).customers).toBe(0)
  })

  test('is a file whose cells no spreadsheet takes for formulas', async () => {
    const played = await playStages([{ stage: 'new' }, { stage: 'loyal' }])
    await saveSettings(played.shop, { tagPrefix: '', tagTexts: { new: '=cmd|calc', loyal: 'a "b"' } })
    expect((await dryRunList(played.shop)).split('\r\n')).toEqual([
      'customer_id,tags_added,tags_removed,segment_changed',
      "1001,'=cmd|calc,,yes",
      '1002,"repeat; a ""b""",,yes',
      '',
    ])
  })
})

// The same story on both roads: with few customers by single calls, with many by bulk mutations.
describe.each([
  ['by single calls', 0],
  ['by bulk mutations', 600],
])('%s', (_road, others) => {
  const crowd = Array.from({ length: others }, () => ({ stage: 'one-and-done' as const }))

  test('every customer gets the tags and the state of their stage, and the next stage replaces them', async () => {
    const played = await playStages([
      { stage: 'new', tags: ['단골 🎁'] },
      { stage: 'loyal', tier: 'likely' },
      { stage: 'prospect' },
      ...crowd,
    ])
    await startTagging(played.shop)
    await publishAll(played.shop)
    expect(inShopify(played, 1001)).toEqual({ tags: ['seg:new', '단골 🎁'], stage: 'new' })
    expect(inShopify(played, 1002)).toEqual({ tags: ['seg:cherry-picker', 'seg:loyal', 'seg:repeat'], stage: 'loyal' })
    expect(inShopify(played, 1003)).toEqual({ tags: [], stage: 'prospect' })
    expect(await runsOf(played)).toMatchObject([
      {
        kind: 'start',
        state: 'done',
        customers: 3 + others,
        tagsAdded: 4 + others,
        tagsRemoved: 0,
        statesWritten: 3 + others,
        failures: 0,
        problem: null,
      },
    ])
    expect(callsOf(played).includes('BulkChange')).toBe(others > 0)

    const before = played.local.shop.played.calls.length
    await publishAll(played.shop)
    expect(played.local.shop.played.calls.length).toBe(before)

    await standing(played.shop, [
      { id: 1001, stage: 'repeat' },
      { id: 1002, stage: 'at-risk', tier: 'none' },
    ])
    await publishAll(played.shop)
    expect(inShopify(played, 1001)).toEqual({ tags: ['seg:repeat', '단골 🎁'], stage: 'repeat' })
    expect(inShopify(played, 1002)).toEqual({ tags: ['seg:at-risk'], stage: 'at-risk' })
    expect((await runsOf(played))[1]).toMatchObject({ kind: 'update', customers: 2, tagsAdded: 2, tagsRemoved: 4 })
    for (const row of (await ledger(played.shop)).values()) expect(row.problem).toBeNull()
  })

  test("a tag of ours that the customer had before stays the merchant's, in whatever case, until the end", async () => {
    const played = await playStages([
      { stage: 'new', tags: ['SEG:NEW'] },
      { stage: 'new', tags: ['Seg:Repeat'] },
      ...crowd,
    ])
    // Tagged by hand after the import has seen everybody.
    played.world.addCustomer({ id: 999_001, tags: ['seg:new'] })
    await seen(played.shop, [{ id: 999_001, tags: [] }])
    await standing(played.shop, [{ id: 999_001, stage: 'new' }])
    await startTagging(played.shop)
    await publishAll(played.shop)
    expect(inShopify(played, 1001).tags).toEqual(['SEG:NEW'])
    expect(inShopify(played, 1002).tags).toEqual(['Seg:Repeat', 'seg:new'])
    await standing(
      played.shop,
      [1001, 1002, 999_001].map((id) => ({ id, stage: 'repeat' as const })),
    )
    await publishAll(played.shop)
    expect(inShopify(played, 1001).tags).toEqual(['SEG:NEW', 'seg:repeat'])
    expect(inShopify(played, 1002).tags).toEqual(['Seg:Repeat'])
    expect(inShopify(played, 999_001).tags).toEqual(['seg:new', 'seg:repeat'])
    await removeTags(played.shop)
    await publishAll(played.shop)
    expect(inShopify(played, 1001)).toEqual({ tags: ['SEG:NEW'], stage: null })
    expect(inShopify(played, 1002)).toEqual({ tags: ['Seg:Repeat'], stage: null })
    expect(inShopify(played, 999_001)).toEqual({ tags: ['seg:new'], stage: null })
  })

  test('stopping keeps the tags, removing takes ours away, and starting again puts them back', async () => {
    const played = await playStages([{ stage: 'new', tags: ['VIP'] }, ...crowd])
    await startTagging(played.shop)
    await publishAll(played.shop)
    // The next import sees what we have written ourselves.
    await seen(played.shop, [{ id: 1001, tags: ['VIP', 'seg:new'] }])
    await stopTagging(played.shop)
    await standing(played.shop, [{ id: 1001, stage: 'repeat' }])
    await publishAll(played.shop)
    expect(inShopify(played, 1001)).toEqual({ tags: ['VIP', 'seg:new'], stage: 'new' })
    await removeTags(played.shop)
    await publishAll(played.shop)
    expect(inShopify(played, 1001)).toEqual({ tags: ['VIP'], stage: null })
    await standing(played.shop, [{ id: 1001, stage: 'new' }])
    await startTagging(played.shop)
    await publishAll(played.shop)
    expect(inShopify(played, 1001)).toEqual({ tags: ['VIP', 'seg:new'], stage: 'new' })
    expect((await ledger(played.shop)).get(1001)).toMatchObject({ tags: ['seg:new'], preexisting: [] })
  })

  test('what Shopify refuses is said once, is not ours, and is not asked again', async () => {
    const full = Array.from({ length: 250 }, (_, index) => `own-${index}`)
    const played = await playStages([{ stage: 'new', tags: full }, { stage: 'new' }, ...crowd])
    played.world.customers.delete(1002)
    await startTagging(played.shop)
    await publishAll(played.shop)
    expect(inShopify(played, 1001)).toEqual({ tags: [...full].sort(), stage: 'new' })
    const [run] = await runsOf(played)
    expect(run).toMatchObject({ state: 'done', failures: 2, problem: { kind: 'shopify-refused' } })
    expect((await ledger(played.shop)).get(1001)).toMatchObject({ tags: [] })
    const before = played.local.shop.played.calls.length
    await publishAll(played.shop)
    expect(played.local.shop.played.calls.length).toBe(before)
    await standing(played.shop, [{ id: 1001, stage: 'repeat' }])
    await publishAll(played.shop)
    expect(await runsOf(played)).toMatchObject([{ failures: 2 }, { kind: 'update', customers: 1, failures: 1 }])
  })

  test('the merchant tags by hand at the same time: nothing of theirs is missing or comes back', async () => {
    const played = await playStages([{ stage: 'new', tags: ['VIP'] }, { stage: 'loyal' }, ...crowd])
    const first = played.world.customers.get(1001)!
    const second = played.world.customers.get(1002)!
    await startTagging(played.shop)
    let steps = 0
    await publishAll(played.shop, {
      signal: new AbortController().signal,
      stillMine: async () => {
        steps += 1
        first.tags = [...first.tags.filter((tag) => tag !== 'VIP'), `by hand ${steps}`]
        second.tags = second.tags.filter((tag) => tag !== `step ${steps - 1}`).concat(`step ${steps}`, '🎁')
      },
    })
    const byHand = Array.from({ length: steps }, (_, index) => `by hand ${index + 1}`)
    expect(inShopify(played, 1001).tags).toEqual([...byHand, 'seg:new'].sort())
    expect(new Set(inShopify(played, 1002).tags)).toEqual(new Set(['seg:loyal', 'seg:repeat', `step ${steps}`, '🎁']))
  })

  test('killed at any moment, the next worker ends with the same tags and loses none of the merchant', async () => {
    const told: Omit<ToldCustomer, 'id'>[] = [
      { stage: 'new', tags: ['seg:new', 'VIP'] },
      { stage: 'loyal' },
      { stage: 'at-risk', tags: ['a tag'] },
      ...crowd,
    ]
    const played = await playStages(told)
    await startTagging(played.shop)
    let kills = 0
    for (let steps = 1; steps < 60; steps += 1) {
      let left = steps
      const hold = {
        signal: new AbortController().signal,
        stillMine: async () => {
          left -= 1
          if (left < 0) throw new Error('killed')
        },
      }
      try {
        await publishAll(played.shop, hold)
        break
      } catch (error) {
        if (!(error instanceof Error) || error.message !== 'killed') throw error
        kills += 1
      }
      if (steps === 2) await standing(played.shop, [{ id: 1002, stage: 'repeat' }])
    }
    expect(kills).toBeGreaterThan(2)
    await publishAll(played.shop)
    expect(inShopify(played, 1001)).toEqual({ tags: ['VIP', 'seg:new'], stage: 'new' })
    expect(inShopify(played, 1002)).toEqual({ tags: ['seg:repeat'], stage: 'repeat' })
    expect(inShopify(played, 1003)).toEqual({ tags: ['a tag', 'seg:at-risk'], stage: 'at-risk' })
    await removeTags(played.shop)
    await publishAll(played.shop)
    for (const [index, { tags }] of told.entries()) {
      expect(inShopify(played, 1001 + index)).toEqual({ tags: [...(tags ?? [])].sort(), stage: null })
    }
  })
})

test('stopped before Shopify got anything: nothing is claimed, and a tag set by hand since is the merchant’s', async () => {
  const played = await playStages(Array.from({ length: 600 }, () => ({ stage: 'new' as const })))
  await startTagging(played.shop)
  const worker = new AbortController()
  let steps = 0
  const again = await publish(played.shop, {
    signal: worker.signal,
    stillMine: async () => {
      steps += 1
      if (steps === 2) worker.abort()
    },
  })
  // The worker is stopped between writing down what is to be sent and sending it: the run waits for the next one.
  expect(again).toEqual({ againInMs: 0 })
  expect(await runsOf(played)).toMatchObject([{ state: 'running', customers: 600, problem: null }])
  expect((await ledger(played.shop)).get(1001)).toMatchObject({ tags: ['seg:new'] })

  await stopTagging(played.shop)
  played.world.customers.get(1001)!.tags.push('seg:new')
  await publishAll(played.shop)
  expect(callsOf(played)).not.toContain('BulkChange')
  expect(await runsOf(played)).toMatchObject([{ state: 'done', tagsAdded: 0, failures: 0, problem: null }])
  for (const row of (await ledger(played.shop)).values()) expect(row).toMatchObject({ tags: [], problem: null })
  await removeTags(played.shop)
  await publishAll(played.shop)
  expect(inShopify(played, 1001)).toEqual({ tags: ['seg:new'], stage: null })
})

test('tags that a stage just worked out asks for are looked up in Shopify before they are sent', async () => {
  const played = await playStages([
    { stage: 'new' },
    ...Array.from({ length: 600 }, () => ({ stage: 'one-and-done' as const })),
  ])
  await startTagging(played.shop)
  // While Shopify is asked who carries seg:new and seg:one-and-done, 1001 becomes loyal; the merchant has that tag on them.
  played.world.customers.get(1001)!.tags.push('seg:loyal')
  played.world.customers.get(1001)!.updatedAt = Date.now()
  let steps = 0
  await publishAll(played.shop, {
    signal: new AbortController().signal,
    stillMine: async () => {
      steps += 1
      if (steps === 2) await standing(played.shop, [{ id: 1001, stage: 'loyal' }])
    },
  })
  expect((await ledger(played.shop)).get(1001)).toMatchObject({ tags: ['seg:repeat'], preexisting: ['seg:loyal'] })
  await removeTags(played.shop)
  await publishAll(played.shop)
  expect(inShopify(played, 1001)).toEqual({ tags: ['seg:loyal'], stage: null })
})

test('of two people who start tagging at once, one is told that it is starting already', async () => {
  const played = await playStages([{ stage: 'new' }])
  const starts = await Promise.allSettled([startTagging(played.shop), startTagging(played.shop)])
  expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await runsOf(played)).toHaveLength(1)
})
