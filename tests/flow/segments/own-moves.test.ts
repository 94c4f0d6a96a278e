import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import type { Condition, Rule } from '#app/domain/rules/rule.ts'
import { recomputeOwn, recomputeOwnOf } from '#app/flow/segments/own/memberships.ts'
import { saveOwn } from '#app/flow/segments/own/save.ts'
import { saveSettings } from '#app/flow/settings.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs } from '#tests/support/database.ts'
import { timeIs } from '#tests/support/time.ts'
import { populated } from './population.ts'
import { NOW } from './story.ts'

const atLeast = (value: number): Condition => ({ kind: 'number', feature: 'orders', op: 'at-least', value })
const VIP: Rule = { kind: 'tag', tag: 'vip' }

function sql<R extends object>(text: string, values: unknown[]): Promise<R[]> {
  return connectAs('superuser', async (client) => (await client.query<R>(text, values)).rows)
}

/** The moves written down since the last time, by cause and whether Flow may hear of them, and whether it is to be told. */
async function written(shop: ShopId): Promise<unknown[]> {
  const rows = await sql<{ cause: string; isForFlow: boolean }>(
    'SELECT DISTINCT cause, "isForFlow" FROM "OwnMove" WHERE shop = $1 ORDER BY 1, 2',
    [shop],
  )
  await sql('DELETE FROM "OwnMove" WHERE shop = $1', [shop])
  const owed = await sql(`DELETE FROM "Work" WHERE shop = $1 AND kind = 'announce' RETURNING id`, [shop])
  return [...rows.map(({ cause, isForFlow }) => [cause, isForFlow]), ...(owed.length > 0 ? ['announce'] : [])]
}

const FLIP = `CASE WHEN 'VIP' = ANY (tags) THEN '{}' ELSE '{VIP}'::text[] END`

/** Everybody who carried the tag carries it no more, and the other way round. */
const turned = (shop: ShopId) => sql(`UPDATE "Customer" SET tags = ${FLIP} WHERE shop = $1`, [shop])

async function worked(): Promise<{ shop: ShopId; id: number }> {
  timeIs(NOW)
  const { shop } = await populated(30)
  const id = await saveOwn(shop, null, { name: 'Fans', rule: VIP })
  await recomputeOwn(shop, NOW, 'own-rule')
  return { shop, id }
}

describe('of moves in and out of the merchant’s own segments Flow hears', () => {
  test('nothing of who is in one from its beginning', async () => {
    const { shop } = await worked()
    expect(await written(shop)).toEqual([])
  })

  test('what an order, a tag or time has brought', async () => {
    const { shop } = await worked()
    await turned(shop)
    await recomputeOwnOf(shop, '5001', NOW + 1000)
    expect(await written(shop)).toEqual([['change', true], 'announce'])
    await recomputeOwn(shop, NOW + 2000, 'time')
    expect(await written(shop)).toEqual([['time', true], 'announce'])
  })

  test('nothing of an import, nor of a rule that was saved, unless that was ticked with it', async () => {
    const { shop, id } = await worked()
    await turned(shop)
    await recomputeOwn(shop, NOW + 1000, 'import')
    expect(await written(shop)).toEqual([['import', false]])
    await saveOwn(shop, id, { name: 'Fans', rule: atLeast(2) })
    await recomputeOwn(shop, NOW + 2000, 'own-rule')
    expect(await written(shop)).toEqual([['rule', false]])
    await saveOwn(shop, id, { name: 'Fans', rule: atLeast(4), announces: true })
    // Also where a run over the whole shop comes first.
    await recomputeOwn(shop, NOW + 3000, 'time')
    expect(await written(shop)).toEqual([['rule', true], 'announce'])
  })

  test('of other rules and new estimates what was ticked with them, and a tick is not meant for segments that name this one', async () => {
    const { shop, id } = await worked()
    await saveOwn(shop, null, { name: 'Others', rule: { kind: 'not', rule: { kind: 'segment', segment: id } } })
    await recomputeOwn(shop, NOW + 1000, 'own-rule')
    await saveSettings(shop, { announceRuleMoves: true })
    await saveOwn(shop, id, { name: 'Fans', rule: atLeast(2) })
    await recomputeOwn(shop, NOW + 2000, 'own-rule')
    expect(await written(shop)).toEqual([['rule', false]])
    await saveOwn(shop, id, { name: 'Fans', rule: VIP })
    await recomputeOwn(shop, NOW + 3000, 'own-rule')
    await written(shop)
    await turned(shop)
    await recomputeOwn(shop, NOW + 4000, 'rule')
    expect(await written(shop)).toEqual([['rule', true], 'announce'])
    await saveSettings(shop, { announceRuleMoves: false })
    await turned(shop)
    await recomputeOwn(shop, NOW + 5000, 'estimates')
    expect(await written(shop)).toEqual([['estimates', false]])
  })

  test('what is read anew beside the orders, but not what a fresh rule has waited for', async () => {
    const { shop } = await worked()
    await turned(shop)
    await recomputeOwn(shop, NOW + 1000, 'data')
    expect(await written(shop)).toEqual([['rule', false]])
    await turned(shop)
    await recomputeOwn(shop, NOW + 2 * DAY_MS, 'data')
    expect(await written(shop)).toEqual([['change', true], 'announce'])
  })
})

test('both kinds of moves are numbered together', async () => {
  const { shop } = await worked()
  await turned(shop)
  await recomputeOwnOf(shop, '5001', NOW + 1000)
  const [own] = await sql<{ id: string }>('SELECT id FROM "OwnMove" WHERE shop = $1', [shop])
  const [next] = await sql<{ id: string }>(`SELECT nextval('"MembershipChange_id_seq"') AS id`, [])
  expect(BigInt(next!.id)).toBeGreaterThan(BigInt(own!.id))
})
