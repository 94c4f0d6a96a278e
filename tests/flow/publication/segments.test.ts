import { describe, expect, test } from 'vitest'
import type { Rule } from '#app/domain/rules/rule.ts'
import { isSameSegment, ownShopifySegment, shopifySegment } from '#app/domain/shopify-segments.ts'
import { defaultSettings } from '#app/domain/settings.ts'
import {
  createShopifySegments,
  removeShopifySegments,
  shopifySegments,
  syncSegments,
} from '#app/flow/publication/shopify-segments.ts'
import { deleteOwn, saveOwn } from '#app/flow/segments/own/save.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { STILL_MINE, playStages } from './published.ts'

const inAdmin = ({ world }: PlayedShop) =>
  [...world.segments.values()].map(({ name, query }) => ({ name, query })).sort((a, b) => (a.name < b.name ? -1 : 1))

const owedSync = ({ shop }: PlayedShop) =>
  withShop(shop, (tx) => tx.work.count({ where: { shop, kind: 'sync-segments' } }))

async function played(): Promise<PlayedShop> {
  const shop = await playStages([{ stage: 'new' }])
  await createShopifySegments(shop.shop)
  return shop
}

const THERE = [
  { name: 'Morello: At-risk', query: "customer_tags CONTAINS 'seg:at-risk'" },
  { name: 'Morello: Bought once, not again', query: "customer_tags CONTAINS 'seg:one-and-done'" },
  { name: 'Morello: Cherry-picker', query: "customer_tags CONTAINS 'seg:cherry-picker'" },
  { name: 'Morello: Loyal', query: "customer_tags CONTAINS 'seg:loyal'" },
  { name: 'Morello: New', query: "customer_tags CONTAINS 'seg:new'" },
  { name: 'Morello: Not bought yet', query: 'number_of_orders = 0' },
  { name: 'Morello: Quiet for long', query: "customer_tags CONTAINS 'seg:lapsed'" },
  { name: 'Morello: Repeat (with loyal)', query: "customer_tags CONTAINS 'seg:repeat'" },
]

describe('customer segments of Shopify', () => {
  test('each segment of ours is there once, however often it is asked for', async () => {
    const shop = await played()
    expect(await owedSync(shop)).toBe(1)
    await syncSegments(shop.shop, STILL_MINE)
    await syncSegments(shop.shop, STILL_MINE)
    expect(inAdmin(shop)).toEqual(THERE)
    const page = await shopifySegments(shop.shop)
    expect(page).toMatchObject({ isOn: true, isUnderWay: true })
    expect(page.rows.map(({ state, problem }) => ({ state, problem }))).toEqual(
      Array.from({ length: 8 }, () => ({ state: 'there', problem: null })),
    )
    expect(page.rows[0]!.url).toMatch(/^https:\/\/[^/]+\/admin\/customers\/segments\/\d+$/)
  })

  test('a worker that dies between creating a segment and writing it down leaves no second one', async () => {
    const shop = await played()
    for (let steps = 0; steps < 18; steps += 1) {
      let left = steps
      const hold = {
        signal: new AbortController().signal,
        stillMine: async () => {
          left -= 1
          if (left < 0) throw new Error('killed')
        },
      }
      await syncSegments(shop.shop, hold).catch((error: unknown) => {
        if (!(error instanceof Error) || error.message !== 'killed') throw error
      })
    }
    await syncSegments(shop.shop, STILL_MINE)
    expect(inAdmin(shop)).toEqual(THERE)
  })

  test('another installation finds them again, also among hundreds and under a counted name', async () => {
    const shop = await played()
    await syncSegments(shop.shop, STILL_MINE)
    await withShop(shop.shop, (tx) => tx.shopifySegment.deleteMany({ where: { shop: shop.shop } }))
    const repeat = [...shop.world.segments.values()].find(({ name }) => name === 'Morello: New')!
    repeat.name = 'Morello: New (1)'
    const now = Date.now()
    for (let n = 0; n < 600; n += 1) {
      const id = shop.world.nextId()
      shop.world.segments.set(id, {
        id,
        name: `Mine ${n}`,
        query: 'number_of_orders = 0',
        createdAt: now,
        editedAt: now,
      })
    }
    await syncSegments(shop.shop, STILL_MINE)
    expect(shop.world.segments.size).toBe(608)
  })

  test('another prefix, text, language or public wording renames them and follows the tag', async () => {
    const shop = await played()
    await syncSegments(shop.shop, STILL_MINE)
    await saveSettings(shop.shop, { tagPrefix: "m'", language: 'ko', cherryPublicName: true })
    expect(await owedSync(shop)).toBe(1)
    await syncSegments(shop.shop, STILL_MINE)
    const names = inAdmin(shop)
    expect(names).toHaveLength(8)
    expect(names).toContainEqual({ name: 'Morello: 신규', query: String.raw`customer_tags CONTAINS 'm\'new'` })
    expect(names.map(({ name }) => name)).toContain('Morello: 할인 선호 고객')
  })

  test('one that the merchant has deleted is created again when the texts change', async () => {
    const shop = await played()
    await syncSegments(shop.shop, STILL_MINE)
    const [id] = [...shop.world.segments].find(([, { name }]) => name === 'Morello: New')!
    shop.world.segments.delete(id)
    await saveSettings(shop.shop, { tagPrefix: 'm:' })
    await syncSegments(shop.shop, STILL_MINE)
    expect(inAdmin(shop).map(({ query }) => query)).toContain("customer_tags CONTAINS 'm:new'")
    expect(shop.world.segments.size).toBe(8)
  })

  test('the limit of segments is said in the words of Shopify, and the rest is there', async () => {
    const shop = await played()
    const now = Date.now()
    for (let n = 0; n < 5998; n += 1) {
      const id = shop.world.nextId()
      shop.world.segments.set(id, {
        id,
        name: `Mine ${n}`,
        query: 'number_of_orders = 0',
        createdAt: now,
        editedAt: now,
      })
    }
    await syncSegments(shop.shop, STILL_MINE)
    const { rows } = await shopifySegments(shop.shop)
    expect(rows.filter(({ state }) => state === 'there')).toHaveLength(2)
    expect(rows.filter(({ state }) => state === 'refused')).toHaveLength(6)
    expect(rows.at(-1)!.problem).toEqual({
      kind: 'shopify-refused',
      detail: 'Segment limit reached. Delete an existing segment to create more.',
    })
  })

  test('turned off, ours are taken out of Shopify and nothing else', async () => {
    const shop = await played()
    await syncSegments(shop.shop, STILL_MINE)
    const id = shop.world.nextId()
    shop.world.segments.set(id, { id, name: 'Mine', query: 'number_of_orders = 0', createdAt: 0, editedAt: 0 })
    await removeShopifySegments(shop.shop)
    await syncSegments(shop.shop, STILL_MINE)
    expect(inAdmin(shop)).toEqual([{ name: 'Mine', query: 'number_of_orders = 0' }])
    expect((await shopifySegments(shop.shop)).rows.map(({ state }) => state)).toEqual(Array(8).fill('waiting'))
  })
})

