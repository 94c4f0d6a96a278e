import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import type { Condition, Rule } from '#app/domain/rules/rule.ts'
import { recomputeOwn, recomputeOwnOf } from '#app/flow/segments/own/memberships.ts'
import { ownEditor, ownRows } from '#app/flow/segments/own/pages.ts'
import { previewOwn } from '#app/flow/segments/own/preview.ts'
import { deleteOwn, saveOwn } from '#app/flow/segments/own/save.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory } from '#tests/support/orders.ts'
import { timeIs } from '#tests/support/time.ts'
import { anyRule } from '../../domain/rules/random.ts'
import { recompute, recomputeOne } from '../features/recomputed.ts'
import { populated } from './population.ts'
import { ago, crowd, NOW } from './story.ts'

const atLeast = (value: number): Condition => ({ kind: 'number', feature: 'orders', op: 'at-least', value })
const atMost = (value: number): Condition => ({ kind: 'number', feature: 'orders', op: 'at-most', value })
const late: Rule = { kind: 'stage', stages: ['at-risk', 'lapsed', 'one-and-done'] }

type Stored = { customer: string; segments: number[]; since: Date[] }

function sql<R extends object>(text: string, values: unknown[]): Promise<R[]> {
  return connectAs('superuser', async (client) => (await client.query<R>(text, values)).rows)
}

/** Members of each segment, by its id. */
async function members(shop: ShopId): Promise<Map<number, number[]>> {
  const rows = await sql<Stored>('SELECT * FROM "OwnMembership" WHERE shop = $1 ORDER BY customer', [shop])
  const found = new Map<number, number[]>()
  for (const { customer, segments, since } of rows) {
    expect(segments.length).toBe(since.length)
    expect([...segments].sort((a, b) => a - b)).toEqual(segments)
    for (const id of segments) found.set(id, [...(found.get(id) ?? []), Number(customer)])
  }
  return found
}

const moves = (shop: ShopId) =>
  sql<{ segment: number; customer: string; isEntering: boolean; cause: string; because: unknown[]; version: number }>(
    'SELECT * FROM "OwnMove" WHERE shop = $1 ORDER BY id',
    [shop],
  )

async function everything(shop: ShopId) {
  return sql<Stored>('SELECT customer, segments FROM "OwnMembership" WHERE shop = $1 ORDER BY customer', [shop])
}

