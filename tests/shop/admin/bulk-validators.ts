import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  GraphQLError,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isUnionType,
  parse,
  validate,
} from 'graphql'
import type { Fragments } from './cost.ts'

export type BulkUserError = { field: string[] | null; message: string; code: string | null }

const MAX_QUERY_BYTES = 65_535
const MAX_CONNECTIONS = 5
const MAX_DEPTH = 2

type Seen = {
  connections: number
  depth: number
  nodesInstead: string[]
  withoutId: string[]
  inList: boolean
}

function queryError(message: string): BulkUserError {
  return { field: ['query'], message, code: 'INVALID' }
}

/** Shopify's checks on a bulk query, with the texts as recorded. */
export function queryProblems(schema: GraphQLSchema, query: string): BulkUserError[] {
  if (Buffer.byteLength(query) > MAX_QUERY_BYTES)
    return [queryError(`Query is too large (${Buffer.byteLength(query)} bytes; maximum is ${MAX_QUERY_BYTES} bytes)`)]
  const document = parsed(query)
  // Unverified texts for the next two: the recordings show them only for mutations.
  if (document instanceof GraphQLError) return [queryError(`Invalid bulk query: ${document.message}`)]
  const operation = operationOf(document)
  if (!operation || operation.operation !== 'query')
    return [queryError('Invalid operation type. Only `query` operations are supported.')]
  const invalid = validate(schema, document)
  if (invalid.length > 0) return [queryError(`Invalid bulk query: ${invalid[0]!.message}`)]
  const errors: BulkUserError[] = []
  for (const root of operation.selectionSet.selections)
    if (root.kind === 'Field' && (root.name.value === 'node' || root.name.value === 'nodes'))
      errors.push(queryError(`Bulk queries cannot contain a top level \`${root.name.value}\` field.`))
  const seen = look(schema, document, operation)
  if (seen.connections === 0) errors.push(queryError('Bulk queries must contain at least one connection.'))
  const [first] = seen.nodesInstead
  if (first !== undefined)
    errors.push(
      queryError(
        `All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: '${first} { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: '${seen.nodesInstead.join("', '")}'.`,
      ),
    )
  if (seen.depth > MAX_DEPTH)
    errors.push(queryError(`Bulk queries cannot contain connections with a nesting depth greater than ${MAX_DEPTH}.`))
  if (seen.connections > MAX_CONNECTIONS)
    errors.push(queryError(`Bulk queries cannot contain more than ${MAX_CONNECTIONS} connections.`))
  if (seen.withoutId.length > 0)
    errors.push(
      queryError(
        `The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': ${seen.withoutId.join(', ')}.`,
      ),
    )
  if (seen.inList)
    errors.push(queryError('Queries that contain a connection field within a list field are not currently supported.'))
  return errors
}

/** Mutations that Shopify runs in bulk, among those that this shop plays. */
const BULK_MUTATIONS = new Set(['metafieldsSet', 'metafieldsDelete', 'tagsAdd', 'tagsRemove'])

/** Shopify's checks on a bulk mutation's text, in the recorded order. */
export function mutationProblems(schema: GraphQLSchema, mutation: string): BulkUserError[] {
  const document = parsed(mutation)
  if (document instanceof GraphQLError) {
    const where = ` at [${problemAt(mutation, document).join(', ')}]`
    return [
      {
        field: null,
        message: `Failed to parse the mutation - syntax error, ${wordsOf(document.message)}${where}`,
        code: 'INVALID_MUTATION',
      },
    ]
  }
  const operation = operationOf(document)
  if (!operation || operation.operation !== 'mutation')
    return [
      {
        field: null,
        message: 'Invalid operation type. Only `mutation` operations are supported.',
        code: 'INVALID_MUTATION',
      },
    ]
  const plain = (message: string): BulkUserError[] => [{ field: ['mutation'], message, code: null }]
  const roots = operation.selectionSet.selections
  if (roots.length !== 1) return plain('You must specify a single top level mutation.')
  const root = roots[0]!
  if (root.kind !== 'Field' || root.name.value.startsWith('bulkOperation'))
    return plain('You must use an allowed mutation name.')
  if (look(schema, document, operation).connections > 1)
    return plain('Bulk mutations cannot contain more than 1 connection.')
  return []
}

