import { describe, expect, test } from 'vitest'
import type { Rule } from '#app/domain/rules/rule.ts'
import { setupFile } from '#app/flow/segments/setup/file.ts'
import { lookAtSetup, setupPage, takeOverSetup, undoSetup } from '#app/flow/segments/setup/take-over.ts'
import { previewOwn } from '#app/flow/segments/own/preview.ts'
import { deleteOwn, saveOwn, saveOwnIn } from '#app/flow/segments/own/save.ts'
import { getSettings, saveSettings, saveSettingsIn } from '#app/flow/settings.ts'
import { nightly } from '#app/jobs/nightly.ts'
import { withShopBulk, type ShopId } from '#app/outside/database.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { timeIs } from '#tests/support/time.ts'
import { populated } from './population.ts'
import { NOW } from './story.ts'

const twice: Rule = { kind: 'number', feature: 'orders', op: 'at-least', value: 2 }
const late: Rule = { kind: 'stage', stages: ['at-risk', 'lapsed'] }
const bought: Rule = { kind: 'bought', product: '1', title: 'Toner', withinDays: null }

function sql<R extends object>(text: string, values: unknown[]): Promise<R[]> {
  return connectAs('superuser', async (client) => (await client.query<R>(text, values)).rows)
}

const segmentsOf = (shop: ShopId) =>
  sql<{ id: number; name: string; version: number; rule: Rule }>(
    'SELECT "id", "name", "version", "rule" FROM "OwnSegment" WHERE "shop" = $1 ORDER BY "id"',
    [shop],
  )
const owed = async (shop: ShopId) =>
  (await sql<{ kind: string }>('SELECT "kind" FROM "Work" WHERE "shop" = $1 ORDER BY 1', [shop])).map(
    ({ kind }) => kind,
  )

