import { readFileSync, writeFileSync } from 'node:fs'
import type { CodegenConfig } from '@graphql-codegen/cli'
import { buildClientSchema, printSchema } from 'graphql'
import { format } from 'prettier'

import packageJson from './package.json' with { type: 'json' }
import { adminIntrospection } from './tests/support/admin-schema.mjs'

const config: CodegenConfig = {
  schema: printSchema(buildClientSchema(await adminIntrospection())),
  documents: ['app/flow/**/*.graphql'],
  ignoreNoDocuments: true,
  generates: {
    'app/outside/admin.generated.ts': {
      plugins: ['typescript', 'typescript-operations', 'typed-document-node'],
      // Shopify's scalars travel as JSON strings: money as decimal text, ids as gids, times as ISO 8601.
      config: {
        onlyOperationTypes: true,
        enumsAsTypes: true,
        disableDescriptions: true,
        skipTypename: true,
        useTypeImports: true,
        defaultScalarType: 'string',
        scalars: { JSON: 'unknown' },
        avoidOptionals: { field: true },
        dedupeFragments: true,
      },
    },
  },
  hooks: { afterOneFileWrite: [shake] },
}

// The plugin writes every enum and input of Shopify's 3,500 types; only what the documents reach is kept.
async function shake(path: string): Promise<void> {
  const blocks = readFileSync(path, 'utf8').split(/\n+(?=export )/)
  const name = (block: string) => /^export (?:type|const) (\w+)/.exec(block)?.[1] ?? ''
  const byName = new Map(blocks.map((block) => [name(block), block]))
  const ofOperations = /(Variables|Fragment|Document|FragmentDoc)$/
  const kept = new Set([...byName.keys()].filter((key) => ofOperations.test(key) || byName.has(`${key}Variables`)))
  kept.add('')
  for (const key of kept) {
    for (const [word] of (byName.get(key) ?? '').matchAll(/\b[A-Z]\w+\b/g)) if (byName.has(word)) kept.add(word)
  }
  const text = [
    '// Written by `npm run codegen` from app/flow/**/*.graphql and the Admin schema that Shopify publishes.',
    ...blocks.filter((block) => kept.has(name(block))),
  ].join('\n\n')
  writeFileSync(path, await format(text, { ...packageJson.prettier, trailingComma: 'all', parser: 'typescript' }))
}

export default config
