// Replays recorded answers about code discounts: what is refused and in which words, classes, status by time, codes in bulk,
// turning on and off what is on or off already, deleting.
// Recordings: shop-a 2026-04/discounts, named in each test.
// Knowingly different: automatic, app and buy-x-get-y discounts are not played, so those parts of a recorded document are
// left out; graphql-js refuses an Int beyond 32 bits before anybody could complain; tags on one cart line are Plus only.
import { parse, print, visit, type FieldNode } from 'graphql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startLocalShop, type AdminAnswer, type TestShop } from '#tests/support/local-shop.ts'
import { World } from '#tests/shop/world.ts'
import { callAt, callsOf, haveRecordings, recordings, type Recorded } from './recordings.ts'

const FOLDER = '2026-04/discounts'
const SCOPES = ['read_discounts', 'write_discounts', 'read_customers', 'read_products', 'write_customers']
const PLAYED = /^discountCode(Basic|FreeShipping)(Create|Update)$|^discountCode(Activate|Deactivate|Delete)$/

let shop: TestShop

beforeEach(async () => {
  shop = await startLocalShop({ world: new World({ currency: 'CAD' }), scopes: SCOPES })
  shop.world.lags.bulkCodesMs = 60_000
})

afterEach(() => shop.stop())

/** The recorded document with nothing but the mutations that are played, and the variables of those. */
function playedPart({ query, variables }: Recorded): { query: string; variables: Record<string, unknown> } {
  const mutations = visit(parse(query), {
    OperationDefinition: (operation) => ({
      ...operation,
      selectionSet: {
        ...operation.selectionSet,
        selections: operation.selectionSet.selections.filter((part) => PLAYED.test((part as FieldNode).name.value)),
      },
    }),
  })
  const used = new Set<string>()
  visit(mutations, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  })
  const kept = visit(mutations, {
    VariableDefinition: (definition) => (used.has(definition.variable.name.value) ? undefined : null),
  })
  const own = Object.entries(variables).filter(([name]) => used.has(name))
  return { query: print(kept), variables: Object.fromEntries(own) }
}

type Part = { codeDiscountNode?: object | null; userErrors: object[] }

/** Whether something was made, and every complaint. */
function verdicts(data: AdminAnswer['data'], names: string[]): Record<string, unknown> {
  const all: Record<string, unknown> = {}
  for (const name of names) {
    const part = (data as Record<string, Part>)[name]!
    all[name] = { isThere: part.codeDiscountNode != null, userErrors: part.userErrors }
  }
  return all
}

async function expectSame(call: Recorded): Promise<string[]> {
  const asked = playedPart(call)
  const mine = await shop.admin(asked.query, asked.variables)
  const names = Object.keys(mine.data ?? {})
  expect(mine.errors).toBeUndefined()
  expect(verdicts(mine.data, names)).toEqual(verdicts(call.response.data, names))
  return names
}

describe.skipIf(!haveRecordings)('a discount that cannot be, as a real shop said so', () => {
  test.each([
    ['discount-value-bounds.json', '/cases/bounds', 5],
    ['discount-starts-at-required-validation.json', '/cases/omitted', 2],
    ['discount-starts-at-required-validation.json', '/cases/explicitNull', 2],
    ['discount-context-customer-selection-conflict.json', '/conflictCreate', 2],
  ])('%s %s', async (file, at, parts) => {
    const call = callAt(`${FOLDER}/${file}`, at)
    // Whoever is named there is a customer here too: the recorded complaint is another.
    for (const [, id] of JSON.stringify(call.variables).matchAll(/Customer\/(\d+)/g))
      shop.world.addCustomer({ id: Number(id) })
    expect(await expectSame(call)).toHaveLength(parts)
  })

  test('a taken code, unknown goods, a wrong combination and an unknown id are named in the recorded words', async () => {
    const call = callAt(`${FOLDER}/discount-validation-branches.json`, '/validation/omnibus')
    const { code } = call.variables['duplicate'] as { code: string }
    const first = { title: 'First', code, startsAt: '2026-04-25T00:00:00Z', context: { all: 'ALL' }, ...GETS }
    await shop.admin(CREATE, { input: first })
    const names = await expectSame(call)
    expect(names).toEqual(expect.arrayContaining(['duplicate', 'badRefs', 'invalidCodeFreeShipping', 'unknownUpdate']))
  })

  test('two kinds of value at once are an error of the whole field', async () => {
    const call = callAt(`${FOLDER}/discount-customer-gets-value-multiple-types.json`, '/cases/create')
    const mine = await shop.admin(call.query, call.variables)
    expect(mine.data).toEqual(call.response.data)
    expect(mine.errors).toEqual(call.response.errors)
  })

  test.each(['allWithCustomers', 'allWithSegments'])('customers beside all of them: %s', async (name) => {
    const call = callAt(`${FOLDER}/discount-customer-selection-internal-conflicts.json`, `/cases/${name}`)
    const mine = await shop.admin(call.query, call.variables)
    expect([mine.data, mine.errors]).toEqual([call.response.data, call.response.errors])
  })

  test('every recorded setup of a test is taken here too', async () => {
    let taken = 0
    for (const file of ['discount-context-customer-selection-conflict', 'discount-numeric-bounds'])
      for (const call of callsOf(`${FOLDER}/${file}.json`).filter(({ at }) => at === '/setup'))
        taken += (await expectSame(call)).length
    expect(taken).toBe(3)
  })
})

