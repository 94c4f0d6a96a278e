// Replays recorded answers about tags, metafields, counts, unknown ids and prices.
// Recordings: customer-tag-note-limits-parity (2025-01), metafields-set-input-validation (2025-01), customers-count
// (2025-01), by-id-not-found-read (2026-04), bulk-operation-run-mutation-client-identifier-validation (an unknown argument),
// and the price of every recorded document that is still valid.
// Knowingly different: the tag rules were recorded on customerCreate and are held against tagsAdd; metafields were recorded
// on a product and are held against a customer; types whose values we do not check are refused as not played; Shopify
// answers "Something went wrong" in a few by-id roots that are not played here.
import { parse, validate } from 'graphql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fragmentsOf, operationOf } from '#tests/shop/admin/bulk-validators.ts'
import { actualCost, requestedCost } from '#tests/shop/admin/cost.ts'
import { coerceVariables } from '#tests/shop/admin/errors.ts'
import { adminSchema } from '#tests/shop/schema.ts'
import { startLocalShop, type TestShop } from '#tests/support/local-shop.ts'
import { World } from '#tests/shop/world.ts'
import { callAt, callsIn, callsOf, haveRecordings, recordings, type Recorded } from './recordings.ts'

let shop: TestShop
let customer: string

beforeEach(async () => {
  const world = new World()
  customer = `gid://shopify/Customer/${world.addCustomer().id}`
  shop = await startLocalShop({ world })
})

afterEach(() => shop.stop())

const TAGS_ADD = `mutation Add($id: ID!, $tags: [String!]!) {
  tagsAdd(id: $id, tags: $tags) { node { ... on Customer { tags } } userErrors { field message } }
}`

describe.skipIf(!haveRecordings)('tags, as a real shop kept them', () => {
  test.each(['/commaSplit', '/caseDedupe', '/tooManyTags'])('%s', async (at) => {
    const call = callAt('2025-01/customers/customer-tag-note-limits-parity.json', at)
    const { tags } = call.variables['input'] as { tags: string[] }
    const answer = await shop.admin(TAGS_ADD, { id: customer, tags })
    const recorded = (
      call.response.data as Record<string, { customer: { tags: string[] } | null; userErrors: object[] }>
    )['customerCreate']!
    const expected = recorded.customer && { tags: recorded.customer.tags }
    expect(answer.data).toEqual({ tagsAdd: { node: expected, userErrors: recorded.userErrors } })
  })

  test('an unknown customer is a user error', async () => {
    const answer = await shop.admin(TAGS_ADD, { id: 'gid://shopify/Customer/1', tags: ['a'] })
    const userErrors = [{ field: ['id'], message: 'Customer does not exist' }]
    expect(answer.data).toEqual({ tagsAdd: { node: null, userErrors } })
  })
})

const METAFIELDS_SET = `mutation Set($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { metafields { id } userErrors { field message code elementIndex } }
}`

describe.skipIf(!haveRecordings)('a metafield, as a real shop checked it', () => {
  const cases = haveRecordings
    ? callsOf('2025-01/metafields/metafields-set-input-validation.json').filter(({ at }) => at.startsWith('/cases/'))
    : []

  test.each(cases.map((call) => [call.at.replace('/cases/', ''), call] as const))('%s', async (_at, call) => {
    const inputs = (call.variables['metafields'] as object[]).map((input) => ({ ...input, ownerId: customer }))
    const answer = await shop.admin(METAFIELDS_SET, { metafields: inputs })
    const notPlayed = answer.errors?.every(({ extensions }) => extensions?.code === 'LOCAL_SHOP_NOT_PLAYED') ?? false
    const withoutIds = (value: unknown) => JSON.stringify(value).replaceAll(/Metafield\/\d+/g, 'Metafield/N')
    if (notPlayed) expect(call.at).toMatch(/Money|Url|Dimension|Weight|Volume|Rating|Link|eference/)
    else expect(withoutIds(answer.data)).toBe(withoutIds(call.response.data))
  })
})

describe.skipIf(!haveRecordings)('reads, as a real shop answered them', () => {
  test('a count is exact and costs ten', async () => {
    const [recorded] = [...recordings()]
      .find(([name]) => name.endsWith('2025-01/customers/customers-count.json'))!
      .slice(1)
    const theirs = recorded as { data: Record<string, object>; extensions: { cost: { requestedQueryCost: number } } }
    const mine = await shop.admin('{ total: customersCount { count precision } }')
    expect(Object.keys(mine.data!['total'] as object)).toEqual(Object.keys(theirs.data['total']!))
    expect(mine.extensions?.cost?.requestedQueryCost).toBe(theirs.extensions.cost.requestedQueryCost / 3)
  })

  test('an id that names nothing is null, and costs one', async () => {
    const recorded = callAt('2026-04/admin-platform/by-id-not-found-read.json', '/cases/storeProperties')
    expect(recorded.response).toMatchObject({
      data: { missingLocation: null },
      extensions: { cost: { requestedQueryCost: 1 } },
    })
    const mine = await shop.admin('{ missing: order(id: "gid://shopify/Order/999999999999") { __typename } }')
    expect(mine).toMatchObject({ data: { missing: null }, extensions: { cost: { requestedQueryCost: 1 } } })
  })

  test('an argument or a field that does not exist is named by code, place and path', async () => {
    const path = 'bulk-operation-run-mutation-client-identifier-validation.json'
    const call = callAt(path, '/observations/runQueryWithClientIdentifier')
    const mine = await shop.admin(call.query, call.variables)
    // Shopify also says that the variable is not used; graphql-js counts the unknown argument as a use.
    const theirs = call.response.errors!.filter(({ extensions }) => extensions?.['code'] !== 'variableNotUsed')
    expect(mine.errors).toEqual(theirs)
  })

  test('a missing scope is refused in the recorded shape', async () => {
    await shop.stop()
    shop = await startLocalShop({ scopes: ['read_orders'] })
    const recorded = callAt('2026-04/admin-platform/by-id-not-found-read.json', '/cases/customers').response.errors![0]!
    const mine = (await shop.admin('{ customersCount { count } }')).errors![0]!
    expect(Object.keys(mine).sort()).toEqual(Object.keys(recorded).sort())
    expect(Object.keys(mine.extensions!).sort()).toEqual(Object.keys(recorded.extensions!).sort())
    expect(mine.message).toBe('Access denied for customersCount field. Required access: `read_customers` access scope.')
  })
})