describe('the merchant’s own segments among them', () => {
  const LATE: Rule = { kind: 'stage', stages: ['at-risk'] }
  const VIP: Rule = { kind: 'tag', tag: 'vip' }
  const ownInAdmin = (shop: PlayedShop) => inAdmin(shop).filter((one) => !THERE.some(({ name }) => name === one.name))
  const settled = ({ shop }: PlayedShop) =>
    withShop(shop, (tx) => tx.work.deleteMany({ where: { shop, kind: 'sync-segments' } }))

  test('are there by their tag, and a rule alone asks nothing of Shopify', async () => {
    const shop = await played()
    const id = await saveOwn(shop.shop, null, { name: "Jin's regulars", rule: LATE })
    await syncSegments(shop.shop, STILL_MINE)
    await syncSegments(shop.shop, STILL_MINE)
    expect(ownInAdmin(shop)).toEqual([
      { name: "Morello: Jin's regulars", query: String.raw`customer_tags CONTAINS 'seg:Jin\'s regulars'` },
    ])
    expect((await shopifySegments(shop.shop)).rows.at(-1)).toMatchObject({ segment: `own:${id}`, state: 'there' })
    await settled(shop)
    await saveOwn(shop.shop, id, { name: "Jin's regulars", rule: VIP })
    expect(await owedSync(shop)).toBe(0)
  })

  test('are renamed with the segment, follow the prefix, and go when it is deleted', async () => {
    const shop = await played()
    const late = await saveOwn(shop.shop, null, { name: 'Late', rule: LATE })
    const vip = await saveOwn(shop.shop, null, { name: '단골', rule: VIP })
    await syncSegments(shop.shop, STILL_MINE)
    const ids = [...shop.world.segments.keys()]
    await settled(shop)
    await saveOwn(shop.shop, late, { name: 'Slow', rule: LATE })
    expect(await owedSync(shop)).toBe(1)
    await syncSegments(shop.shop, STILL_MINE)
    expect(ownInAdmin(shop)).toEqual([
      { name: 'Morello: Slow', query: "customer_tags CONTAINS 'seg:Slow'" },
      { name: 'Morello: 단골', query: "customer_tags CONTAINS 'seg:단골'" },
    ])
    // The same ones: emails and discounts that use them go on.
    expect([...shop.world.segments.keys()]).toEqual(ids)
    await saveSettings(shop.shop, { tagPrefix: 'm:' })
    await syncSegments(shop.shop, STILL_MINE)
    expect(inAdmin(shop).map(({ query }) => query)).toContain("customer_tags CONTAINS 'm:단골'")
    await settled(shop)
    await deleteOwn(shop.shop, vip)
    expect(await owedSync(shop)).toBe(1)
    await syncSegments(shop.shop, STILL_MINE)
    expect(inAdmin(shop)).toHaveLength(9)
    expect(inAdmin(shop).map(({ name }) => name)).not.toContain('Morello: 단골')
    expect((await shopifySegments(shop.shop)).rows.map(({ segment }) => segment)).not.toContain(`own:${vip}`)
  })

  test('a name that is given again gets a segment of its own, not the one that is being taken away', async () => {
    const shop = await played()
    const first = await saveOwn(shop.shop, null, { name: 'Late', rule: LATE })
    await syncSegments(shop.shop, STILL_MINE)
    await deleteOwn(shop.shop, first)
    await saveOwn(shop.shop, null, { name: 'Late', rule: VIP })
    await syncSegments(shop.shop, STILL_MINE)
    await syncSegments(shop.shop, STILL_MINE)
    expect(ownInAdmin(shop).map(({ query }) => query)).toEqual(["customer_tags CONTAINS 'seg:Late'"])
  })

  test('a worker that dies anywhere leaves one of each, and none that is deleted', async () => {
    const shop = await played()
    const gone = await saveOwn(shop.shop, null, { name: 'Gone', rule: LATE })
    await syncSegments(shop.shop, STILL_MINE)
    await deleteOwn(shop.shop, gone)
    for (const name of ['One', 'Two', 'Three']) await saveOwn(shop.shop, null, { name, rule: VIP })
    for (let steps = 0; steps < 8; steps += 1) {
      let left = steps
      const hold = {
        signal: new AbortController().signal,
        stillMine: async () => {
          left -= 1
          if (left < 0) throw new Error('killed')
        },
      }
      await syncSegments(shop.shop, hold).catch((error: unknown) => {
        if (!(error instanceof Error) || error.message !== 'killed') throw error
      })
    }
    await syncSegments(shop.shop, STILL_MINE)
    expect(ownInAdmin(shop).map(({ name }) => name)).toEqual(['Morello: One', 'Morello: Three', 'Morello: Two'])
  })

  test('go with the others when the feature is turned off, and nothing is owed while it is', async () => {
    const shop = await played()
    await saveOwn(shop.shop, null, { name: 'Late', rule: LATE })
    await syncSegments(shop.shop, STILL_MINE)
    await removeShopifySegments(shop.shop)
    await syncSegments(shop.shop, STILL_MINE)
    expect(inAdmin(shop)).toEqual([])
    await settled(shop)
    await saveOwn(shop.shop, null, { name: 'Later', rule: LATE })
    expect(await owedSync(shop)).toBe(0)
  })

  test('what Shopify refuses to take away is said, and stays in the list until it is gone', async () => {
    const shop = await played()
    const late = await saveOwn(shop.shop, null, { name: 'Late', rule: LATE })
    await syncSegments(shop.shop, STILL_MINE)
    shop.local.shop.faults.userErrors = {
      mutation: 'segmentDelete',
      times: 1,
      errors: [{ field: null, message: 'Segment is in use.' }],
    }
    await deleteOwn(shop.shop, late)
    await syncSegments(shop.shop, STILL_MINE)
    expect((await shopifySegments(shop.shop)).rows.at(-1)).toMatchObject({
      segment: `own:${late}`,
      name: 'Morello: Late',
      state: 'refused',
      problem: { detail: 'Segment is in use.' },
    })
    await createShopifySegments(shop.shop)
    await syncSegments(shop.shop, STILL_MINE)
    expect(inAdmin(shop)).toEqual(THERE)
  })
})

test('the longest name is cut where Shopify would find it too long', () => {
  const name = 'ㄱ'.repeat(251)
  const { tagPrefix } = defaultSettings()
  expect(ownShopifySegment(name, { tagPrefix })).toEqual({
    name: `Morello: ${'ㄱ'.repeat(246)}`,
    query: `customer_tags CONTAINS 'seg:${name}'`,
  })
})

test.each([
  ['the very same', 'Morello: New', true],
  ['a counted name', 'Morello: New (12)', true],
  ['a name that begins alike', 'Morello: Newcomers', false],
  ["the merchant's name for the same query", 'New ones', false],
])('%s is told apart', (_name, name, expected) => {
  const ours = shopifySegment('new', defaultSettings())
  expect(isSameSegment({ name, query: ours.query }, ours)).toBe(expected)
  expect(isSameSegment({ name, query: 'number_of_orders = 1' }, ours)).toBe(false)
})
