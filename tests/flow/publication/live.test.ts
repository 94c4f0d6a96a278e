import { describe, expect, test } from 'vitest'
import { answerTagQuestion, tagQuestions } from '#app/flow/publication/questions.ts'
import { tagHistory } from '#app/flow/publication/history.ts'
import { publishCustomer } from '#app/flow/publication/publish-customer.ts'
import { removeTags, startTagging, stopTagging } from '#app/flow/publication/runs.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { refreshCustomer } from '#app/flow/sync/refresh.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { STILL_MINE, beforeCalls, inShopify, ledger, playStages, publishAll, refreshed, standing } from './published.ts'

const callsOf = ({ local }: PlayedShop) => local.shop.played.calls.map((call) => call.operation)

async function tagged(...told: Parameters<typeof playStages>[0]): Promise<PlayedShop> {
  const played = await playStages(told)
  await startTagging(played.shop)
  await publishAll(played.shop)
  played.local.shop.played.calls.length = 0
  return played
}

const publishOne = (played: PlayedShop, customer: number, hold = STILL_MINE) =>
  publishCustomer(played.shop, String(customer), hold)

/** As after a webhook about the customer. */
async function rung(played: PlayedShop, customer: number): Promise<void> {
  played.world.customers.get(customer)!.updatedAt = Date.now() + 1000
  await refreshed(played, [customer])
  await publishOne(played, customer)
}

const liveRuns = ({ shop }: PlayedShop) =>
  withShop(shop, (tx) => tx.publicationRun.findMany({ where: { shop, kind: 'live' } }))

describe('one touched customer', () => {
  test('is brought to their stage with one look and one mutation, and the echo of it is known', async () => {
    const played = await tagged({ stage: 'new', tags: ['VIP'] }, { stage: 'new' })
    await standing(played.shop, [{ id: 1001, stage: 'repeat' }])
    await publishOne(played, 1001)
    expect(inShopify(played, 1001)).toEqual({ tags: ['VIP', 'seg:repeat'], stage: 'repeat' })
    expect(callsOf(played)).toEqual(['TagsNow', 'CustomerMove'])
    const row = (await ledger(played.shop)).get(1001)!
    expect(row).toMatchObject({ tags: ['seg:repeat'], problem: null })
    expect(row.echoAt?.getTime()).toBeGreaterThanOrEqual(
      Math.floor(played.world.customers.get(1001)!.updatedAt / 1000) * 1000,
    )
  })

  test('one who has just appeared gets the first tag and state', async () => {
    const played = await tagged({ stage: 'new' })
    played.world.addCustomer({ id: 2001, tags: ['seg:new', 'x'] })
    await standing(played.shop, [{ id: 2001, stage: 'repeat', tier: 'likely' }])
    await publishOne(played, 2001)
    expect(inShopify(played, 2001)).toEqual({
      tags: ['seg:cherry-picker', 'seg:new', 'seg:repeat', 'x'],
      stage: 'repeat',
    })
    // What was there before us is the merchant's, and nobody is asked about it.
    expect(await tagQuestions(played.shop)).toMatchObject({ questions: [] })
  })

  test('a shop day of moves is one run', async () => {
    const played = await tagged({ stage: 'new' }, { stage: 'new' })
    await standing(played.shop, [
      { id: 1001, stage: 'repeat' },
      { id: 1002, stage: 'prospect' },
    ])
    await Promise.all([publishOne(played, 1001), publishOne(played, 1002)])
    expect(await liveRuns(played)).toMatchObject([
      { state: 'done', customers: 2, tagsAdded: 1, tagsRemoved: 2, statesWritten: 2, failures: 0 },
    ])
  })

  test('nothing that may differ, or tagging off, asks Shopify nothing', async () => {
    const played = await tagged({ stage: 'new' })
    await publishOne(played, 1001)
    await rung(played, 1001)
    await standing(played.shop, [{ id: 1001, stage: 'repeat' }])
    await stopTagging(played.shop)
    await publishOne(played, 1001)
    expect(callsOf(played)).toEqual([])
  })

  test('what Shopify refuses is said, and the refused tag is not ours', async () => {
    const full = Array.from({ length: 250 }, (_, index) => `own-${index}`)
    const played = await tagged({ stage: 'prospect', tags: full })
    await standing(played.shop, [{ id: 1001, stage: 'new' }])
    await publishOne(played, 1001)
    expect(inShopify(played, 1001)).toEqual({ tags: [...full].sort(), stage: 'new' })
    expect((await ledger(played.shop)).get(1001)).toMatchObject({ tags: [], problem: { refused: {} } })
    expect(await liveRuns(played)).toMatchObject([{ failures: 1, problem: { kind: 'shopify-refused' } }])
  })

  test('a stage that changes while Shopify is asked is published too', async () => {
    const played = await tagged({ stage: 'new' })
    await standing(played.shop, [{ id: 1001, stage: 'repeat' }])
    let steps = 0
    await publishOne(played, 1001, {
      signal: new AbortController().signal,
      stillMine: async () => {
        steps += 1
        if (steps === 2) await standing(played.shop, [{ id: 1001, stage: 'at-risk' }])
      },
    })
    expect(inShopify(played, 1001)).toEqual({ tags: ['seg:at-risk'], stage: 'at-risk' })
  })

  test('killed at any moment, the next worker ends with the same tags, and nobody is asked about our own write', async () => {
    for (let steps = 0; steps < 2; steps += 1) {
      const played = await tagged({ stage: 'new', tags: ['VIP'] })
      await standing(played.shop, [{ id: 1001, stage: 'repeat' }])
      let left = steps
      const killed = publishOne(played, 1001, {
        signal: new AbortController().signal,
        stillMine: async () => {
          left -= 1
          if (left < 0) throw new Error('killed')
        },
      })
      await expect(killed).rejects.toThrow('killed')
      await publishOne(played, 1001)
      expect(inShopify(played, 1001)).toEqual({ tags: ['VIP', 'seg:repeat'], stage: 'repeat' })
      expect(await tagQuestions(played.shop)).toMatchObject({ questions: [] })
      expect((await tagHistory(played.shop)).entries.filter(({ by }) => by === 'somebody')).toEqual([])
      expect((await ledger(played.shop)).get(1001)!.problem).toBeNull()
    }
  })
})

