import { GraphQLError, getNamedType, isObjectType, type GraphQLField, type GraphQLObjectType } from 'graphql'
import type { AdminSchema } from '../schema.ts'

const DOCUMENTATION = 'https://shopify.dev/api/usage/access-scopes'
const cache = new Map<string, string | null>()

/** Does a token with these scopes satisfy Shopify's text? A text without scope names is not ours to judge. */
export function satisfies(text: string, scopes: ReadonlySet<string>): boolean {
  const condition = text.split('Also:')[0]!
  const named = [...condition.matchAll(/`((?:read|write)_\w+)`/g)].map((match) => match[1]!)
  if (named.length === 0) return true
  const has = (scope: string) => scopes.has(scope) || scopes.has(scope.replace(/^read_/, 'write_'))
  return condition.includes('as well as') ? named.every(has) : named.some(has)
}

/** What Shopify requires for a field: its own text, or the text of what it answers. */
export function requiredAccess(
  admin: AdminSchema,
  parent: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
): string | null {
  const key = `${parent.name}.${field.name}`
  const known = cache.get(key)
  if (known !== undefined) return known
  const text = admin.marksOfField(parent.name, field.name).requiredAccess ?? ofAnswer(admin, field)
  cache.set(key, text)
  return text
}

function ofAnswer(admin: AdminSchema, field: GraphQLField<unknown, unknown>): string | null {
  const answer = getNamedType(field.type)
  const own = admin.marksOfType(answer.name).requiredAccess
  if (own !== null || !isObjectType(answer) || !answer.name.endsWith('Connection')) return own
  const nodes = answer.getFields()['nodes']
  return nodes ? admin.marksOfType(getNamedType(nodes.type).name).requiredAccess : null
}

export function accessDenied(field: string, required: string): GraphQLError {
  return new GraphQLError(`Access denied for ${field} field. Required access: ${required.trim()}`, {
    extensions: { code: 'ACCESS_DENIED', documentation: DOCUMENTATION, requiredAccess: required.trim() },
  })
}

/** Unverified wording: no recording shows it. The code and the null beside it are documented. */
export function notApproved(field: string): GraphQLError {
  const documentation = 'https://shopify.dev/docs/apps/launch/protected-customer-data'
  return new GraphQLError(
    `This app is not approved to use the ${field} field. See ${documentation} for more details.`,
    { extensions: { code: 'ACCESS_DENIED', documentation } },
  )
}

export function needScope(scopes: ReadonlySet<string>, scope: string, field: string): void {
  if (!scopes.has(scope) && !scopes.has(scope.replace(/^read_/, 'write_')))
    throw accessDenied(field, `\`${scope}\` access scope.`)
}
