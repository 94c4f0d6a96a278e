import { expect, test } from 'vitest'
import { readSettings, saveSettings } from '#app/flow/settings.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShop, withShopBulk } from '#app/outside/database.server.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { testShop } from '#tests/support/database.ts'

const owed = (shop: ShopId) =>
  withShop(shop, async (tx) => {
    const rows = await tx.work.findMany({ where: { shop }, orderBy: { id: 'asc' } })
    return rows.map(({ kind, entity, payload }) => ({ kind, entity, payload }))
  })

test('a shop that has saved nothing has every default, on both kinds of transaction', async () => {
  const shop = await testShop()
  const settings = await withShop(shop, (tx) => readSettings(tx, shop))
  expect(settings).toMatchObject({ version: 0, tagPrefix: 'seg:', taggingOn: false, thresholds: { lateRatio: 1.5 } })
  expect(await withShopBulk(shop, (tx) => readSettings(tx, shop))).toEqual(settings)
})

test('saving counts the version up and is read back; saving the same again is no change', async () => {
  const shop = await testShop()
  expect(await saveSettings(shop, { language: 'ko' })).toMatchObject({ version: 1, language: 'ko' })
  expect(await saveSettings(shop, { language: 'ko', taggingOn: false })).toMatchObject({ version: 1 })
  expect(await saveSettings(shop, { setup: { lookedAt: true } })).toMatchObject({ version: 2 })
  expect(await withShop(shop, (tx) => readSettings(tx, shop))).toMatchObject({
    version: 2,
    language: 'ko',
    setup: { lookedAt: true, themeAdded: false },
  })
  expect(await owed(shop)).toEqual([])
})

test.each([
  ['thresholds', { thresholds: { lateRatio: 2 } }],
  ['which orders count', { orderRule: { countTests: true } }],
  ['a first-purchase code', { benefitCodes: { 'code:WELCOME20': 'confirmed' as const } }],
])('a change of %s owes that the stages are worked out again', async (_name, patch) => {
  const shop = await testShop()
  await saveSettings(shop, patch)
  expect(await owed(shop)).toEqual([{ kind: 'recompute', entity: String(shop), payload: { cause: 'rule' } }])
})

test('a change of tags owes publication only while tagging is on', async () => {
  const shop = await testShop()
  await saveSettings(shop, { tagPrefix: 'm-' })
  expect(await owed(shop)).toEqual([])
  await saveSettings(shop, { taggingOn: true })
  await saveSettings(shop, { cherryPublicName: true })
  expect(await owed(shop)).toEqual([{ kind: 'publish', entity: String(shop), payload: {} }])
})

test('what cannot be is refused field by field, and nothing is written', async () => {
  const shop = await testShop()
  const refused = saveSettings(shop, { tagTexts: { new: 'a,b' }, thresholds: { lateRatio: 0 } })
  await expect(refused).rejects.toThrow(InvalidInput)
  const { fields } = (await refused.catch((error: unknown) => error)) as InvalidInput
  expect(Object.keys(fields).sort()).toEqual(['tagTexts.new', 'thresholds.lateRatio'])
  expect(await withShop(shop, (tx) => readSettings(tx, shop))).toMatchObject({ version: 0, tagTexts: { new: 'new' } })
})

test('two people who save at once both get their way', async () => {
  const shop = await testShop()
  await Promise.all([saveSettings(shop, { tagPrefix: 'm-' }), saveSettings(shop, { language: 'en' })])
  expect(await withShop(shop, (tx) => readSettings(tx, shop))).toMatchObject({
    version: 2,
    tagPrefix: 'm-',
    language: 'en',
  })
})

test('the settings of one shop are not those of another', async () => {
  const [one, other] = [await testShop(), await testShop()]
  await saveSettings(one, { tagPrefix: 'one-' })
  expect(await withShop(other, (tx) => readSettings(tx, other))).toMatchObject({ version: 0, tagPrefix: 'seg:' })
  expect(await withShop(other, (tx) => readSettings(tx, one))).toMatchObject({ version: 0, tagPrefix: 'seg:' })
})

test('rules of all rewards have defaults, change one by one, and are refused field by field', async () => {
  const shop = await testShop()
  expect((await saveSettings(shop, { rewards: { coolDays: 7, countries: ['KR', 'US'] } })).rewards).toEqual({
    mostPerYear: 4,
    coolDays: 7,
    deliveryDays: 5,
    countries: ['KR', 'US'],
  })
  const refused = saveSettings(shop, { rewards: { mostPerYear: 0, countries: ['KR', 'Korea'] } })
  const { fields } = (await refused.catch((error: unknown) => error)) as InvalidInput
  expect(fields).toEqual({ 'rewards.mostPerYear': 'reward-most', 'rewards.countries.1': 'reward-countries' })
})
