import { PLAYED_TYPES } from './metafield-values.ts'
import { gid, readGid } from './money.ts'
import { resolveNamespace } from './namespaces.ts'
import type { Args, Call, List, PlayedFields, PlayedLists, PlayedShop } from './played.ts'
import { notPlayed } from './search.ts'

export type Definition = {
  kind: 'MetafieldDefinition'
  id: number
  name: string
  description: string | null
  namespace: string
  key: string
  type: string
  ownerType: string
  access: { admin: string | null; storefront: string | null; customerAccount: string }
}

type Input = {
  name: string
  description?: string
  namespace?: string
  key: string
  type: string
  ownerType: string
  access?: { admin?: string; storefront?: string; customerAccount?: string }
}

const OWNER_TYPES: Record<string, string> = { Customer: 'CUSTOMER', Product: 'PRODUCT', Shop: 'SHOP' }

/** The definition that gives a metafield its type, if one was made. */
export function definitionFor(shop: PlayedShop, owner: string, namespace: string, key: string): Definition | undefined {
  return shop.definitions.find(
    (one) => one.ownerType === OWNER_TYPES[owner] && one.namespace === namespace && one.key === key,
  )
}

function ownerOf(ownerType: string): string | undefined {
  return Object.keys(OWNER_TYPES).find((owner) => OWNER_TYPES[owner] === ownerType)
}

function create(input: Input, call: Call) {
  const { shop } = call
  const namespace = resolveNamespace(shop.world, input.namespace)
  const ours = namespace.startsWith(`app--${shop.world.appId}`)
  const fail = (field: string, message: string, code: string) => ({
    createdDefinition: null,
    userErrors: [{ field: ['definition', field], message, code }],
  })
  const owner = ownerOf(input.ownerType)
  if (owner === undefined) throw notPlayed(`definitions for ${input.ownerType}`)
  if (!PLAYED_TYPES.has(input.type.replace(/^list\./, ''))) throw notPlayed(`metafields of the type ${input.type}`)
  if (namespace.length < 3) return fail('namespace', 'Namespace is too short (minimum is 3 characters)', 'TOO_SHORT')
  if (input.key.length < 2) return fail('key', 'Key is too short (minimum is 2 characters)', 'TOO_SHORT')
  if (input.key.length > 64) return fail('key', 'Key is too long (maximum is 64 characters)', 'TOO_LONG')
  if (!/^[\w-]+$/.test(namespace))
    return fail('namespace', 'Namespace contains one or more invalid characters.', 'INVALID_CHARACTER')
  if (!/^[\w-]+$/.test(input.key))
    return fail('key', 'Key contains one or more invalid characters.', 'INVALID_CHARACTER')
  if (input.name.length > 255) return fail('name', 'Name is too long (maximum is 255 characters)', 'TOO_LONG')
  if (input.access?.admin && !ours)
    return fail('access', 'Setting access controls on a definition under this namespace is not permitted.', 'INVALID')
  if (definitionFor(shop, owner, namespace, input.key))
    return fail('key', `Key is in use for ${owner} metafields on the '${namespace}' namespace.`, 'TAKEN')
  const definition: Definition = {
    kind: 'MetafieldDefinition',
    id: shop.world.nextId(),
    name: input.name,
    description: input.description ?? null,
    namespace,
    key: input.key,
    type: input.type,
    ownerType: input.ownerType,
    access: {
      admin: input.access?.admin ?? (ours ? 'PUBLIC_READ' : 'PUBLIC_READ_WRITE'),
      storefront: input.access?.storefront ?? 'NONE',
      customerAccount: input.access?.customerAccount ?? 'NONE',
    },
  }
  shop.definitions.push(definition)
  return { createdDefinition: definition, userErrors: [] }
}

/** By its id, or by owner, namespace and key. */
function named(args: Args, { shop }: Call): Definition | undefined {
  const id = args['id'] == null ? null : readGid(args['id'])?.id
  const by = args['identifier'] as { ownerType: string; namespace?: string | null; key: string } | null | undefined
  const namespace = by ? resolveNamespace(shop.world, by.namespace) : ''
  return shop.definitions.find((one) =>
    by ? one.ownerType === by.ownerType && one.namespace === namespace && one.key === by.key : one.id === id,
  )
}

