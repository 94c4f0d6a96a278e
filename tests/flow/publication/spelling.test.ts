import { expect, test } from 'vitest'
import { publishCustomer } from '#app/flow/publication/publish-customer.ts'
import { tagQuestions } from '#app/flow/publication/questions.ts'
import { removeTags, startTagging } from '#app/flow/publication/runs.ts'
import { STILL_MINE, beforeCalls, inShopify, ledger, playStages, publishAll, standing } from './published.ts'

test.each([
  ['a single call', 0, 'run'],
  ['a bulk mutation', 600, 'run'],
  ['a job for one customer', 0, 'one'],
] as const)(
  'somebody gives the tag in their own spelling between our look and %s: theirs to the end',
  async (_name, others, how) => {
    const played = await playStages([
      { stage: 'prospect' },
      ...Array.from({ length: others }, () => ({ stage: 'new' as const })),
    ])
    await startTagging(played.shop)
    if (how === 'one') await publishAll(played.shop)
    await standing(played.shop, [{ id: 1001, stage: 'new' }])
    beforeCalls(played, (operation) => {
      const { tags } = played.world.customers.get(1001)!
      if (/^(TagsAdd|CustomerMove|BulkChange)$/.test(operation) && tags.length === 0) tags.push('SEG:New')
    })
    if (how === 'run') await publishAll(played.shop)
    else await publishCustomer(played.shop, '1001', STILL_MINE)
    expect(inShopify(played, 1001)).toEqual({ tags: ['SEG:New'], stage: 'new' })
    expect((await ledger(played.shop)).get(1001)).toMatchObject({ tags: [], preexisting: ['seg:new'] })
    expect((await tagQuestions(played.shop)).questions).toMatchObject([{ kind: 'added', tag: 'seg:new', customers: 1 }])
    await standing(played.shop, [{ id: 1001, stage: 'repeat' }])
    await publishCustomer(played.shop, '1001', STILL_MINE)
    expect(inShopify(played, 1001).tags).toEqual(['SEG:New', 'seg:repeat'])
    await removeTags(played.shop)
    await publishAll(played.shop)
    expect(inShopify(played, 1001)).toEqual({ tags: ['SEG:New'], stage: null })
  },
)