const GETS = { customerGets: { value: { percentage: 0.1 }, items: { all: true } } }
const CREATE = `mutation Create($input: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $input) {
    codeDiscountNode { id codeDiscount { ... on DiscountCodeBasic { updatedAt status } } } userErrors { field message code extraInfo } } }`

type Payload = { payload: AdminAnswer }
type File = Record<string, unknown> & {
  requests: Record<string, { query: string; variables: Record<string, unknown> }>
}

function file(name: string): File {
  return [...recordings()].find(([path]) => path.endsWith(`${FOLDER}/${name}`))![1] as File
}

async function made(input: object): Promise<{ id: string; userErrors: object[] }> {
  const { data } = await shop.admin(CREATE, { input })
  const answer = data!['discountCodeBasicCreate'] as { codeDiscountNode: { id: string } | null; userErrors: object[] }
  return { id: answer.codeDiscountNode?.id ?? '', userErrors: answer.userErrors }
}

describe.skipIf(!haveRecordings)('codes in bulk, as a real shop made them', () => {
  const NAME = 'discount-redeem-code-bulk-add-validation.json'

  test('an unknown discount, none and too many codes are refused', async () => {
    const recorded = file(NAME)
    const { id } = await made(recorded.requests['create']!.variables['input'] as object)
    for (const name of ['unknown', 'emptyCodes', 'tooMany']) {
      const { query, variables } = recorded.requests[name]!
      const mine = await shop.admin(query, name === 'unknown' ? variables : { ...variables, discountId: id })
      const theirs = (recorded[name] as Payload).payload
      const { locations: _, ...error } = (theirs.errors?.[0] ?? {}) as Record<string, unknown>
      if (theirs.errors) expect(mine.errors?.[0], name).toMatchObject(error)
      else expect(mine.data, name).toEqual(theirs.data)
    }
  })

  test.each(['invalidCodes', 'existingCodeConflicts'])(
    '%s: nothing at once, then each code or its problem',
    async (name) => {
      const recorded = file(NAME)
      const { id } = await made(recorded.requests['create']!.variables['input'] as object)
      await made(recorded.requests['crossCreate']!.variables['input'] as object)
      const { query, variables } = recorded.requests[name]!
      const added = await shop.admin(query, { ...variables, discountId: id })
      const theirs = recorded[name] as { add: Payload; finalRead: Payload }
      expect(known(added.data)).toEqual(known(theirs.add.payload.data))
      shop.world.advance(1)
      const { bulkCreation } = added.data!['discountRedeemCodeBulkAdd'] as { bulkCreation: { id: string } }
      const read = recorded.requests[`${name}FinalRead`]!
      const mine = await shop.admin(read.query, { ...read.variables, id: bulkCreation.id })
      expect(mine.errors).toBeUndefined()
      expect(known(mine.data)).toEqual(known(theirs.finalRead.payload.data))
    },
  )

  test('the code of a discount with codes in bulk cannot be changed', async () => {
    const recorded = file('discount-update-edge-cases.json')
    const variables = recorded['variables'] as Record<string, Record<string, unknown>>
    const { id } = await made(variables['createBasic']!['input'] as object)
    for (const name of ['bulkAdd', 'bulkCodeChange']) {
      const key = name === 'bulkAdd' ? { discountId: id } : { id }
      const mine = await shop.admin(recorded.requests[name === 'bulkAdd' ? name : 'basicUpdate']!.query, {
        ...variables[name],
        ...key,
      })
      expect(mine.data, name).toEqual((recorded[name] as Payload).payload.data)
    }
  })
})

/** Without what every shop numbers for itself. */
function known(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/(gid:\/\/shopify\/\w+)\/\d+/g, '$1/N')) as unknown
}