/** Who waits for somebody else's lock. */
const WAITING = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`

/** What the worker does once a night. */
async function night(shop: ShopId): Promise<void> {
  const lease = { id: '1', shop, kind: 'nightly' as const, entity: String(shop), version: 1, fence: 1, attempts: 0 }
  await nightly.run({ ...lease, payload: {} }, { signal: new AbortController().signal })
}

/** A shop that has set things, and another that has not. */
async function twoShops() {
  const from = await populated(80)
  const into = await populated(80)
  timeIs(NOW)
  await sql('UPDATE "Line" SET "sku" = \'SKU-\' || "product" WHERE "shop" = ANY ($1)', [[from.shop, into.shop]])
  await sql('UPDATE "Line" SET "product" = "product" + 500 WHERE "shop" = $1', [into.shop])
  await saveSettings(from.shop, {
    tagPrefix: 'm:',
    thresholds: { lateRatio: 1.2, windowShare: 0.7 },
    benefitCodes: { 'code:NEVER': 'declined' },
    taggingOn: true,
  })
  const first = await saveOwn(from.shop, null, { name: 'Late', rule: late })
  await saveOwn(from.shop, null, {
    name: 'Toner',
    rule: { kind: 'all', rules: [bought, { kind: 'segment', segment: first }] },
  })
  return { from: from.shop, into: into.shop }
}

describe('copying a setup', () => {
  test('the file names no customer and no tag of one', async () => {
    const { from } = await twoShops()
    const text = await setupFile(from)
    const people = await sql<{ id: string; tags: string[] }>(
      'SELECT "id"::text AS "id", "tags" FROM "Customer" WHERE "shop" = $1',
      [from],
    )
    expect(people.length).toBeGreaterThan(50)
    for (const { id, tags } of people) for (const said of [id, ...tags]) expect(text).not.toContain(`"${said}"`)
    expect(text).not.toMatch(/customer|taggingOn|cycleDays|windowDays/i)
  })

  test('says what it would change here with counts, changes nothing by that, takes it over in one step and undoes it in one', async () => {
    const { from, into } = await twoShops()
    const kept = await saveOwn(into, null, { name: 'Mine', rule: twice })
    const known = await saveOwn(into, null, { name: 'Late', rule: { kind: 'stage', stages: ['lapsed'] } })
    const before = { settings: await getSettings(into), segments: await segmentsOf(into), owed: await owed(into) }
    const text = await setupFile(from)

    const diff = await lookAtSetup(into, text)
    if (diff.fault !== null) throw new Error(diff.fault.kind)
    expect(diff.settings.map(({ field }) => field)).toEqual([
      'tagPrefix',
      'thresholds.windowShare',
      'thresholds.lateRatio',
      'benefitCodes.code:NEVER',
    ])
    expect(diff.codesUnknown).toEqual(['code:NEVER'])
    // Learned from this shop's own orders: 70 % of those who reorder instead of 80 %.
    expect(diff.windowDays!.after).toBeLessThan(diff.windowDays!.before)
    expect(diff.moves).toBeGreaterThan(0)
    expect(diff.kept).toBe(1)
    expect(diff.leftOut).toEqual([])
    expect(diff.segments.map(({ name, kind }) => [name, kind])).toEqual([
      ['Late', 'changed'],
      ['Toner', 'new'],
    ])
    const preview = (await previewOwn(into, known, late, 'exact')).figures!
    expect(diff.segments[0]).toMatchObject({ members: preview.members, enters: preview.enters, leaves: preview.leaves })
    expect(diff.segments[1]!.members!.customers).toBeGreaterThan(0)
    expect({ settings: await getSettings(into), segments: await segmentsOf(into), owed: await owed(into) }).toEqual(
      before,
    )

    await takeOverSetup(into, text)
    const settings = await getSettings(into)
    expect(settings).toMatchObject({ tagPrefix: 'm:', taggingOn: false })
    expect(settings.thresholds).toMatchObject({ lateRatio: 1.2, windowShare: 0.7 })
    expect(settings.benefitCodes).toEqual({ 'code:WELCOME20': 'confirmed', 'code:NEVER': 'declined' })
    const segments = await segmentsOf(into)
    expect(segments.map(({ name }) => name)).toEqual(['Mine', 'Late', 'Toner'])
    // The other shop's own product, found by its SKU, and the id that the segment has there.
    expect(segments[2]!.rule).toEqual({
      kind: 'all',
      rules: [
        { ...bought, product: '501' },
        { kind: 'segment', segment: known },
      ],
    })
    expect(await owed(into)).toEqual(expect.arrayContaining(['fill-segments', 'recompute']))
    const { at, until } = (await setupPage(into)).applied!
    expect(until - at).toBe(30 * 86_400_000)
    const again = await lookAtSetup(into, text)
    expect(again).toMatchObject({ settings: [], segments: [{ kind: 'same' }, { kind: 'same' }] })

    await undoSetup(into)
    const { version: _, ...was } = before.settings
    expect(await getSettings(into)).toMatchObject(was)
    const after = await segmentsOf(into)
    expect(after.map(({ id, name, rule }) => ({ id, name, rule }))).toEqual(
      before.segments.map(({ id, name, rule }) => ({ id, name, rule })),
    )
    expect(after.map(({ id }) => id)).toEqual([kept, known])
    expect((await setupPage(into)).applied).toBeNull()
    await expect(undoSetup(into)).rejects.toMatchObject({ fields: { undo: 'gone' } })
  })

  test('is not undone where something of it was changed since, and then nothing is', async () => {
    const { from, into } = await twoShops()
    const text = await setupFile(from)
    const refusal = { fields: { undo: 'changed' } }
    await takeOverSetup(into, text)
    await saveSettings(into, { tagPrefix: 'x:' })
    await expect(undoSetup(into)).rejects.toMatchObject(refusal)
    await saveSettings(into, { tagPrefix: 'm:', setup: { lookedAt: true } })
    const toner = (await segmentsOf(into)).find(({ name }) => name === 'Toner')!
    // A segment made since names one that came with the file.
    const naming = await saveOwn(into, null, { name: 'After', rule: { kind: 'segment', segment: toner.id } })
    await expect(undoSetup(into)).rejects.toMatchObject(refusal)
    expect((await segmentsOf(into)).map(({ name }) => name)).toEqual(['Late', 'Toner', 'After'])
    expect((await getSettings(into)).tagPrefix).toBe('m:')
    await deleteOwn(into, naming)
    await undoSetup(into)
    expect(await segmentsOf(into)).toEqual([])
    // What was set by hand and is not of the setup stays.
    expect((await getSettings(into)).setup.lookedAt).toBe(true)
  })

  test('is kept for 30 days, and forgotten in the night after them', async () => {
    const { from, into } = await twoShops()
    await takeOverSetup(into, await setupFile(from))
    const kept = () => sql('SELECT FROM "SetupCopy" WHERE "shop" = $1', [into])
    timeIs(NOW + 29 * 86_400_000)
    await night(into)
    expect(await kept()).toHaveLength(1)
    timeIs(NOW + 31 * 86_400_000)
    expect((await setupPage(into)).applied).toBeNull()
    await expect(undoSetup(into)).rejects.toMatchObject({ fields: { undo: 'gone' } })
    await night(into)
    expect(await kept()).toEqual([])
  })

  test('what somebody saves in the same instant is what undoing brings back', async () => {
    const { from, into } = await twoShops()
    const text = await setupFile(from)
    const late = await saveOwn(into, null, { name: 'Late', rule: { kind: 'stage', stages: ['lapsed'] } })
    const mine: Rule = { kind: 'stage', stages: ['new'] }
    let taking = Promise.resolve()
    await withShopBulk(into, async (tx) => {
      await saveSettingsIn(tx, into, { tagPrefix: 'x:' })
      await saveOwnIn(tx, into, late, { name: 'Late', rule: mine })
      taking = takeOverSetup(into, text)
      await expect.poll(() => sql(WAITING, [])).toHaveLength(1)
    })
    await taking
    expect((await getSettings(into)).tagPrefix).toBe('m:')
    await undoSetup(into)
    expect((await getSettings(into)).tagPrefix).toBe('x:')
    expect(await segmentsOf(into)).toMatchObject([{ id: late, rule: mine }])
  })

  test('leaves a segment out whole that cannot be here, and says why', async () => {
    const { from, into } = await twoShops()
    const text = await setupFile(from)
    await sql('UPDATE "Line" SET "sku" = \'OTHER\' WHERE "shop" = $1', [into])
    await saveSettings(into, { tagPrefix: 'm:', tagTexts: { lapsed: 'Late' } })
    const diff = await lookAtSetup(into, text.replace('"lapsed": "lapsed"', '"lapsed": "Late"'))
    expect(diff).toMatchObject({
      segments: [],
      leftOut: [
        { name: 'Toner', why: [{ kind: 'no-product', what: 'Toner (SKU-1)' }] },
        { name: 'Late', why: [{ kind: 'refused', what: 'tag-twice' }] },
      ],
    })
    const limited = await testShop()
    await takeOverSetup(limited, text)
    expect((await segmentsOf(limited)).map(({ name }) => name)).toEqual(['Late'])
  })

  test('a file that is none changes nothing', async () => {
    const shop = await testShop()
    expect(await lookAtSetup(shop, 'no')).toEqual({ fault: { kind: 'not-json', what: '' } })
    await expect(takeOverSetup(shop, '{}')).rejects.toMatchObject({ fields: { file: 'not-setup' } })
    expect((await getSettings(shop)).version).toBe(0)
  })
})
