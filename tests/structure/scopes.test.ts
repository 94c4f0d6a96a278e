import { parse as parseToml } from 'smol-toml'
import { parse, type OperationDefinitionNode } from 'graphql'
import { describe, expect, test } from 'vitest'

import { API_VERSION } from '#app/outside/api-version.ts'
import { NEEDS_NO_SCOPE, optionalScopes, requestedScopes, SCOPES } from '#app/outside/scopes.ts'
import { WEBHOOK_FIELDS } from '#app/outside/webhook-fields.ts'
import { WEBHOOK_TOPICS } from '#app/outside/webhook-topics.ts'
import { filesBelow, read } from './source.ts'

type AppToml = {
  access_scopes: { scopes: string; optional_scopes: string[] }
  webhooks: {
    api_version: string
    subscriptions: { topics?: string[]; compliance_topics?: string[]; include_fields?: string[] }[]
  }
}

const toml = parseToml(read('shopify.app.toml')) as unknown as AppToml
const operations = filesBelow('app/flow', '.graphql')
  .flatMap((file) => parse(read(file)).definitions)
  .filter((definition): definition is OperationDefinitionNode => definition.kind === 'OperationDefinition')
  .map((operation) => operation.name?.value ?? '')
const topics = toml.webhooks.subscriptions.flatMap(({ topics = [], compliance_topics = [] }) => [
  ...topics,
  ...compliance_topics,
])
const uses = [...Object.values(SCOPES), NEEDS_NO_SCOPE]

describe('the table of scopes', () => {
  test('names every document, and none that is not there', () => {
    const listed = new Set(uses.flatMap(({ documents }) => documents))
    expect([...listed].sort()).toEqual([...new Set(operations)].sort())
  })

  test('names every webhook topic of shopify.app.toml, and the route knows exactly those', () => {
    expect([...new Set(uses.flatMap((use) => use.topics))].sort()).toEqual([...topics].sort())
    expect(Object.keys(WEBHOOK_TOPICS).sort()).toEqual([...topics].sort())
    const compliance = toml.webhooks.subscriptions.flatMap(({ compliance_topics = [] }) => compliance_topics)
    expect(
      Object.keys(WEBHOOK_TOPICS)
        .filter((topic) => WEBHOOK_TOPICS[topic]?.isCompliance)
        .sort(),
    ).toEqual(compliance.sort())
  })

  test('asks for no scope that nothing uses, and says why for each', () => {
    const idle = Object.entries(SCOPES).filter(
      ([, use]) =>
        use.documents.length + use.topics.length + (use.tables ?? []).length === 0 ||
        use.features.length === 0 ||
        use.reason.length < 20,
    )
    expect(idle.map(([scope]) => scope)).toEqual([])
  })

  test('names only tables that shopify.app.toml has, and the app proxy among them', () => {
    const tables = Object.values(SCOPES).flatMap(({ tables = [] }) => tables)
    expect(tables).toEqual(['app_proxy'])
    expect(Object.keys(toml)).toEqual(expect.arrayContaining(tables))
  })

  test('is what shopify.app.toml asks for', () => {
    expect(toml.access_scopes.scopes.split(',').sort()).toEqual(requestedScopes())
    expect([...toml.access_scopes.optional_scopes].sort()).toEqual(optionalScopes())
  })
})

test('the API version is the one of shopify.app.toml', () => {
  expect(API_VERSION).toBe(toml.webhooks.api_version)
})

test('a subscription that we make ourselves carries what shopify.app.toml asks for', () => {
  const asked = toml.webhooks.subscriptions.flatMap(({ topics = [], include_fields: fields }) =>
    fields === undefined ? [] : topics.map((topic) => [topic, fields] as const),
  )
  expect(Object.fromEntries(asked)).toEqual(WEBHOOK_FIELDS)
})