describe('segments of the merchant', () => {
  test('hold whom the preview said, keep their versions, and move whom an edit moves', async () => {
    timeIs(NOW)
    const { shop } = await populated(150)
    const first = await previewOwn(shop, null, atLeast(2), 'exact')
    const id = await saveOwn(shop, null, { name: ' Regulars ', rule: atLeast(2) })
    expect((await ownRows(shop))[0]).toMatchObject({ id, name: 'Regulars', tag: 'seg:Regulars', customers: null })
    await recomputeOwn(shop, NOW, 'rule')
    const before = (await members(shop)).get(id)!
    expect(before.length).toBe(first.figures!.members.customers)
    expect(first.figures!.enters).toBe(before.length)
    expect((await ownRows(shop))[0]!.customers).toBe(before.length)
    // Who is in it from its beginning has not moved.
    expect(await moves(shop)).toEqual([])

    const edited = await previewOwn(shop, id, late, 'exact')
    expect(new Set(edited.examples!.map(({ move }) => move))).toEqual(new Set(['enters', 'stays', 'leaves']))
    for (const { verdict, customer, move } of edited.examples!) {
      expect(verdict.member).toBe(move !== 'leaves')
      expect(before.includes(Number(customer))).toBe(move !== 'enters')
    }
    expect(await saveOwn(shop, id, { name: 'Late', rule: late })).toBe(id)
    await recomputeOwn(shop, NOW + 1000, 'rule')
    const after = (await members(shop)).get(id)!
    const entered = after.filter((customer) => !before.includes(customer))
    const left = before.filter((customer) => !after.includes(customer))
    expect([edited.figures!.enters, edited.figures!.leaves]).toEqual([entered.length, left.length])
    expect(entered.length * left.length).toBeGreaterThan(0)
    const told = await moves(shop)
    expect(told.length).toBe(entered.length + left.length)
    for (const move of told) {
      expect(move).toMatchObject({ segment: id, version: 2, cause: 'rule' })
      expect((move.isEntering ? entered : left).includes(Number(move.customer))).toBe(true)
      expect(move.because).toEqual([{ condition: late, value: expect.any(String) as unknown, holds: move.isEntering }])
    }
    const page = await ownEditor(shop, id)
    expect(page.versions.map(({ version, name, rule }) => [version, name, rule])).toEqual([
      [2, 'Late', late],
      [1, 'Regulars', atLeast(2)],
    ])
    // Back to the first version: a new one with its rule.
    await saveOwn(shop, id, { name: 'Regulars', rule: page.versions[1]!.rule })
    await recomputeOwn(shop, NOW + 2000, 'rule')
    expect((await members(shop)).get(id)).toEqual(before)
    expect((await ownEditor(shop, id)).versions.map(({ version }) => version)).toEqual([3, 2, 1])
  })

  test('saving what is saved already writes nothing', async () => {
    timeIs(NOW)
    const { shop } = await populated(5)
    const id = await saveOwn(shop, null, { name: 'Regulars', rule: atLeast(2) })
    await recomputeOwn(shop, NOW, 'rule')
    await saveOwn(shop, id, { name: 'Regulars', rule: atLeast(2) })
    expect((await ownEditor(shop, id)).versions.length).toBe(1)
    // Another name alone is a version, and holds the same people.
    await saveOwn(shop, id, { name: 'Fans', rule: atLeast(2) })
    expect((await ownRows(shop))[0]!.customers).not.toBeNull()
  })

  test('one customer alone comes out as in a run over everybody', { timeout: 3_600_000 }, async () => {
    timeIs(NOW)
    const { shop } = await populated(60)
    const rules = fc.sample(anyRule(new Map(), 2), { numRuns: 8, seed: 3 })
    const ids: number[] = []
    for (const [i, rule] of rules.entries())
      await saveOwn(shop, null, { name: `Rule ${i}`, rule }).then(
        (id) => ids.push(id),
        () => null,
      )
    expect(ids.length).toBeGreaterThan(4)
    await saveOwn(shop, null, { name: 'Others', rule: { kind: 'not', rule: { kind: 'segment', segment: ids[0]! } } })
    await recomputeOwn(shop, NOW, 'rule')
    const chance = fc.sample(fc.tuple(fc.nat(59), fc.nat(4), fc.integer({ min: 1, max: 6 })), {
      numRuns: Number(process.env.EXAM_RUNS ?? 60),
      seed: 5,
    })
    let at = NOW
    for (const [who, what, product] of chance) {
      at += 61_000
      const customer = 5000 + who
      if (what < 3)
        await connectAs('superuser', (client) =>
          writeStory(client, shop, {
            timezone: 'America/Santiago',
            orders: [{ customer, at, lines: [{ product, unitMinor: 1500 }] }],
          }),
        )
      else if (what === 3)
        await sql(`UPDATE "Customer" SET tags = '{VIP}', "emailConsent" = 'SUBSCRIBED' WHERE shop = $1 AND id = $2`, [
          shop,
          customer,
        ])
      else {
        await sql('DELETE FROM "Order" WHERE shop = $1 AND customer = $2', [shop, customer])
        await sql('DELETE FROM "Customer" WHERE shop = $1 AND id = $2', [shop, customer])
      }
      expect(await recomputeOne(shop, customer, at)).toBe('done')
      expect(await recomputeOwnOf(shop, String(customer), at)).toBe('done')
    }
    const alone = await everything(shop)
    const told = await moves(shop)
    expect(told.length).toBeGreaterThan(20)
    expect(new Set(told.map(({ cause }) => cause))).toEqual(new Set(['change']))
    await recomputeOwn(shop, at, 'time')
    expect(await everything(shop)).toEqual(alone)
    // And from nothing.
    await sql('DELETE FROM "OwnMembership" WHERE shop = $1', [shop])
    await recompute(shop, at, 'import')
    await recomputeOwn(shop, at, 'import')
    expect(await everything(shop)).toEqual(alone)
  })

  test('time moves people by itself, and keeps since when the others are in', async () => {
    timeIs(NOW)
    const shop = await testShop()
    const quiet: Rule = { kind: 'number', feature: 'since-last-days', op: 'at-least', value: 30 }
    await connectAs('superuser', (client) =>
      writeStory(client, shop, { orders: [...crowd(), { customer: 1, at: ago(29.5) }, { customer: 2, at: ago(31) }] }),
    )
    await recompute(shop, NOW, 'import')
    const id = await saveOwn(shop, null, { name: 'Quiet', rule: quiet })
    await recomputeOwn(shop, NOW, 'rule')
    const later = NOW + DAY_MS
    await recompute(shop, later, 'time')
    await recomputeOwn(shop, later, 'time')
    const told = await moves(shop)
    expect(told.find(({ customer }) => customer === '1')).toMatchObject({
      isEntering: true,
      cause: 'time',
      because: [{ condition: quiet, value: 30, holds: true }],
    })
    const rows = await sql<Stored>(
      'SELECT * FROM "OwnMembership" WHERE shop = $1 AND customer IN (1, 2) ORDER BY customer',
      [shop],
    )
    expect(rows.map(({ segments, since }) => [segments, since.map((each) => each.getTime())])).toEqual([
      [[id], [later]],
      [[id], [NOW]],
    ])
  })

  test('are refused with a clear answer each, in the preview and when they are saved', async () => {
    timeIs(NOW)
    const { shop } = await populated(20)
    const base = await saveOwn(shop, null, { name: 'Base', rule: atLeast(2) })
    const next = await saveOwn(shop, null, { name: 'Next', rule: { kind: 'segment', segment: base } })
    const wrong: [string, number | null, unknown][] = [
      ['rule-empty', null, { kind: 'all', rules: [] }],
      ['rule-shape', null, 'x'],
      ['rule-nobody', null, { kind: 'all', rules: [atLeast(4), atMost(1)] }],
      ['rule-circle', base, { kind: 'any', rules: [atLeast(9), { kind: 'segment', segment: next }] }],
      ['rule-our-tag', null, { kind: 'tag', tag: 'SEG:at-risk' }],
      ['rule-our-tag', null, { kind: 'tag', tag: 'seg:base' }],
      ['rule-nobody', null, { kind: 'segment', segment: 999_999 }],
      ['rule-segment-gone', null, { kind: 'any', rules: [atLeast(1), { kind: 'segment', segment: 999_999 }] }],
    ]
    for (const [kind, id, rule] of wrong) {
      const { troubles, figures } = await previewOwn(shop, id, rule, 'exact')
      expect([troubles[0], figures]).toEqual([expect.objectContaining({ kind, blocks: true }), null])
      await expect(saveOwn(shop, id, { name: 'Wrong', rule })).rejects.toMatchObject({ fields: { rule: kind } })
    }
    expect((await previewOwn(shop, base, { kind: 'segment', segment: next }, 'exact')).troubles[0]).toMatchObject({
      names: ['Base', 'Next', 'Base'],
    })
    for (const [kind, rule] of [
      ['rule-tag-gone', { kind: 'tag', tag: 'Renamed' }],
      ['rule-product-gone', { kind: 'bought', product: '424242', title: 'Old toner', withinDays: null }],
      [
        'rule-collection-gone',
        { kind: 'bought-in', collection: '424242', title: 'Old toners', times: 1, withinDays: null },
      ],
      ['rule-everybody', atLeast(0)],
    ] as const) {
      const { troubles, figures } = await previewOwn(shop, null, rule, 'exact')
      expect([troubles[0]?.kind, troubles[0]?.blocks, figures !== null]).toEqual([kind, false, true])
    }
    for (const [name, fault] of [
      ['  ', 'own-name-empty'],
      ['a,b', 'tag-comma'],
      ['x'.repeat(37), 'tag-long'],
      ['BASE', 'tag-twice'],
      ['new', 'tag-twice'],
    ])
      await expect(saveOwn(shop, null, { name: name!, rule: atLeast(3) })).rejects.toMatchObject({
        fields: { name: fault },
      })
    await expect(deleteOwn(shop, base)).rejects.toMatchObject({ fields: { name: 'own-named' } })
    await expect(saveOwn(shop, 999_999, { name: 'Gone', rule: atLeast(3) })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  test('two that are saved at once make no circle', async () => {
    timeIs(NOW)
    const { shop } = await populated(5)
    const one = await saveOwn(shop, null, { name: 'One', rule: atLeast(1) })
    const two = await saveOwn(shop, null, { name: 'Two', rule: atLeast(2) })
    const done = await Promise.allSettled([
      saveOwn(shop, one, { name: 'One', rule: { kind: 'segment', segment: two } }),
      saveOwn(shop, two, { name: 'Two', rule: { kind: 'segment', segment: one } }),
    ])
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('a deleted one is gone with its members, versions and moves, and leaves the others as they are', async () => {
    timeIs(NOW)
    const { shop } = await populated(40)
    const gone = await saveOwn(shop, null, { name: 'Gone', rule: atLeast(1) })
    const kept = await saveOwn(shop, null, { name: 'Kept', rule: late })
    await recomputeOwn(shop, NOW, 'rule')
    const before = await members(shop)
    await deleteOwn(shop, gone)
    await recomputeOwn(shop, NOW + 1000, 'rule')
    expect(await members(shop)).toEqual(new Map([[kept, before.get(kept)!]]))
    expect((await moves(shop)).length).toBe(0)
    expect(await sql('SELECT FROM "OwnSegmentVersion" WHERE shop = $1 AND segment = $2', [shop, gone])).toEqual([])
  })
})
