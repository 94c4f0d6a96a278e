import {
  buildClientSchema,
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
  isInterfaceType,
  Kind,
  parse,
  specifiedRules,
  NoUnusedFragmentsRule,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLOutputType,
  type IntrospectionQuery,
} from 'graphql'
import { describe, expect, test } from 'vitest'

import { adminIntrospection } from '#tests/support/admin-schema.mjs'
import { LEVEL_2, SCOPES } from '#app/outside/scopes.ts'
import { filesBelow, read } from './source.ts'

type Marked = { name: string; isProtected?: boolean; protectedContent?: string | null; requiredAccess?: string | null }

const introspection = (await adminIntrospection()) as IntrospectionQuery
const schema = buildClientSchema(introspection)
// graphql-js ignores Shopify's own marks on types and fields.
const markedTypes = introspection.__schema.types as unknown as (Marked & { fields?: Marked[] | null })[]
const files = filesBelow('app/flow', '.graphql')
const document: DocumentNode = {
  kind: Kind.DOCUMENT,
  definitions: files.flatMap((file) => parse(read(file)).definitions),
}
const level2 = new Set(
  markedTypes.flatMap((type) =>
    (type.fields ?? []).filter((field) => field.isProtected).map((field) => `${type.name}.${field.name}`),
  ),
)
// `read_x` or `write_x` as Shopify's own marks name them, by type and by Type.field.
const access = new Map<string, string[]>()
for (const type of markedTypes) {
  const note = (key: string, text: string | null | undefined) => {
    const scopes = text?.match(/\b(?:read|write)_[a-z_]+/g)
    if (scopes) access.set(key, scopes)
  }
  note(type.name, type.requiredAccess)
  for (const field of type.fields ?? []) note(`${type.name}.${field.name}`, field.requiredAccess)
}

/** Every selected field as Type.field, with its type and whether a list holds it. */
function selections(of: DocumentNode): { key: string; type: GraphQLOutputType; isInList: boolean }[] {
  const info = new TypeInfo(schema)
  const found: { key: string; type: GraphQLOutputType; isInList: boolean }[] = []
  let listsAbove = 0
  visit(
    of,
    visitWithTypeInfo(info, {
      Field: {
        enter() {
          const parent = info.getParentType()
          const type = info.getType()
          if (!parent || !type) return
          found.push({ key: `${parent.name}.${info.getFieldDef()?.name}`, type, isInList: listsAbove > 0 })
          if (isPlainList(parent.name, type)) listsAbove++
        },
        leave() {
          const parent = info.getParentType()
          const type = info.getType()
          if (parent && type && isPlainList(parent.name, type)) listsAbove--
        },
      },
    }),
  )
  return found
}

// A list that is not a connection's own `edges` or `nodes`.
function isPlainList(parent: string, type: GraphQLOutputType): boolean {
  const inner = isNonNullType(type) ? type.ofType : type
  return isListType(inner) && !parent.endsWith('Connection')
}

/** The documents, or one of them, with every fragment written out where it is spread. */
function unfolded(only?: string): DocumentNode {
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  )
  const unfold = (of: DocumentNode): DocumentNode =>
    visit(of, {
      FragmentSpread: {
        leave(spread) {
          const fragment = fragments.get(spread.name.value)!
          const inner = unfold({ kind: Kind.DOCUMENT, definitions: [fragment] }).definitions[0] as typeof fragment
          return { kind: Kind.INLINE_FRAGMENT, typeCondition: fragment.typeCondition, selectionSet: inner.selectionSet }
        },
      },
    }) as DocumentNode
  const operations = operationsOf().filter((one) => only === undefined || one.name?.value === only)
  return unfold({ kind: Kind.DOCUMENT, definitions: operations })
}

function operationsOf() {
  return document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)
}

/** What Shopify protects by itself, by Type.field: email, phone, address or name. */
const partOf = new Map<string, string | null>(
  markedTypes.flatMap((type) =>
    (type.fields ?? []).map((field): [string, string | null] => [
      `${type.name}.${field.name}`,
      field.protectedContent ?? null,
    ]),
  ),
)

describe('the GraphQL documents', () => {
  const fields = selections(unfolded())

  test('are valid on Shopify’s schema', () => {
    const rules = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule)
    expect(validate(schema, document, rules).map(String)).toEqual([])
    expect(fields.length).toBeGreaterThan(50)
  })

  test('select no protected customer data of level 2, but for those listed with the feature that needs it', () => {
    expect(level2.size).toBeGreaterThan(50)
    const selected = new Map<string, Set<string>>()
    for (const name of operationsOf().map((one) => one.name!.value)) {
      const parts = selections(unfolded(name)).flatMap(({ key }) => (level2.has(key) ? [partOf.get(key) ?? key] : []))
      if (parts.length > 0) selected.set(name, new Set(parts))
    }
    const listed = Object.entries(LEVEL_2).map(([name, { parts }]) => [name, [...parts].sort()] as const)
    expect([...selected].map(([name, parts]) => [name, [...parts].sort()] as const).sort()).toEqual(listed.sort())
  })

  test('select no deprecated field', () => {
    const deprecated = fields.filter(({ key }) => {
      const [parent, name] = key.split('.') as [string, string]
      const type = schema.getType(parent)
      return (isObjectType(type) || isInterfaceType(type)) && type.getFields()[name]?.deprecationReason
    })
    expect(deprecated.map(({ key }) => key)).toEqual([])
  })

  test('ask for no connection inside a list, which bulk operations refuse', () => {
    const inLists = fields.filter(({ type, isInList }) => isInList && getNamedType(type).name.endsWith('Connection'))
    expect(inLists.map(({ key }) => key)).toEqual([])
  })

  test('need no scope beyond the table, as far as Shopify’s marks tell', () => {
    // Whoever may write a thing may read it.
    const asked = new Set(Object.keys(SCOPES).flatMap((scope) => [scope, scope.replace('write_', 'read_')]))
    const beyond = fields
      .flatMap(({ key, type }) => [key, getNamedType(type).name])
      .filter((key) => access.has(key) && !access.get(key)!.some((scope) => asked.has(scope)))
    expect([...new Set(beyond)]).toEqual([])
  })
})