export function isPlayedBulkMutation(name: string): boolean {
  return BULK_MUTATIONS.has(name)
}

/** Shopify points at the last word it read when the text ends too early. */
function problemAt(text: string, error: GraphQLError): [number, number] {
  if (!error.message.includes('<EOF>')) return [error.locations?.[0]?.line ?? 1, error.locations?.[0]?.column ?? 1]
  const before = text.slice(0, /(?:\w+|\S)\s*$/.exec(text)?.index ?? 0).split('\n')
  return [before.length, before.at(-1)!.length + 1]
}

function wordsOf(message: string): string {
  return message.includes('<EOF>') ? 'unexpected end of file' : message.replace(/^Syntax Error: /, '')
}

function parsed(text: string): DocumentNode | GraphQLError {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}

export function operationOf(document: DocumentNode): OperationDefinitionNode | undefined {
  return document.definitions.find((one) => one.kind === 'OperationDefinition')
}

export function fragmentsOf(document: DocumentNode): Fragments {
  const fragments: Fragments = {}
  for (const one of document.definitions) if (one.kind === 'FragmentDefinition') fragments[one.name.value] = one
  return fragments
}

function look(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Seen {
  const fragments = fragmentsOf(document)
  const seen: Seen = { connections: 0, depth: 0, nodesInstead: [], withoutId: [], inList: false }
  const walk = (type: GraphQLCompositeType, set: SelectionSetNode, depth: number, inList: boolean, owner: Owner) => {
    for (const part of set.selections) {
      if (part.kind !== 'Field') {
        const fragment = part.kind === 'FragmentSpread' ? fragments[part.name.value] : part
        const on = fragment?.typeCondition ? schema.getType(fragment.typeCondition.name.value) : type
        if (fragment && isCompositeType(on)) walk(on, fragment.selectionSet, depth, inList, owner)
        continue
      }
      visit(type, part, depth, inList, owner)
    }
  }
  const visit = (type: GraphQLCompositeType, field: FieldNode, depth: number, inList: boolean, owner: Owner) => {
    const definition = isUnionType(type) ? undefined : type.getFields()[field.name.value]
    const answer = definition ? getNamedType(definition.type) : null
    if (!definition || !field.selectionSet || !isCompositeType(answer)) return
    if (!answer.name.endsWith('Connection')) {
      const within = type.name.endsWith('Connection') || type.name.endsWith('Edge')
      const list = !within && isListType(getNullableType(definition.type))
      walk(answer, field.selectionSet, depth, inList || list, owner)
      return
    }
    seen.connections += 1
    seen.depth = Math.max(seen.depth, depth)
    if (inList) seen.inList = true
    if (owner && !owner.hasId && !seen.withoutId.includes(owner.name)) seen.withoutId.push(owner.name)
    const parts = field.selectionSet.selections.filter((part) => part.kind === 'Field').map((part) => part.name.value)
    if (parts.includes('nodes')) seen.nodesInstead.push(field.name.value)
    const hasId = nodeFields(field.selectionSet, fragments).some((one) => one.name.value === 'id' && !one.alias)
    walk(answer, field.selectionSet, depth + 1, false, { name: field.name.value, hasId })
  }
  const root = schema.getRootType(operation.operation)
  if (root) walk(root, operation.selectionSet, 0, false, null)
  return seen
}

type Owner = { name: string; hasId: boolean } | null

function nodeFields(connection: SelectionSetNode, fragments: Fragments): FieldNode[] {
  const inside = (set: SelectionSetNode, name: string): SelectionSetNode[] =>
    flat(set, fragments)
      .filter((field) => field.name.value === name && field.selectionSet)
      .map((field) => field.selectionSet!)
  const nodes = [...inside(connection, 'nodes'), ...inside(connection, 'edges').flatMap((edge) => inside(edge, 'node'))]
  return nodes.flatMap((node) => flat(node, fragments))
}

/** The fields of a selection with its fragments laid open. */
export function flat(set: SelectionSetNode, fragments: Fragments): FieldNode[] {
  return set.selections.flatMap((part) => {
    if (part.kind === 'Field') return [part]
    const inner = part.kind === 'InlineFragment' ? part.selectionSet : fragments[part.name.value]?.selectionSet
    return inner ? flat(inner, fragments) : []
  })
}
