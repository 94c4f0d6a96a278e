import { existsSync, readdirSync } from 'node:fs'
import js from '@eslint/js'
import importPlugin from 'eslint-plugin-import'
import ts from 'typescript-eslint'

// Who may know whom: one list, with the reason as the message.
const may = (who, list, message) => ({
  target: `./app/${who}`,
  from: './app',
  except: list.map((place) => `./${place}`),
  message,
})
// Settings, confirmed links, who is kept out and what a shop's history teaches are rows that every stage reads, how fresh the
// pages are is asked on all of them, and a lock, a statement through either door, which orders count, what follows for rewards
// and for picks, what shoppers are asked, and files of changes are nobody's.
const BESIDE_THE_STAGES = [
  'settings.ts',
  'freshness.ts',
  'recompute-lock.ts',
  'learned.ts',
  'confirmed-links.ts',
  'kept-out.ts',
  'owed-grants.ts',
  'owed-picks.ts',
  'either-door.ts',
  'visitor-tokens.ts',
  'stored-survey.ts',
  'theme-editor.ts',
  'valid-orders.ts',
  'bulk-change.ts',
]
const stages = existsSync('app/flow') ? readdirSync('app/flow') : []
const zones = [
  may('domain', ['domain', 'errors.ts'], 'the domain is pure: it knows only itself'),
  may('outside', ['outside', 'domain', 'errors.ts'], 'a door knows no stage, job, route or screen'),
  may('flow', ['flow', 'domain', 'outside', 'errors.ts'], 'a stage knows no job, route or screen'),
  may(
    'jobs',
    ['jobs', 'flow', 'domain', 'outside/queue.server.ts', 'outside/clock.ts', 'errors.ts'],
    'a job parses, calls one stage, names what comes next',
  ),
  may(
    'routes',
    ['routes', 'outside/request.server.ts', 'flow', 'domain', 'ui', 'errors.ts'],
    'a route parses, calls, renders',
  ),
  may('ui', ['ui', 'domain'], 'a screen part knows only the domain'),
  {
    target: './app',
    from: ['./tests', './extensions'],
    message: 'what ships knows neither tests, local shop nor extensions',
  },
  {
    target: './extensions',
    from: './app',
    except: ['./domain/wire.ts'],
    message: 'an extension knows only the wire contract',
  },
  { target: './tests/shop', from: './app', message: 'the local shop plays Shopify: it cannot know the app' },
  ...stages
    .filter((stage) => !BESIDE_THE_STAGES.includes(stage))
    .map((stage) => ({
      target: `./app/flow/${stage}`,
      from: './app/flow',
      except: [`./${stage}`, ...BESIDE_THE_STAGES.map((file) => `./${file}`)],
      message: 'stages meet in the store, never in each other',
    })),
]

const clockIsTheDoor = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'time is an argument: outside/clock.ts',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'time is an argument: outside/clock.ts',
  },
]
const doorsOnly = {
  patterns: [
    {
      group: ['bull', 'ioredis', 'pg', 'pg-copy-streams', '@shopify/shopify-app-remix/server'],
      message: 'outside/ has the door',
    },
    { group: ['@prisma/client'], allowTypeImports: true, message: 'outside/ has the door' },
  ],
}

export default ts.config(
  { ignores: ['build', 'node_modules', '.local', 'extensions/*/dist', 'app/outside/admin.generated.ts'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    plugins: { import: importPlugin },
    settings: {
      'import/resolver': { typescript: true },
      'import/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
    },
    rules: {
      'import/no-cycle': 'error',
      'import/no-restricted-paths': ['error', { zones }],
      'import/no-default-export': 'off',
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'config.server.ts is the only reader of the environment' },
      ],
    },
  },
  { files: ['app/**'], rules: { 'no-restricted-syntax': ['error', ...clockIsTheDoor] } },
  { files: ['app/outside/clock.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['app/domain/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^(?!zod$|\\./|\\.\\./errors\\.ts$|#app/)', message: 'the domain imports itself and zod' },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        ...clockIsTheDoor,
        { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'chance is an argument' },
      ],
    },
  },
  {
    files: ['app/flow/**', 'app/jobs/**', 'app/routes/**', 'app/ui/**'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', doorsOnly] },
  },
  {
    // What runs in Shopify admin is small and stands alone: Preact, Shopify's elements, and types of the app.
    files: ['extensions/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['**/app/**', '#app/*'], allowTypeImports: true, message: 'types only: it must not ship with it' },
            {
              regex: '^(?!preact(/hooks)?$|@shopify/ui-extensions/|\\.)',
              message: 'Preact and Shopify’s elements only',
            },
          ],
        },
      ],
    },
  },
  {
    // The frame's headers are the library's boundary: the one thing of it that a route needs.
    files: ['app/routes/app.tsx'],
    rules: { '@typescript-eslint/no-restricted-imports': 'off' },
  },
  {
    files: [
      'app/outside/config.server.ts',
      'tests/**',
      'vite.config.ts',
      'prisma.config.ts',
      'prisma/**',
      '.graphqlrc.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // The storefront's script runs in browsers as it is written.
    files: ['extensions/storefront/assets/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        'customElements HTMLElement Element IntersectionObserver requestIdleCallback addEventListener document window sessionStorage AbortController fetch setTimeout clearTimeout'
          .split(' ')
          .map((name) => [name, 'readonly']),
      ),
    },
  },
  { files: ['prisma/migrate.mjs'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.mjs', 'tests/**'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        performance: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
)