describe.skipIf(!haveRecordings)('the life of a discount, as recorded', () => {
  test('status follows the times, and turning on what is on changes nothing', async () => {
    const base = { context: { all: 'ALL' }, ...GETS }
    const times = [
      ['SCHEDULED', '2099-01-01T00:00:00Z', null],
      ['EXPIRED', '2019-01-01T00:00:00Z', '2020-01-01T00:00:00Z'],
      ['ACTIVE', '2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z'],
    ] as const
    for (const [status, startsAt, endsAt] of times) {
      const { data } = await shop.admin(CREATE, { input: { ...base, title: status, code: status, startsAt, endsAt } })
      expect(data).toMatchObject({ discountCodeBasicCreate: { codeDiscountNode: { codeDiscount: { status } } } })
    }
    const recorded = file('discount-activate-deactivate-noop-idempotence.json')
    const { id } = await made({ ...base, title: 'On', code: 'ON', startsAt: '2020-01-01T00:00:00Z' })
    const [first] = [...shop.world.discounts.values()].slice(-1)
    const was = { ...first! }
    const turned = async (name: string) => {
      const request = Object.values(recorded.requests).find(({ query }) => query.includes(`${name}(`))!
      const { data } = await shop.admin(request.query, { ...request.variables, id })
      return (data![name] as { codeDiscountNode: { codeDiscount: { status: string } }; userErrors: [] })
        .codeDiscountNode.codeDiscount.status
    }
    expect(await turned('discountCodeActivate')).toBe('ACTIVE')
    expect(first).toEqual(was)
    expect(await turned('discountCodeDeactivate')).toBe('EXPIRED')
    const { endsAt, updatedAt } = first!
    shop.world.advance(1)
    expect(await turned('discountCodeDeactivate')).toBe('EXPIRED')
    expect([first!.endsAt, first!.updatedAt]).toEqual([endsAt, updatedAt])
    expect(await turned('discountCodeActivate')).toBe('ACTIVE')
    expect(first!.endsAt).toBeNull()
  })

  test('deleting takes it once, and an id that names none is refused', async () => {
    const recorded = file('discount-delete-unknown-id.json')
    const DELETE = `mutation Delete($id: ID!) {
      discountCodeDelete(id: $id) { deletedCodeDiscountId userErrors { field message code extraInfo } } }`
    const { id } = await made({
      title: 'Gone',
      code: 'GONE',
      startsAt: '2020-01-01T00:00:00Z',
      context: { all: 'ALL' },
      ...GETS,
    })
    const deleted = { deletedCodeDiscountId: id, userErrors: [] }
    expect((await shop.admin(DELETE, { id })).data).toEqual({ discountCodeDelete: deleted })
    const theirs = (recorded['unknownCodeDelete'] as { response: Payload }).response.payload.data
    expect((await shop.admin(DELETE, { id })).data).toEqual(theirs)
  })

  test('the recorded detail of a discount is what this shop reads of the same one', async () => {
    const recorded = [...recordings()].find(([path]) => path.endsWith('discount-code-basic-detail-read.json'))![1] as {
      variables: { code: string }
      response: { data: { discountNode: { discount: Record<string, unknown> } } }
    }
    const { discount } = recorded.response.data.discountNode
    const input = {
      title: discount['title'],
      code: recorded.variables.code,
      startsAt: discount['startsAt'],
      context: { all: 'ALL' },
      combinesWith: { orderDiscounts: true },
      minimumRequirement: { subtotal: { greaterThanOrEqualToSubtotal: '1.00' } },
      ...GETS,
    }
    const { id } = await made(input)
    const { data } = await shop.admin(DETAIL, { id })
    const mine = (data!['discountNode'] as { discount: Record<string, unknown> }).discount
    const { codes: theirCodes, createdAt: _created, updatedAt: _updated, ...theirs } = discount
    const { codes, ...own } = mine
    expect(own).toEqual(theirs)
    const nodes = (theirCodes as { nodes: object[] }).nodes
    expect(known((codes as { nodes: object[] }).nodes)).toEqual(known(nodes))
  })
})

const DETAIL = `query Detail($id: ID!) { discountNode(id: $id) { discount { __typename ... on DiscountCodeBasic {
  title status summary startsAt endsAt asyncUsageCount discountClasses
  combinesWith { productDiscounts orderDiscounts shippingDiscounts }
  codes(first: 5) { nodes { id code asyncUsageCount } }
  context { __typename ... on DiscountBuyerSelectionAll { all } }
  customerGets {
    value { __typename ... on DiscountPercentage { percentage } } items { __typename ... on AllDiscountItems { allItems } }
    appliesOnOneTimePurchase appliesOnSubscription }
  minimumRequirement { __typename ... on DiscountMinimumSubtotal { greaterThanOrEqualToSubtotal { amount currencyCode } } }
} } } }`