describe.skipIf(!haveRecordings)('prices', () => {
  test('match what was recorded for more than four documents in five', () => {
    const { schema } = adminSchema()
    const calls = new Map<string, Recorded>()
    for (const [, file] of recordings())
      for (const call of callsIn(file, '')) calls.set(call.query + JSON.stringify(call.variables), call)
    let same = 0
    let all = 0
    for (const { query, variables, response } of calls.values()) {
      const recorded = response.extensions?.cost?.requestedQueryCost
      if (recorded === undefined) continue
      if (query === '') continue
      const document = parse(query)
      const operation = operationOf(document)!
      if (validate(schema, document).length > 0) continue
      const { values } = coerceVariables(schema, operation, variables)
      all += 1
      if (requestedCost({ schema, fragments: fragmentsOf(document), variables: values }, operation) === recorded)
        same += 1
    }
    expect(all).toBeGreaterThan(300)
    expect(same / all).toBeGreaterThan(0.8)
  })

  test('of what a mutation used in the end match in nine of ten: an answer that is null is not paid', () => {
    const { schema } = adminSchema()
    let [all, same, refused] = [0, 0, 0]
    for (const [, file] of recordings())
      for (const { query, variables, response } of callsIn(file, '')) {
        const { requestedQueryCost: asked, actualQueryCost: used } = response.extensions?.cost ?? {}
        if (query === '' || used == null) continue
        const document = parse(query)
        const operation = operationOf(document)!
        if (operation.operation !== 'mutation' || validate(schema, document).length > 0) continue
        const { values } = coerceVariables(schema, operation, variables)
        const costing = { schema, fragments: fragmentsOf(document), variables: values }
        if (requestedCost(costing, operation) !== asked) continue
        const mine = actualCost(costing, operation, response.data)
        all += 1
        if (mine === used) same += 1
        if (mine === used && used < asked) refused += 1
      }
    expect(all).toBeGreaterThan(400)
    expect(same / all).toBeGreaterThan(0.9)
    expect(refused).toBeGreaterThan(10)
  })

  test.each([
    [1, 3],
    [3, 4],
    [5, 5],
    [10, 6],
    [20, 7],
    [50, 9],
    [100, 11],
    [200, 12],
    [250, 13],
  ])('a page of %i nodes of scalars asks for %i points', async (first, points) => {
    const answer = await shop.admin('query Page($first: Int!) { customers(first: $first) { nodes { id } } }', { first })
    expect(answer.extensions?.cost?.requestedQueryCost).toBe(points)
  })
})

describe('a metafield definition', () => {
  const CREATE = `mutation Create($definition: MetafieldDefinitionInput!) {
    metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } userErrors { code } } }`
  const DELETE = `mutation Delete($identifier: MetafieldDefinitionIdentifierInput, $all: Boolean) {
    metafieldDefinitionDelete(identifier: $identifier, deleteAllAssociatedMetafields: $all) {
      deletedDefinitionId userErrors { code } } }`

  test('of the app’s own namespace goes only together with what was written under it', async () => {
    const identifier = { ownerType: 'CUSTOMER', namespace: '$app:x', key: 'state' }
    await shop.admin(CREATE, { definition: { ...identifier, name: 'State', type: 'json' } })
    const read =
      'query Read($identifier: MetafieldDefinitionIdentifierInput) { metafieldDefinition(identifier: $identifier) { id key } }'
    const { data } = await shop.admin(read, { identifier })
    const { id } = data!['metafieldDefinition'] as { id: string }
    const metafields = [{ ownerId: customer, namespace: '$app:x', key: 'state', value: '{}' }]
    await shop.admin(METAFIELDS_SET, { metafields })
    expect((await shop.admin(DELETE, { identifier, all: false })).data).toEqual({
      metafieldDefinitionDelete: {
        deletedDefinitionId: null,
        userErrors: [{ code: 'RESERVED_NAMESPACE_ORPHANED_METAFIELDS' }],
      },
    })
    expect((await shop.admin(DELETE, { identifier, all: true })).data).toEqual({
      metafieldDefinitionDelete: { deletedDefinitionId: id, userErrors: [] },
    })
    expect([...shop.world.customers.values()][0]!.metafields.size).toBe(0)
    expect((await shop.admin(read, { identifier })).data).toEqual({ metafieldDefinition: null })
  })
})