describe('beside a run for the whole shop', () => {
  const crowd = Array.from({ length: 600 }, () => ({ stage: 'new' as const }))

  test('a customer whom the run is about to change is left to it, and ends as the newest stage says', async () => {
    const played = await playStages(crowd)
    await startTagging(played.shop)
    let steps = 0
    await publishAll(played.shop, {
      signal: new AbortController().signal,
      stillMine: async () => {
        steps += 1
        if (steps !== 3) return
        await standing(played.shop, [{ id: 1001, stage: 'repeat' }])
        const before = callsOf(played).length
        await publishOne(played, 1001)
        expect(callsOf(played).length).toBe(before)
      },
    })
    expect(inShopify(played, 1001)).toEqual({ tags: ['seg:repeat'], stage: 'repeat' })
  })

  test('a run that begins leaves out whom a job is publishing, who looks again when it is done', async () => {
    const played = await tagged(...crowd)
    await standing(
      played.shop,
      crowd.map((_, index) => ({ id: 1001 + index, stage: 'repeat' as const })),
    )
    // The queue says that somebody publishes 1001 at this moment.
    await withShop(played.shop, (tx) =>
      tx.work.create({
        data: {
          shop: played.shop,
          kind: 'publish-customer',
          entity: '1001',
          state: 'running',
          nextAt: new Date(),
          owedAt: new Date(),
        },
      }),
    )
    let steps = 0
    await publishOne(played, 1001, {
      signal: new AbortController().signal,
      stillMine: async () => {
        steps += 1
        if (steps !== 2) return
        await standing(played.shop, [{ id: 1001, stage: 'at-risk' }])
        await publishAll(played.shop)
      },
    })
    expect(inShopify(played, 1001)).toEqual({ tags: ['seg:at-risk'], stage: 'at-risk' })
    expect(inShopify(played, 1002)).toEqual({ tags: ['seg:repeat'], stage: 'repeat' })
    const [, update] = await withShop(played.shop, (tx) =>
      tx.publicationRun.findMany({ where: { shop: played.shop, kind: { not: 'live' } }, orderBy: { id: 'asc' } }),
    )
    expect(update).toMatchObject({ kind: 'update', customers: 599 })
  })
})

