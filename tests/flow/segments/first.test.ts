import { expect, test } from 'vitest'
import { ruleOfFirst } from '#app/domain/first-segments.ts'
import { firstPage } from '#app/flow/segments/first.ts'
import { ownEditor, withPrepared } from '#app/flow/segments/own/pages.ts'
import { previewOwn } from '#app/flow/segments/own/preview.ts'
import { saveOwn } from '#app/flow/segments/own/save.ts'
import { segmentsPage } from '#app/flow/segments/pages.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { timeIs } from '#tests/support/time.ts'
import { populated } from './population.ts'
import { NOW } from './story.ts'

async function numbersOf(text: string, values: unknown[]): Promise<number[]> {
  const [row] = await connectAs('superuser', async (client) => (await client.query(text, values)).rows)
  return Object.values(row as Record<string, string>).map(Number)
}

test('before the first run there is nothing to propose, and the answers wait', async () => {
  const shop = await testShop()
  await saveSettings(shop, { setup: { watchFirst: { sells: 'kept', worry: 'quiet', channel: 'sms' } } })
  expect(await firstPage(shop)).toMatchObject({ estimates: null, result: null, answers: { sells: 'kept' } })
})

test('answers are kept of one shop alone, can be changed, and with "not now" the card is put away', async () => {
  const { shop } = await populated(40)
  const other = await testShop()
  timeIs(NOW)
  expect(await segmentsPage(shop)).toMatchObject({ asksWatchFirst: true, isLookedAt: false })
  await saveSettings(shop, { setup: { lookedAt: true } })
  expect((await segmentsPage(shop)).isLookedAt).toBe(true)
  expect(await firstPage(shop)).toMatchObject({ answers: null, result: null, isDismissed: false })
  await saveSettings(shop, { setup: { watchFirstDismissed: true } })
  expect((await segmentsPage(shop)).asksWatchFirst).toBe(false)
  await saveSettings(shop, { setup: { watchFirst: { sells: 'kept', worry: 'quiet', channel: 'email' } } })
  await saveSettings(shop, { setup: { watchFirst: { sells: 'kept', worry: 'no-return', channel: 'email' } } })
  expect((await firstPage(shop)).answers).toEqual({ sells: 'kept', worry: 'no-return', channel: 'email' })
  expect((await firstPage(other)).answers).toBeNull()
})

test('figures are those of the rows, and a prepared rule holds in the editor whom the page promised', async () => {
  const { shop } = await populated(400)
  timeIs(NOW)
  await connectAs('superuser', (client) =>
    client.query(`UPDATE "Customer" SET "emailConsent" = 'SUBSCRIBED' WHERE "shop" = $1 AND "id" % 2 = 0`, [shop]),
  )
  await saveSettings(shop, { setup: { watchFirst: { sells: 'used-up', worry: 'no-return', channel: 'email' } } })
  const page = await firstPage(shop)
  const { proposals } = page.result!
  expect(proposals.length).toBe(3)
  const rows = new Map((await segmentsPage(shop)).rows.map(({ segment, customers }) => [segment as string, customers]))
  for (const { key, rule, customers, reachable } of proposals) {
    const whole = (await previewOwn(shop, null, ruleOfFirst(key, page), 'exact')).figures!
    expect(customers).toEqual(whole.members)
    expect(reachable!.customers).toBe(whole.reachable)
    if (rule === null) expect(customers.customers).toBe(rows.get(key))
    else expect((await previewOwn(shop, null, rule, 'exact')).figures!.members).toEqual(reachable)
  }
  // Counted once more without any rule: New, whose last order is at least half of the window ago.
  const [half] = await numbersOf(
    `SELECT count(*) FROM "Membership" m JOIN "CustomerFeatures" f USING ("shop", "customer")
     WHERE "shop" = $1 AND m."stage" = 'new' AND f."lastAt" <= to_timestamp($2::float8 / 1000)`,
    [shop, NOW - Math.ceil(page.windowDays / 2) * 86_400_000],
  )
  expect(half).toBeGreaterThan(0)
  expect(proposals[0]).toMatchObject({ key: 'bought-once', customers: { customers: half } })
  const prepared = proposals.find(({ rule }) => rule !== null)!
  const editor = withPrepared(await ownEditor(shop, null), { rule: prepared.rule, name: 'Second order' })
  expect(editor).toMatchObject({ id: null, version: 0, name: 'Second order', rule: prepared.rule })
  expect(await saveOwn(shop, null, { name: editor.name, rule: editor.rule })).toBeGreaterThan(0)
})

test('the share of first orders with a first-purchase code is the one of the orders', async () => {
  const { shop } = await populated(200)
  timeIs(NOW)
  await saveSettings(shop, { setup: { watchFirst: { sells: 'rare', worry: 'discounts', channel: 'shop' } } })
  await connectAs('superuser', (client) =>
    client.query(`UPDATE "Membership" SET "cherryPicker" = 'likely' WHERE "shop" = $1 AND "customer" % 5 = 0`, [shop]),
  )
  const [all, withCode, pickers] = await numbersOf(
    `SELECT count(*) FILTER (WHERE f."first" IN (1, 2)) AS a, count(*) FILTER (WHERE f."first" = 2) AS b,
       (SELECT count(*) FROM "Membership" WHERE "shop" = $1 AND "cherryPicker" IN ('likely', 'confirmed')) AS c
     FROM "CustomerFeatures" f WHERE f."shop" = $1`,
    [shop],
  )
  expect(withCode).toBeGreaterThan(0)
  const [first] = (await firstPage(shop)).result!.proposals
  expect(first).toMatchObject({ key: 'cherry-picker', rule: null, reachable: null, codeShare: withCode! / all! })
  expect(first!.customers.customers).toBe(pickers)
})

test('a link that holds no rule opens the empty editor', async () => {
  const shop = await testShop()
  const editor = await ownEditor(shop, null)
  expect(withPrepared(editor, { rule: { kind: 'all', rules: [] }, name: 'x' })).toEqual(editor)
  expect(withPrepared(editor, { rule: null })).toEqual(editor)
  expect(withPrepared(editor, {})).toEqual(editor)
})
