import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql'

/**
 * What recorded connections of nodes with nothing but scalars cost, less 2, by page size. Shopify publishes no formula:
 * between two recorded sizes we go straight and round up.
 */
const SIZES = [
  [0, 0],
  [1, 1],
  [2, 2],
  [3, 2],
  [5, 3],
  [10, 4],
  [20, 5],
  [50, 7],
  [100, 9],
  [200, 10],
  [250, 11],
] as const

/** Recorded as free inside their parent. */
const FREE = new Set(['MoneyBag', 'MoneyV2', 'PageInfo', 'MailingAddress'])
const COUNT_COST = 10
const MUTATION_COST = 10
/** Recorded: these mutations have a price of their own. */
const MUTATION_COSTS: Record<string, number> = { flowTriggerReceive: 1, customerSegmentMembersQueryCreate: 2 }

export type Fragments = Record<string, FragmentDefinitionNode>
export type Variables = Record<string, unknown>
type Costing = { schema: GraphQLSchema; fragments: Fragments; variables: Variables }

export function sizeCost(size: number): number {
  for (let at = 1; at < SIZES.length; at += 1) {
    const [high, highCost] = SIZES[at]!
    const [low, lowCost] = SIZES[at - 1]!
    if (size <= high) return Math.ceil(lowCost + ((size - low) / (high - low)) * (highCost - lowCost))
  }
  return Math.ceil(11 * (size / 250))
}

/** The points Shopify reserves before it runs an operation. */
export function requestedCost(costing: Costing, operation: OperationDefinitionNode): number {
  const root = costing.schema.getRootType(operation.operation)
  if (!root) return 0
  if (operation.operation === 'mutation') return mutationCost(costing, root, operation, null)
  return selectionCost(costing, root, operation.selectionSet, null)
}

/** Recorded: what a mutation answers is in its price, what hangs below that is not, and what it did not answer costs nothing. */
function mutationCost(
  costing: Costing,
  root: GraphQLObjectType,
  operation: OperationDefinitionNode,
  data: Record<string, unknown> | null,
): number {
  let mutations = 0
  for (const field of fieldsOf(costing, root, operation.selectionSet)) {
    mutations += MUTATION_COSTS[field.name.value] ?? MUTATION_COST
    const payload = fieldType(root, field.name.value)
    if (!payload || !field.selectionSet) continue
    const answer = data === null ? null : (asRecord(data[nameIn(field)]) ?? {})
    for (const part of fieldsOf(costing, payload, field.selectionSet)) {
      if (answer !== null && answer[nameIn(part)] == null) continue
      const type = fieldType(payload, part.name.value)
      if (type && part.selectionSet && !type.name.endsWith('Connection'))
        mutations += selectionCost(costing, type, part.selectionSet, null)
      else mutations += fieldCost(costing, payload, part, null)
    }
  }
  return mutations
}

function nameIn(field: FieldNode): string {
  return field.alias?.value ?? field.name.value
}

/** The points the answer really used: the same sum over what came back. */
export function actualCost(costing: Costing, operation: OperationDefinitionNode, data: unknown): number {
  const root = costing.schema.getRootType(operation.operation)
  if (!root || typeof data !== 'object' || data === null) return 0
  const answer = data as Record<string, unknown>
  if (operation.operation === 'mutation') return mutationCost(costing, root, operation, answer)
  return selectionCost(costing, root, operation.selectionSet, answer)
}

function selectionCost(
  costing: Costing,
  type: GraphQLCompositeType,
  selection: SelectionSetNode,
  data: Record<string, unknown> | null,
): number {
  if (isUnionType(type) || isInterfaceType(type)) return widest(costing, type, selection, data)
  let cost = 0
  for (const field of fieldsOf(costing, type, selection)) cost += fieldCost(costing, type, field, data)
  return cost
}

function widest(
  costing: Costing,
  type: GraphQLCompositeType,
  selection: SelectionSetNode,
  data: Record<string, unknown> | null,
): number {
  let most = isInterfaceType(type) ? sum(costing, type, selection, data) : 0
  for (const part of selection.selections) {
    if (part.kind === 'Field' || isLeftOut(costing, part)) continue
    const name = part.kind === 'InlineFragment' ? part.typeCondition?.name.value : part.name.value
    const fragment = part.kind === 'FragmentSpread' ? costing.fragments[part.name.value] : undefined
    const on = costing.schema.getType(fragment?.typeCondition.name.value ?? name ?? type.name)
    const inside = part.kind === 'InlineFragment' ? part.selectionSet : fragment?.selectionSet
    if (inside && isCompositeType(on)) most = Math.max(most, selectionCost(costing, on, inside, data))
  }
  return most
}

