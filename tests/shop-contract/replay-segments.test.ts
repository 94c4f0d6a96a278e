// Replays recorded answers about customer segments and checks their members against the world.
// Recordings (2025-01/segments): segment-lifecycle-validation, segments-create-update-validation-limits,
// segments-user-errors-shape, segment-create-update-query-grammar, segment-query-grammar-not-contains, segments-baseline.
// Knowingly different: customerSegmentMembersQueryCreate is not played; ids and times are the local shop's own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { World } from '#tests/shop/world.ts'
import { startLocalShop, type TestShop } from '#tests/support/local-shop.ts'
import { callsOf, haveRecordings, recordings, type Recorded } from './recordings.ts'

let shop: TestShop
let world: World

beforeEach(async () => {
  world = new World()
  shop = await startLocalShop({ world })
})

afterEach(() => shop.stop())

const FILES = [
  'segment-lifecycle-validation.json',
  'segments-create-update-validation-limits.json',
  'segments-user-errors-shape.json',
  'segment-create-update-query-grammar.json',
  'segment-query-grammar-not-contains.json',
]

/** Ids and times differ; a recording's own ids are exchanged for ours as they appear. */
function plain(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll(/Segment\/\d+/g, 'Segment/N')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'T')
}

type Made = { segmentCreate?: { segment?: { id: string } | null } }

describe.skipIf(!haveRecordings)('segments, as a real shop kept them', () => {
  test.each(FILES)('%s', async (file) => {
    const ours = new Map<string, string>()
    let played = 0
    for (const call of callsOf(`2025-01/segments/${file}`)) {
      if (call.query.includes('customerSegmentMembersQueryCreate')) continue
      const id = ours.get(String(call.variables['id']))
      const mine = await shop.admin(call.query, { ...call.variables, ...(id === undefined ? {} : { id }) })
      expect(plain(mine.data), call.at).toBe(plain(call.response.data))
      expect(mine.extensions?.cost?.requestedQueryCost, call.at).toBe(
        call.response.extensions?.cost?.requestedQueryCost,
      )
      const [theirId, myId] = [call.response.data, mine.data].map((data) => (data as Made).segmentCreate?.segment?.id)
      if (theirId !== undefined && myId !== undefined) ours.set(theirId, myId)
      played += 1
    }
    expect(played).toBeGreaterThan(2)
  })

  test('one that is not there is an error beside the null', async () => {
    const [recorded] = [...recordings()].find(([name]) => name.endsWith('segments-baseline.json'))!.slice(1)
    const theirs = (recorded as Recorded['response']).errors![0]!
    const mine = await shop.admin('{ missingSegment: segment(id: "gid://shopify/Segment/999999999999") { id } }')
    expect(mine.data).toEqual({ missingSegment: null })
    const { message, extensions } = mine.errors![0]!
    expect({ message, code: extensions?.code }).toEqual({ message: theirs.message, code: theirs.extensions?.['code'] })
  })
})

const CREATE = `mutation Create($name: String!, $query: String!) {
  segmentCreate(name: $name, query: $query) { segment { id name } userErrors { field message } }
}`

async function create(
  name: string,
  query: string,
): Promise<{ segment: { id: string; name: string } | null; userErrors: { message: string }[] }> {
  const { data } = await shop.admin(CREATE, { name, query })
  return data!['segmentCreate'] as never
}

describe('segments', () => {
  test('with a name that is taken are counted on, so that a name must be looked up first', async () => {
    const names: (string | undefined)[] = []
    for (let at = 0; at < 3; at += 1) names.push((await create('Loyal', "customer_tags CONTAINS 'a'")).segment?.name)
    expect(names).toEqual(['Loyal', 'Loyal (1)', 'Loyal (2)'])
    const found = await shop.admin('{ segments(first: 5, query: "loyal (1)") { nodes { name } } }')
    expect(found.data).toEqual({ segments: { nodes: [{ name: 'Loyal (1)' }] } })
    const named = await shop.admin('{ segments(first: 5, query: "name:\\"Loyal\\"") { nodes { name } } }')
    expect(named.data!['segments']).toMatchObject({ nodes: [{}, {}, {}] })
  })

  test('end at 6,000 a shop', async () => {
    for (let id = 1; id <= 6000; id += 1)
      world.segments.set(id, { id, name: `${id}`, query: 'number_of_orders = 0', createdAt: 0, editedAt: 0 })
    const { segment, userErrors } = await create('One more', 'number_of_orders = 1')
    expect(segment).toBeNull()
    expect(userErrors).toEqual([
      { field: null, message: 'Segment limit reached. Delete an existing segment to create more.' },
    ])
  })

  test('survive a restart of the shop', async () => {
    await create('Loyal', "customer_tags CONTAINS 'seg:loyal'")
    const folder = mkdtempSync(join(tmpdir(), 'segments-'))
    await world.save(folder)
    expect([...World.load(folder).segments.values()]).toEqual([...world.segments.values()])
    rmSync(folder, { recursive: true })
  })
})

describe('members of a segment', () => {
  async function members(query: string): Promise<string[]> {
    const answer = await shop.admin(
      'query Members($query: String) { customerSegmentMembers(first: 1000, query: $query) { totalCount edges { node { id numberOfOrders } } } }',
      { query },
    )
    const { totalCount, edges } = answer.data!['customerSegmentMembers'] as {
      totalCount: number
      edges: { node: { id: string } }[]
    }
    expect(totalCount).toBe(edges.length)
    return edges.map(({ node }) => node.id)
  }

  test('are who carries the tag, who does not, and who has so many orders', async () => {
    const loyal = world.addCustomer({ tags: ['seg:loyal'] })
    const other = world.addCustomer({ tags: ['vip'] })
    for (let at = 0; at < 3; at += 1) world.addOrder({ customerId: loyal.id })
    const [first, second] = [loyal, other].map(({ id }) => `gid://shopify/CustomerSegmentMember/${id}`)
    expect(await members("customer_tags CONTAINS 'SEG:loyal'")).toEqual([first])
    expect(await members("customer_tags NOT CONTAINS 'seg:loyal'")).toEqual([second])
    expect(await members('number_of_orders >= 2 OR customer_tags CONTAINS "vip"')).toEqual([first, second])
    expect(await members("(number_of_orders BETWEEN 1 AND 5) AND NOT customer_tags CONTAINS 'vip'")).toEqual([first])
  })

  test('by a filter that is not played are refused by its name', async () => {
    world.addCustomer()
    const answer = await shop.admin(
      '{ customerSegmentMembers(first: 1, query: "last_order_date >= -30d") { totalCount } }',
    )
    expect(answer.errors?.[0]?.message).toContain('members by last_order_date')
  })
})