/** Unverified wording of both refusals. */
function remove(args: Args, call: Call) {
  const { shop } = call
  const found = named(args, call)
  if (!found) {
    const userErrors = [
      {
        field: [args['identifier'] == null ? 'id' : 'identifier'],
        message: 'Definition not found.',
        code: 'NOT_FOUND',
      },
    ]
    return { deletedDefinitionId: null, deletedDefinition: null, userErrors }
  }
  const path = `${found.namespace}.${found.key}`
  const ours = found.namespace.startsWith(`app--${shop.world.appId}`)
  const owners = ownersOf(found, call).filter(({ metafields }) => metafields.has(path))
  if (args['deleteAllAssociatedMetafields'] === true)
    for (const { metafields, changed } of owners) {
      metafields.delete(path)
      changed()
    }
  else if (ours && owners.length > 0) {
    const message = 'Deleting a definition in a reserved namespace must have deleteAllAssociatedMetafields set to true.'
    const userErrors = [{ field: ['id'], message, code: 'RESERVED_NAMESPACE_ORPHANED_METAFIELDS' }]
    return { deletedDefinitionId: null, deletedDefinition: null, userErrors }
  }
  shop.definitions.splice(shop.definitions.indexOf(found), 1)
  const { ownerType, key } = found
  return {
    deletedDefinitionId: gid('MetafieldDefinition', found.id),
    deletedDefinition: { ownerType, namespace: found.namespace, key },
    userErrors: [],
  }
}

/** Whoever may carry a metafield of this definition. */
function ownersOf(definition: Definition, { shop }: Call): { metafields: Map<string, unknown>; changed(): void }[] {
  if (definition.ownerType === 'CUSTOMER')
    return [...shop.world.customers.values()].map((customer) => ({
      metafields: customer.metafields,
      changed: () => shop.happen.metafieldsWritten(customer),
    }))
  const type = ownerOf(definition.ownerType)
  return [...shop.world.otherMetafields].flatMap(([owner, metafields]) => {
    const at = readGid(owner)
    if (at === null || at.type !== type) return []
    const changed = () => (type === 'Product' ? void shop.happen.changeProduct(at.id) : shop.world.touch())
    return [{ metafields, changed }]
  })
}

function list(args: Args, call: Call): List {
  const { shop } = call
  const namespace = args['namespace'] == null ? null : resolveNamespace(shop.world, String(args['namespace']))
  if (args['query'] != null) throw notPlayed('the query of metafieldDefinitions')
  const items = shop.definitions
    .filter((one) => one.ownerType === args['ownerType'])
    .filter((one) => namespace === null || one.namespace === namespace)
    .filter((one) => args['key'] == null || one.key === args['key'])
  return { items, sortValue: (one: Definition) => one.id, reverse: args['reverse'] === true }
}

export const definitionFields: PlayedFields = {
  QueryRoot: { metafieldDefinition: (_root, args, call) => named(args, call) ?? null },
  Mutation: {
    metafieldDefinitionCreate: (_root, args, call) => create(args['definition'] as Input, call),
    metafieldDefinitionDelete: (_root, args, call) => remove(args, call),
  },
  MetafieldDefinition: {
    id: (one: Definition) => gid('MetafieldDefinition', one.id),
    name: (one: Definition) => one.name,
    description: (one: Definition) => one.description,
    namespace: (one: Definition) => one.namespace,
    key: (one: Definition) => one.key,
    ownerType: (one: Definition) => one.ownerType,
    type: (one: Definition) => ({ name: one.type }),
    access: (one: Definition) => one.access,
  },
  MetafieldDefinitionType: { name: (type: { name: string }) => type.name },
}

export const definitionLists: PlayedLists = {
  QueryRoot: { metafieldDefinitions: (_root: unknown, args, call) => list(args, call) },
}
