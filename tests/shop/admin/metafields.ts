import { createHash } from 'node:crypto'
import type { World, WorldMetafield } from '../world.ts'
import { needScope } from './access.ts'
import { definitionFor } from './metafield-definitions.ts'
import { PLAYED_TYPES, valueProblem } from './metafield-values.ts'
import { dateTime, gid, readGid } from './money.ts'
import type { Args, Call, List, PlayedFields, PlayedLists } from './played.ts'
import { resolveNamespace } from './namespaces.ts'
import { notPlayed } from './search.ts'
import { installationNumber } from './shop-fields.ts'

const MAX_A_CALL = 25
const OWNERS_SCOPE: Record<string, string> = { Customer: 'write_customers', Product: 'write_products' }
const RESERVED = new Set(['shopify_standard', 'protected', 'shopify-l10n-fields'])

export type MetafieldOf = {
  kind: 'Metafield'
  id: number
  owner: string
  namespace: string
  key: string
  field: WorldMetafield
}
type Input = { ownerId: string; namespace?: string; key: string; type?: string; value: string; compareDigest?: string }
type UserError = { field: string[]; message: string; code: string | null; elementIndex: number | null }

/** The fields of an owner: on the customer itself, or beside the world for the shop and the installation. */
function fieldsOf(world: World, owner: string): Map<string, WorldMetafield> | null {
  const at = readGid(owner)
  if (!at) return null
  if (at.type === 'Customer') return world.customers.get(at.id)?.metafields ?? null
  if (at.type === 'Product' && !world.products.has(at.id)) return null
  if (at.type !== 'Shop' && at.type !== 'AppInstallation' && at.type !== 'Product')
    throw notPlayed(`metafields of a ${at.type}`)
  if (at.type === 'AppInstallation' && at.id !== installationNumber(world)) return null
  let own = world.otherMetafields.get(owner)
  if (!own) world.otherMetafields.set(owner, (own = new Map()))
  return own
}

function metafieldOf(owner: string, path: string, field: WorldMetafield): MetafieldOf {
  const dot = path.lastIndexOf('.')
  const id = Number.parseInt(createHash('md5').update(`${owner}|${path}`).digest('hex').slice(0, 11), 16)
  return { kind: 'Metafield', id, owner, namespace: path.slice(0, dot), key: path.slice(dot + 1), field }
}

function readOne(owner: string, args: Args, call: Call): MetafieldOf | null {
  const path = `${resolveNamespace(call.shop.world, args['namespace'] as string | null)}.${String(args['key'])}`
  const field = fieldsOf(call.shop.world, owner)?.get(path)
  return field ? metafieldOf(owner, path, field) : null
}

function readAll(owner: string, args: Args, call: Call): List {
  const { world } = call.shop
  const own = [...(fieldsOf(world, owner) ?? [])].map(([path, field]) => metafieldOf(owner, path, field))
  const namespace = args['namespace'] == null ? null : resolveNamespace(world, String(args['namespace']))
  const keys = args['keys'] as string[] | null | undefined
  const items = own
    .filter((item) => namespace === null || item.namespace === namespace)
    .filter(
      (item) => keys == null || keys.map((key) => resolveKey(world, key)).includes(`${item.namespace}.${item.key}`),
    )
    .sort((a, b) => a.id - b.id)
  return { items, sortValue: (item: MetafieldOf) => item.id, reverse: args['reverse'] === true }
}

function resolveKey(world: World, key: string): string {
  const dot = key.lastIndexOf('.')
  return `${resolveNamespace(world, key.slice(0, dot))}.${key.slice(dot + 1)}`
}

export function compareDigest(field: WorldMetafield): string {
  return createHash('sha256').update(`${field.type}|${field.value}`).digest('hex')
}

/** A metafield is written by whoever may change what carries it. https://shopify.dev/docs/apps/build/custom-data/permissions */
function needOwnersScope(owner: string, call: Call, mutation: string): void {
  const scope = OWNERS_SCOPE[readGid(owner)?.type ?? '']
  if (scope !== undefined) needScope(call.scopes, scope, mutation)
}