function sum(
  costing: Costing,
  type: GraphQLCompositeType,
  selection: SelectionSetNode,
  data: Record<string, unknown> | null,
): number {
  let cost = 0
  for (const part of selection.selections)
    if (part.kind === 'Field' && !isLeftOut(costing, part)) cost += fieldCost(costing, type, part, data)
  return cost
}

function fieldCost(
  costing: Costing,
  parent: GraphQLCompositeType,
  field: FieldNode,
  data: Record<string, unknown> | null,
): number {
  const type = fieldType(parent, field.name.value)
  if (!type || !field.selectionSet) return 0
  const value = data === null ? undefined : data[field.alias?.value ?? field.name.value]
  if (data !== null && (value === null || value === undefined)) return FREE.has(type.name) ? 0 : 1
  if (type.name === 'Count') return COUNT_COST
  if (type.name.endsWith('Connection') && isObjectType(type)) return connectionCost(costing, type, field, value)
  const own = FREE.has(type.name) ? 0 : 1
  if (Array.isArray(value)) {
    let all = 0
    for (const one of value) all += own + selectionCost(costing, type, field.selectionSet, asRecord(one))
    return all
  }
  // Recorded: nodes(ids) is priced as one node, however many ids it is given.
  return own + selectionCost(costing, type, field.selectionSet, asRecord(value))
}

function connectionCost(costing: Costing, type: GraphQLObjectType, field: FieldNode, value: unknown): number {
  let node = 0
  let returned: number | null = null
  const answer = asRecord(value)
  for (const part of fieldsOf(costing, type, field.selectionSet!)) {
    const partType = fieldType(type, part.name.value)
    if (!partType || !part.selectionSet) continue
    if (part.name.value === 'nodes') node = Math.max(node, selectionCost(costing, partType, part.selectionSet, null))
    if (part.name.value === 'edges')
      for (const edge of fieldsOf(costing, partType, part.selectionSet)) {
        const edgeType = edge.name.value === 'node' ? fieldType(partType, 'node') : null
        if (edgeType && edge.selectionSet)
          node = Math.max(node, selectionCost(costing, edgeType, edge.selectionSet, null))
      }
    const list = answer?.[part.alias?.value ?? part.name.value]
    if (Array.isArray(list)) returned = list.length
  }
  const asked = sizeOf(costing, field, 'first') || sizeOf(costing, field, 'last')
  return 2 + sizeCost(returned ?? asked) * (1 + node)
}

function sizeOf(costing: Costing, field: FieldNode, name: string): number {
  const value = field.arguments?.find((argument) => argument.name.value === name)?.value
  if (value?.kind === 'IntValue') return Number(value.value)
  if (value?.kind !== 'Variable') return 0
  const given = costing.variables[value.name.value]
  return Number(given ?? 0)
}

function* fieldsOf(costing: Costing, type: GraphQLCompositeType, selection: SelectionSetNode): Iterable<FieldNode> {
  for (const part of selection.selections) {
    if (isLeftOut(costing, part)) continue
    if (part.kind === 'Field') yield part
    else if (part.kind === 'InlineFragment') yield* fieldsOf(costing, type, part.selectionSet)
    else {
      const fragment = costing.fragments[part.name.value]
      if (fragment) yield* fieldsOf(costing, type, fragment.selectionSet)
    }
  }
}

/** What @include and @skip leave out costs nothing (unverified: no recording has either). */
function isLeftOut(costing: Costing, { directives = [] }: SelectionNode): boolean {
  return directives.some(({ name, arguments: given = [] }) => {
    const value = given.find((argument) => argument.name.value === 'if')?.value
    const says =
      value?.kind === 'Variable' ? costing.variables[value.name.value] : value?.kind === 'BooleanValue' && value.value
    return name.value === 'include' ? says === false : name.value === 'skip' && says === true
  })
}

function fieldType(parent: GraphQLCompositeType, name: string): GraphQLCompositeType | null {
  if (isUnionType(parent)) return null
  const found = parent.getFields()[name]
  const type = found ? getNamedType(found.type) : null
  return isCompositeType(type) ? type : null
}

function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
