import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { buildClientSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql'
import { adminSchemaPath, apiVersion } from '../support/admin-schema.mjs'

/** What Shopify says about a type or a field beside its GraphQL shape. */
export type Marks = {
  /** Shopify's own words, e.g. "`read_orders` access scope." */
  requiredAccess: string | null
  /** Level 2 protected customer data: 'email', 'name', …; null when it is not protected. */
  protectedContent: string | null
}

export type AdminSchema = {
  version: string
  schema: GraphQLSchema
  marksOfType(type: string): Marks
  marksOfField(type: string, field: string): Marks
}

type MarkedField = { name: string; requiredAccess?: string | null; isProtected?: boolean; protectedContent?: string }
type MarkedType = { name: string; requiredAccess?: string | null; fields?: MarkedField[] | null }

const NO_MARKS: Marks = { requiredAccess: null, protectedContent: null }
let loaded: AdminSchema | null = null

/** Shopify's Admin schema of the version in shopify.app.toml, with the marks that graphql-js would drop. */
export function adminSchema(): AdminSchema {
  loaded ??= load()
  return loaded
}

function load(): AdminSchema {
  const version = apiVersion()
  const path = adminSchemaPath()
  if (!existsSync(path)) throw new Error('The Admin schema is not here yet: node tests/support/admin-schema.mjs')
  const { data } = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as { data: IntrospectionQuery }
  const types = new Map<string, Marks>()
  const fields = new Map<string, Marks>()
  for (const type of data.__schema.types as unknown as MarkedType[]) {
    if (type.requiredAccess) types.set(type.name, { requiredAccess: type.requiredAccess, protectedContent: null })
    for (const field of type.fields ?? []) {
      if (!field.requiredAccess && !field.isProtected) continue
      fields.set(`${type.name}.${field.name}`, {
        requiredAccess: field.requiredAccess ?? null,
        protectedContent: field.isProtected ? (field.protectedContent ?? 'customer data') : null,
      })
    }
  }
  return {
    version,
    schema: buildClientSchema(data),
    marksOfType: (type) => types.get(type) ?? NO_MARKS,
    marksOfField: (type, field) => fields.get(`${type}.${field}`) ?? NO_MARKS,
  }
}