/** All or nothing, as Shopify does: one wrong field and none is written. */
function set(inputs: Input[], call: Call): { metafields: MetafieldOf[] | null; userErrors: UserError[] } {
  const { world } = call.shop
  if (inputs.length > MAX_A_CALL) {
    const message = `Exceeded the maximum metafields input limit of ${MAX_A_CALL}.`
    return { metafields: [], userErrors: [error(['metafields'], message, 'LESS_THAN_OR_EQUAL_TO')] }
  }
  const userErrors: UserError[] = []
  const writes: { owner: string; path: string; type: string; value: string }[] = []
  for (const [at, input] of inputs.entries()) {
    needOwnersScope(input.ownerId, call, 'metafieldsSet')
    const namespace = resolveNamespace(world, input.namespace)
    const own = fieldsOf(world, input.ownerId)
    const path = `${namespace}.${input.key}`
    const known = own?.get(path)
    const type =
      input.type ??
      known?.type ??
      definitionFor(call.shop, readGid(input.ownerId)?.type ?? '', namespace, input.key)?.type
    const isThere = (product: number) => world.products.has(product)
    const problem = inputProblem(at, input, { namespace, ownerExists: own !== null, type, known, isThere })
    if (problem) userErrors.push(problem)
    else writes.push({ owner: input.ownerId, path, type: type!, value: input.value })
  }
  if (userErrors.length > 0) return { metafields: [], userErrors }
  const now = world.now()
  const changed = new Set<string>()
  const metafields = writes.map(({ owner, path, type, value }) => {
    const field = { type, value, updatedAt: now }
    const own = fieldsOf(world, owner)!
    const before = own.get(path)
    own.set(path, field)
    if (before?.value !== value || before.type !== type) changed.add(owner)
    return metafieldOf(owner, path, field)
  })
  for (const owner of changed) written(call, owner)
  return { metafields, userErrors: [] }
}

type Given = {
  namespace: string
  ownerExists: boolean
  type: string | undefined
  known: WorldMetafield | undefined
  isThere: (product: number) => boolean
}

function inputProblem(
  at: number,
  input: Input,
  { namespace, ownerExists, type, known, isThere }: Given,
): UserError | null {
  const field = (name: string) => ['metafields', String(at), name]
  if (!ownerExists) return error(field('ownerId'), 'Owner does not exist.', 'INVALID')
  if (RESERVED.has(namespace)) return error(field('namespace'), `Namespace ${namespace} is a reserved namespace`, null)
  if (namespace.length < 3)
    return error(field('namespace'), 'Namespace is too short (minimum is 3 characters)', 'TOO_SHORT')
  if (namespace.length > 255)
    return error(field('namespace'), 'Namespace is too long (maximum is 255 characters)', 'TOO_LONG')
  if (input.key.length < 2) return error(field('key'), 'Key is too short (minimum is 2 characters)', 'TOO_SHORT')
  if (input.key.length > 64) return error(field('key'), 'Key is too long (maximum is 64 characters)', 'TOO_LONG')
  if (type === undefined || type === '') return error(field('type'), "Type can't be blank", 'BLANK')
  if (!PLAYED_TYPES.has(type.replace(/^list\./, ''))) throw notPlayed(`metafields of the type ${type}`)
  if ('compareDigest' in input && (known ? compareDigest(known) : null) !== (input.compareDigest ?? null))
    return error(
      ['metafields', String(at)],
      'The resource has been updated since it was loaded. Try again with an updated `compareDigest` value.',
      'STALE_OBJECT',
    )
  const problem = valueProblem(type, input.value, isThere)
  if (!problem) return null
  return { ...error(field('value'), problem.message, 'INVALID_VALUE'), elementIndex: problem.elementIndex }
}

function error(field: string[], message: string, code: string | null): UserError {
  return { field, message, code, elementIndex: null }
}

function written(call: Call, owner: string): void {
  const at = readGid(owner)
  const { world, happen } = call.shop
  const customer = at?.type === 'Customer' ? world.customers.get(at.id) : undefined
  const product = at?.type === 'Product' ? world.products.get(at.id) : undefined
  if (customer) happen.metafieldsWritten(customer)
  else if (product) happen.changeProduct(product.id)
  else world.touch()
}