describe('other hands', () => {
  const takeOff = ({ world }: PlayedShop, id: number, tag: string) => {
    const customer = world.customers.get(id)!
    customer.tags = customer.tags.filter((each) => each.toLowerCase() !== tag)
  }

  test('a tag of ours that somebody took off is asked about, shown in the history, and put back on the answer', async () => {
    const played = await tagged({ stage: 'new' }, { stage: 'new' }, { stage: 'new' })
    takeOff(played, 1001, 'seg:new')
    takeOff(played, 1002, 'seg:new')
    await rung(played, 1001)
    await rung(played, 1002)
    await publishAll(played.shop)
    expect(inShopify(played, 1001).tags).toEqual([])
    expect(await tagQuestions(played.shop)).toMatchObject({
      whenRemoved: 'ask',
      questions: [
        {
          kind: 'removed',
          tag: 'seg:new',
          customers: 2,
          gaveUp: 0,
          examples: [{ customer: '1002' }, { customer: '1001' }],
        },
      ],
    })
    expect((await tagHistory(played.shop, '1001')).entries).toMatchObject([
      { tag: 'seg:new', what: 'remove', by: 'somebody', run: null },
      { tag: 'seg:new', what: 'add', by: 'us', run: { kind: 'start' } },
    ])
    await answerTagQuestion(played.shop, { tag: 'seg:new', kind: 'removed', answer: 'put-back' })
    await publishAll(played.shop)
    expect(inShopify(played, 1001).tags).toEqual(['seg:new'])
    expect(inShopify(played, 1002).tags).toEqual(['seg:new'])
    expect((await tagQuestions(played.shop)).questions).toEqual([])
  })

  test('what a bulk run wrote is known to be gone although nothing stored here ever showed it', async () => {
    const played = await tagged({ stage: 'new' })
    takeOff(played, 1001, 'seg:new')
    played.world.customers.get(1001)!.updatedAt = Date.now() + 2000
    await refreshCustomer({
      shop: played.shop,
      entity: '1001',
      payload: {},
      ...STILL_MINE,
    } as Parameters<typeof refreshCustomer>[0])
    const owed = await withShop(played.shop, (tx) => tx.work.findMany({ where: { shop: played.shop } }))
    expect(owed.map(({ kind }) => kind)).toContain('publish-customer')
    await publishOne(played, 1001)
    expect((await tagQuestions(played.shop)).questions).toMatchObject([{ kind: 'removed', tag: 'seg:new' }])
  })

  test('a tag taken off between our look and our write is noticed by the answer', async () => {
    const played = await tagged({ stage: 'loyal' })
    await standing(played.shop, [{ id: 1001, stage: 'loyal', tier: 'likely' }])
    let isDone = false
    beforeCalls(played, (operation) => {
      if (operation !== 'CustomerMove' || isDone) return
      isDone = true
      takeOff(played, 1001, 'seg:repeat')
    })
    await publishOne(played, 1001)
    expect(inShopify(played, 1001).tags).toEqual(['seg:cherry-picker', 'seg:loyal'])
    expect((await tagQuestions(played.shop)).questions).toMatchObject([{ kind: 'removed', tag: 'seg:repeat' }])
  })

  test('left off, it stays off until the stage changes, on either road', async () => {
    const played = await tagged({ stage: 'new' })
    takeOff(played, 1001, 'seg:new')
    await rung(played, 1001)
    await answerTagQuestion(played.shop, { tag: 'SEG:new', kind: 'removed', answer: 'leave' })
    await rung(played, 1001)
    await publishAll(played.shop)
    expect(inShopify(played, 1001).tags).toEqual([])
    expect((await tagQuestions(played.shop)).questions).toEqual([])
    await standing(played.shop, [{ id: 1001, stage: 'repeat' }])
    await publishAll(played.shop)
    expect(inShopify(played, 1001).tags).toEqual(['seg:repeat'])
  })

  test('it is put back three times where the merchant wants so, then asked about, never fought', async () => {
    const played = await tagged({ stage: 'new' })
    await saveSettings(played.shop, { whenRemoved: 'put-back' })
    for (let times = 1; times <= 3; times += 1) {
      takeOff(played, 1001, 'seg:new')
      await rung(played, 1001)
      expect(inShopify(played, 1001).tags).toEqual(['seg:new'])
    }
    takeOff(played, 1001, 'seg:new')
    await rung(played, 1001)
    await publishAll(played.shop)
    expect(inShopify(played, 1001).tags).toEqual([])
    expect((await tagQuestions(played.shop)).questions).toMatchObject([{ kind: 'removed', customers: 1, gaveUp: 1 }])
  })

  test('a name of ours that somebody gives is theirs: shown, left, or taken off on the answer', async () => {
    const played = await tagged({ stage: 'new' }, { stage: 'new' })
    for (const id of [1001, 1002]) played.world.customers.get(id)!.tags.push('Seg:Loyal')
    await rung(played, 1001)
    await rung(played, 1002)
    expect(inShopify(played, 1001).tags).toEqual(['Seg:Loyal', 'seg:new'])
    expect((await tagQuestions(played.shop)).questions).toMatchObject([
      { kind: 'added', tag: 'seg:loyal', customers: 2 },
    ])
    await answerTagQuestion(played.shop, { tag: 'seg:loyal', kind: 'added', answer: 'leave' })
    await publishAll(played.shop)
    expect(inShopify(played, 1001).tags).toEqual(['Seg:Loyal', 'seg:new'])
    expect((await tagQuestions(played.shop)).questions).toEqual([])

    played.world.customers.get(1001)!.tags.push('seg:lapsed')
    await rung(played, 1001)
    await answerTagQuestion(played.shop, { tag: 'seg:lapsed', kind: 'added', answer: 'take-off' })
    await publishAll(played.shop)
    expect(inShopify(played, 1001).tags).toEqual(['Seg:Loyal', 'seg:new'])
    await removeTags(played.shop)
    await publishAll(played.shop)
    expect(inShopify(played, 1001).tags).toEqual(['Seg:Loyal'])
  })

  test('a run for the whole shop follows the same choice', async () => {
    const played = await tagged({ stage: 'new' }, { stage: 'new' })
    takeOff(played, 1001, 'seg:new')
    // Both change for another reason, so that the run looks at their tags.
    await standing(played.shop, [
      { id: 1001, stage: 'new', tier: 'likely' },
      { id: 1002, stage: 'new', tier: 'likely' },
    ])
    await publishAll(played.shop)
    expect(inShopify(played, 1001).tags).toEqual(['seg:cherry-picker'])
    expect(inShopify(played, 1002).tags).toEqual(['seg:cherry-picker', 'seg:new'])
    expect((await tagQuestions(played.shop)).questions).toMatchObject([
      { kind: 'removed', tag: 'seg:new', customers: 1 },
    ])
  })
})
