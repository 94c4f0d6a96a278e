import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type SelectionSetNode,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isObjectType,
} from 'graphql'
import { guard, valueOf } from '../admin-api.ts'
import { flat, fragmentsOf, operationOf } from './bulk-validators.ts'
import type { Fragments } from './cost.ts'
import type { Args, Call, List } from './played.ts'
import { LISTS, typenameOf } from './registry.ts'
import { notPlayed } from './search.ts'

type Build = (source: unknown) => unknown
type Shape = { fields: { key: string; value: Build }[]; children: Connection[] }
type Connection = { list: (source: unknown) => List; node: (source: unknown) => Shape }

export type BulkPlan = { root: string; list: () => List; node: (source: unknown) => Shape }
export type Line = { text: string; isRoot: boolean }

const ROOTS_AT_ONCE = 100

/**
 * Turns a bulk query into functions over the world, once, so that a million lines need no GraphQL executor.
 * The values come from the same resolvers as every other answer; access is checked here, field by field.
 */
export function planBulk(call: Call, query: string): BulkPlan {
  const { parse, schema } = { parse: call.shop.bulk.parse, schema: call.shop.admin.schema }
  const document: DocumentNode = parse(query)
  const operation = operationOf(document)!
  const fragments = fragmentsOf(document)
  const root = schema.getQueryType()!
  const fields = flat(operation.selectionSet, fragments)
  const [field] = fields
  if (!field || fields.length > 1) throw notPlayed('a bulk query with more than one root field')
  const connection = connectionOf(call, root, field, fragments)
  return { root: field.name.value, list: () => connection.list({}), node: connection.node }
}

function connectionOf(call: Call, parent: GraphQLObjectType, field: FieldNode, fragments: Fragments): Connection {
  const name = field.name.value
  const definition = parent.getFields()[name]!
  const answer = getNamedType(definition.type)
  guard(call, parent, name, answer.name)
  const list = LISTS[parent.name]?.[name]
  if (!list || !isObjectType(answer)) throw notPlayed(`${parent.name}.${name} in a bulk query`)
  const args = getArgumentValues(definition, field) as Args
  const nodeType = getNamedType(answer.getFields()['nodes']!.type)
  const sets = flat(field.selectionSet!, fragments)
    .filter((part) => part.name.value === 'edges' && part.selectionSet)
    .flatMap((part) => flat(part.selectionSet!, fragments))
    .filter((part) => part.name.value === 'node' && part.selectionSet)
    .map((part) => part.selectionSet!)
  return { list: (source) => list(source as never, args, call), node: shapes(call, nodeType.name, sets, fragments) }
}

/** The shape for a source; an interface or a union has one for each type that turns up. */
function shapes(
  call: Call,
  typeName: string,
  sets: SelectionSetNode[],
  fragments: Fragments,
): (source: unknown) => Shape {
  const type = call.shop.admin.schema.getType(typeName)
  if (isObjectType(type)) {
    const shape = shapeOf(call, type, sets, fragments)
    return () => shape
  }
  const known = new Map<string, Shape>()
  return (source) => {
    const name = typenameOf(source)
    let shape = known.get(name)
    if (!shape) {
      const concrete = call.shop.admin.schema.getType(name)
      if (!isObjectType(concrete)) throw notPlayed(name)
      known.set(name, (shape = shapeOf(call, concrete, sets, fragments)))
    }
    return shape
  }
}

function shapeOf(call: Call, type: GraphQLObjectType, sets: SelectionSetNode[], fragments: Fragments): Shape {
  const shape: Shape = { fields: [], children: [] }
  const byKey = new Map<string, FieldNode[]>()
  for (const field of sets.flatMap((set) => fieldsFor(call, type, set, fragments))) {
    const key = field.alias?.value ?? field.name.value
    byKey.set(key, [...(byKey.get(key) ?? []), field])
  }
  for (const [key, same] of byKey) {
    const field = same[0]!
    const name = field.name.value
    if (name === '__typename') {
      shape.fields.push({ key, value: () => type.name })
      continue
    }
    const answer = getNamedType(type.getFields()[name]!.type)
    if (answer.name.endsWith('Connection')) shape.children.push(connectionOf(call, type, field, fragments))
    else shape.fields.push({ key, value: valueBuilder(call, type, same, answer.name, fragments) })
  }
  return shape
}

function valueBuilder(
  call: Call,
  parent: GraphQLObjectType,
  same: FieldNode[],
  answer: string,
  fragments: Fragments,
): Build {
  const field = same[0]!
  const name = field.name.value
  guard(call, parent, name, answer)
  const args = getArgumentValues(parent.getFields()[name]!, field) as Args
  const sets = same.flatMap((one) => (one.selectionSet ? [one.selectionSet] : []))
  if (sets.length === 0) return (source) => valueOf(call, parent, name, source, args)
  const shape = shapes(call, answer, sets, fragments)
  const object = (value: unknown): unknown => {
    if (value === null || value === undefined) return null
    if (Array.isArray(value)) return value.map(object)
    const found = shape(value)
    if (found.children.length > 0) throw notPlayed(`a connection inside ${parent.name}.${name} in a bulk query`)
    return build(found, value)
  }
  return (source) => object(valueOf(call, parent, name, source, args))
}

function fieldsFor(call: Call, type: GraphQLObjectType, set: SelectionSetNode, fragments: Fragments): FieldNode[] {
  const { schema } = call.shop.admin
  return set.selections.flatMap((part) => {
    if (part.kind === 'Field') return [part]
    const fragment = part.kind === 'InlineFragment' ? part : fragments[part.name.value]
    if (!fragment) return []
    const on = fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value) : type
    const applies = on === type || (isAbstractType(on) && schema.isSubType(on, type))
    return applies ? fieldsFor(call, type, fragment.selectionSet, fragments) : []
  })
}

function build(shape: Shape, source: unknown): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const { key, value } of shape.fields) object[key] = value(source) ?? null
  return object
}

/** Shopify's JSON escapes slashes, as recorded. */
function lineText(object: Record<string, unknown>): string {
  return `${JSON.stringify(object).replaceAll('/', '\\/')}\n`
}

type Pending = { source: unknown; node: (source: unknown) => Shape; parent: string | null }

/** The lines, in steps of some roots. Grouped: children right after their parent; else after all roots of the step. */
export function* bulkLines(plan: BulkPlan, grouped: boolean): Iterable<Line[]> {
  const { items, reverse } = plan.list()
  const ordered = reverse === true ? items.toReversed() : items
  const step = grouped ? 1 : ROOTS_AT_ONCE
  for (let at = 0; at < ordered.length; at += step) {
    const lines: Line[] = []
    let level: Pending[] = ordered.slice(at, at + step).map((source) => ({ source, node: plan.node, parent: null }))
    while (level.length > 0) {
      const next: Pending[] = []
      for (const pending of level) {
        const shape = pending.node(pending.source)
        const object = build(shape, pending.source)
        const id = object['id'] as string
        if (pending.parent !== null) object['__parentId'] = pending.parent
        lines.push({ text: lineText(object), isRoot: pending.parent === null })
        for (const child of shape.children) {
          const list = child.list(pending.source)
          const own = list.reverse === true ? list.items.toReversed() : list.items
          for (const source of own) next.push({ source, node: child.node, parent: id })
        }
      }
      level = next
    }
    yield lines
  }
}