type Identifier = { ownerId: string; namespace: string; key: string }

function remove(identifiers: Identifier[], call: Call) {
  const { world } = call.shop
  const changed = new Set<string>()
  const deletedMetafields = identifiers.map(({ ownerId, namespace, key }) => {
    needOwnersScope(ownerId, call, 'metafieldsDelete')
    const resolved = resolveNamespace(world, namespace)
    const gone = fieldsOf(world, ownerId)?.delete(`${resolved}.${key}`) ?? false
    if (!gone) return null
    changed.add(ownerId)
    return { ownerId, namespace: resolved, key }
  })
  for (const owner of changed) written(call, owner)
  return { deletedMetafields, userErrors: [] }
}

/** What Liquid has as `app.metafields` for the app's own blocks: the app's own fields and nobody else's. */
export function appMetafields(world: World) {
  const owner = gid('AppInstallation', installationNumber(world))
  return [...(world.otherMetafields.get(owner) ?? [])].map(([path, field]) => {
    const { namespace, key } = metafieldOf(owner, path, field)
    return { namespace, key, field, type: field.type, value: jsonValue(field) }
  })
}

const customerGid = (customer: { id: number }) => gid('Customer', customer.id)
const installationGid = (installation: { id: number }) => gid('AppInstallation', installation.id)
const productGid = (product: { id: number }) => gid('Product', product.id)
const shopGid = (shop: { id: number }) => gid('Shop', shop.id)

export const metafieldFields: PlayedFields = {
  Mutation: {
    metafieldsSet: (_root, args, call) => set(args['metafields'] as Input[], call),
    metafieldsDelete: (_root, args, call) => remove(args['metafields'] as Identifier[], call),
  },
  Customer: { metafield: (owner: { id: number }, args, call) => readOne(customerGid(owner), args, call) },
  Product: { metafield: (owner: { id: number }, args, call) => readOne(productGid(owner), args, call) },
  Shop: { metafield: (owner: { id: number }, args, call) => readOne(shopGid(owner), args, call) },
  AppInstallation: { metafield: (owner: { id: number }, args, call) => readOne(installationGid(owner), args, call) },
  Metafield: {
    id: (of: MetafieldOf) => gid('Metafield', of.id),
    namespace: (of: MetafieldOf) => of.namespace,
    key: (of: MetafieldOf) => of.key,
    type: (of: MetafieldOf) => of.field.type,
    value: (of: MetafieldOf) => of.field.value,
    jsonValue: (of: MetafieldOf) => jsonValue(of.field),
    compareDigest: (of: MetafieldOf) => compareDigest(of.field),
    owner: (of: MetafieldOf, _args, call) => ownerOf(of, call),
    ownerType: (of: MetafieldOf) => readGid(of.owner)?.type.toUpperCase().replace('APPINSTALLATION', 'API_PERMISSION'),
    createdAt: (of: MetafieldOf) => dateTime(of.field.updatedAt),
    updatedAt: (of: MetafieldOf) => dateTime(of.field.updatedAt),
  },
}

function ownerOf({ owner }: MetafieldOf, call: Call) {
  const at = readGid(owner)
  if (at?.type === 'Product') return call.shop.world.products.get(at.id)
  if (at?.type !== 'Customer') throw notPlayed(`Metafield.owner of a ${at?.type}`)
  return call.shop.world.customers.get(at.id)
}

function jsonValue(field: WorldMetafield): unknown {
  return /^(single|multi)_line_text_field$|^(date|date_time|color|product_reference)$/.test(field.type)
    ? field.value
    : JSON.parse(field.value)
}

export const metafieldLists: PlayedLists = {
  Customer: { metafields: (owner: { id: number }, args, call) => readAll(customerGid(owner), args, call) },
  Product: { metafields: (owner: { id: number }, args, call) => readAll(productGid(owner), args, call) },
  Shop: { metafields: (owner: { id: number }, args, call) => readAll(shopGid(owner), args, call) },
  AppInstallation: { metafields: (owner: { id: number }, args, call) => readAll(installationGid(owner), args, call) },
}
