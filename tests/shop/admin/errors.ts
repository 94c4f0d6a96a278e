import {
  type ASTNode,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  coerceInputValue,
  isInputType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
} from 'graphql'

export type ShopifyError = {
  message: string
  locations?: readonly { line: number; column: number }[]
  path?: readonly (string | number)[]
  extensions?: Record<string, unknown>
}

type Translation = { message: string; extensions: Record<string, unknown>; leaf?: string }
type Rule = { pattern: RegExp; to: (found: string[]) => Translation }

/** graphql-js words → Shopify's words and codes, as recorded. Clients must key on the code. */
const RULES: Rule[] = [
  {
    pattern: /^Cannot query field "(.+?)" on type "(.+?)"/,
    to: ([, field, type]) => ({
      message: `Field '${field}' doesn't exist on type '${type}'`,
      extensions: { code: 'undefinedField', typeName: type, fieldName: field },
    }),
  },
  {
    pattern: /^Unknown argument "(.+?)" on field "(?:.+\.)?(.+?)"/,
    to: ([, argument, field]) => ({
      message: `Field '${field}' doesn't accept argument '${argument}'`,
      extensions: { code: 'argumentNotAccepted', name: field, typeName: 'Field', argumentName: argument },
    }),
  },
  {
    pattern: /^Variable "\$(.+?)" is never used in operation "(.+?)"/,
    to: ([, variable, operation]) => ({
      message: `Variable $${variable} is declared by ${operation} but not used`,
      extensions: { code: 'variableNotUsed', variableName: variable },
    }),
  },
  {
    pattern: /^Variable "\$(.+?)" is not defined(?: by operation "(.+?)")?/,
    to: ([, variable, operation]) => ({
      message: `Variable $${variable} is used by ${operation ?? 'anonymous query'} but not declared`,
      extensions: { code: 'variableNotDefined', variableName: variable },
    }),
  },
  {
    pattern: /^Field "(.+?)" argument "(.+?)" of type "(.+?)" is required/,
    to: ([, field, argument]) => ({
      message: `Field '${field}' is missing required arguments: ${argument}`,
      extensions: { code: 'missingRequiredArguments', className: 'Field', name: field, arguments: argument },
    }),
  },
  {
    pattern: /^Field "(.+?)" of type "(.+?)" must have a selection of subfields/,
    to: ([, field, type]) => ({
      message: `Field must have selections (field '${field}' returns ${bare(type!)} but has no selections. Did you mean '${field} { ... }'?)`,
      extensions: { code: 'selectionMismatch', nodeName: `field '${field}'`, typeName: bare(type!) },
    }),
  },
  {
    pattern: /^Field "(.+?)" must not have a selection since type "(.+?)" has no subfields/,
    to: ([, field, type]) => ({
      message: `Selections can't be made on scalars (field '${field}' returns ${bare(type!)} but has selections)`,
      extensions: { code: 'selectionMismatch', nodeName: `field '${field}'`, typeName: bare(type!) },
    }),
  },
]

function bare(type: string): string {
  return type.replaceAll(/[[\]!]/g, '')
}

/** A failed validation in Shopify's shape. What no rule knows keeps graphql-js's words and says so in its code. */
export function validationError(document: DocumentNode, error: GraphQLError): ShopifyError {
  const path = error.nodes?.[0] ? pathTo(document, error.nodes[0]) : []
  for (const rule of RULES) {
    const found = rule.pattern.exec(error.message)
    if (!found) continue
    const { message, extensions } = rule.to(found)
    return { message, locations: error.locations, path, extensions }
  }
  return { message: error.message, locations: error.locations, path, extensions: { code: 'unverifiedValidation' } }
}

export function parseError(error: GraphQLError): ShopifyError {
  return { message: error.message, locations: error.locations, extensions: { code: 'PARSE_ERROR' } }
}

/** Names from the operation down to a node: ["query Orders", "orders", "edges"]. */
function pathTo(document: DocumentNode, wanted: ASTNode): string[] {
  const found: string[] = []
  const walk = (node: ASTNode, above: string[]): boolean => {
    const name = nameOf(node)
    const here = name === null ? above : [...above, name]
    if (node === wanted) {
      found.push(...here)
      return true
    }
    for (const child of childrenOf(node)) if (walk(child, here)) return true
    return false
  }
  walk(document, [])
  return found
}

function nameOf(node: ASTNode): string | null {
  if (node.kind === 'OperationDefinition') return `${node.operation}${node.name ? ` ${node.name.value}` : ''}`
  if (node.kind === 'FragmentDefinition') return `fragment ${node.name.value}`
  if (node.kind === 'InlineFragment') return `... on ${node.typeCondition?.name.value ?? ''}`
  if (node.kind === 'Field') return node.alias?.value ?? node.name.value
  return node.kind === 'Argument' || node.kind === 'ObjectField' ? node.name.value : null
}

function* childrenOf(node: ASTNode): Iterable<ASTNode> {
  for (const [key, value] of Object.entries(node)) {
    if (key === 'loc' || key === 'name' || key === 'alias') continue
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof child === 'object' && child !== null && 'kind' in child) yield child as ASTNode
  }
}

type Problem = { path: (string | number)[]; explanation: string }

/** Coerces the variables, or answers INVALID_VARIABLE as Shopify does. */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: Record<string, unknown>,
): { values: Record<string, unknown>; errors: ShopifyError[] } {
  const values: Record<string, unknown> = {}
  const errors: ShopifyError[] = []
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value
    const type = typeFromAST(schema, definition.type)
    if (!isInputType(type)) continue
    const problems: Problem[] = []
    if (!(name in given) && definition.defaultValue) {
      values[name] = valueFromAST(definition.defaultValue, type)
      continue
    }
    if (!(name in given) && !isNonNullType(type)) continue
    const value = given[name] ?? null
    values[name] = coerceInputValue(value, type, (path, _value, error) =>
      problems.push({ path: [...path], explanation: explanation(error.message) }),
    )
    if (problems.length === 0) continue
    const details = problems
      .filter(({ path }) => path.length > 0)
      .map(({ path, explanation: why }) => `${path.join('.')} (${why})`)
    errors.push({
      message: `Variable $${name} of type ${String(type)} was provided invalid value${details.length > 0 ? ` for ${details.join(', ')}` : ''}`,
      locations: definition.loc
        ? [{ line: definition.loc.startToken.line, column: definition.loc.startToken.column }]
        : [],
      extensions: { code: 'INVALID_VARIABLE', value, problems },
    })
  }
  return { values, errors }
}

function explanation(message: string): string {
  return /non-nullable|not to be null/.test(message) ? 'Expected value to not be null' : message
}

export const DOCS_LIMITS = 'https://shopify.dev/api/usage/rate-limits'

export function throttledError(): ShopifyError {
  return { message: 'Throttled', extensions: { code: 'THROTTLED', documentation: DOCS_LIMITS } }
}

/** Wording from memory of Shopify's answer, not from a recording. */
export function tooExpensive(cost: number, maxCost: number): ShopifyError {
  return {
    message: `Query cost is ${cost}, which exceeds the single query max cost limit (${maxCost}).`,
    extensions: { code: 'MAX_COST_EXCEEDED', cost, maxCost, documentation: DOCS_LIMITS },
  }
}
