import type { IntrospectionQuery } from 'graphql'

export function apiVersion(): string
export function adminSchemaPath(): string
export function ensureAdminSchema(): Promise<string>
export function adminIntrospection(): Promise<IntrospectionQuery>
