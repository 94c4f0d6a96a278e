/** What the README tells people to type, and what the ways to run Morello in a real shop say, is there to be run. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { ROLES_SQL } from '../../prisma/migrate.mjs'
import { read, root } from './source.ts'

const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts

/** Every line inside the README's fenced shell blocks, without its comment. */
const lines = [...read('README.md').matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap((block) =>
  block[1]!
    .split('\n')
    .map((line) => line.replace(/(^|\s+)#.*$/, '').trim())
    .filter((line) => line !== ''),
)
const shopify = [...new Set(lines.filter((line) => line.startsWith('npx shopify ')))]

describe('the commands of the README', () => {
  test('every one begins with a program that the README names or that comes with the project', () => {
    const programs = ['npm', 'npx', 'docker', 'cp', 'git', 'openssl']
    expect(lines.filter((line) => !programs.includes(line.split(' ')[0]!))).toEqual([])
    expect(shopify.length).toBeGreaterThan(0)
  })

  test('every npm script it names exists', () => {
    const named = [...read('README.md').matchAll(/npm (?:run )?([a-z][\w:]*)/g)].map((match) => match[1]!)
    const own = named.filter((name) => !['i', 'ci', 'install', 'pack', 'run', 'registry'].includes(name))
    expect(own.filter((name) => !(name in scripts))).toEqual([])
  })

  test.each(shopify)('%s is known to the pinned Shopify CLI, with every flag', (line) => {
    const words = line.split(/\s+/).slice(2)
    const command = words.filter((word) => !word.startsWith('-')).slice(0, 3)
    const flags = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]!)
    const { status, stdout } = spawnSync(
      process.execPath,
      [path.join(root, 'node_modules/@shopify/cli/bin/run.js'), ...command, '--help'],
      { cwd: root, encoding: 'utf8', env: { ...process.env, CI: '1', SHOPIFY_CLI_NO_ANALYTICS: '1' } },
    )
    expect(status).toBe(0)
    // The CLI answers an unknown command with the help of what it does know: only the right page names it whole.
    expect(stdout).toContain(`$ shopify ${command.join(' ')}`)
    expect(flags.filter((flag) => !stdout.includes(flag))).toEqual([])
  })
})

describe('a real shop', () => {
  test('shopify app dev finds the web process and the worker, by scripts that exist', () => {
    const commands = ['shopify.web.toml', 'app/shopify.web.toml'].map((file) => {
      const { roles, commands } = parse(read(file)) as { roles: string[]; commands: { dev: string } }
      return { roles, script: commands.dev.replace('npm run ', '') }
    })
    expect(commands.flatMap(({ roles }) => roles).sort()).toEqual(['backend', 'background', 'frontend'])
    expect(commands.filter(({ script }) => !(script in scripts))).toEqual([])
  })

  test('the app that is published here is nobody’s: its client id is a placeholder', () => {
    expect(read('shopify.app.toml')).toMatch(/^client_id = "0{32}"$/m)
  })

  test('compose makes the roles that the migrations ask for', () => {
    const inCompose = /content: \|\n((?: {6}.*\n)+)/.exec(read('compose.yaml'))![1]!
    const plain = (sql: string) =>
      sql
        .replaceAll(/'[^']*'/g, `''`)
        .replaceAll(/^ +/gm, '')
        .trim()
    expect(plain(inCompose)).toBe(plain(ROLES_SQL))
  })

  test('compose gives each process what the app reads, and nothing that it does not know', () => {
    const known = [...read('.env.example').matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]!)
    const given = [...read('compose.yaml').matchAll(/^ {4,6}([A-Z][A-Z0-9_]+):/gm)].map((match) => match[1]!)
    expect(given.filter((key) => !known.includes(key))).toEqual(['POSTGRES_PASSWORD'])
    const required = ['SHOPIFY_API_KEY', 'SHOPIFY_API_SECRET', 'SHOPIFY_APP_URL', 'ENCRYPTION_KEY', 'DATABASE_URL']
    expect(required.filter((key) => !given.includes(key))).toEqual([])
  })

  test('the image gets what its recipe copies, and neither tests nor secrets', () => {
    const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map((match) => match[1]!)
    expect(read('.dockerignore').startsWith('*\n')).toBe(true)
    const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) =>
      match[1]!.split(' '),
    )
    expect(copied.filter((file) => file !== '.' && !allowed.includes(file))).toEqual([])
    expect(allowed.filter((file) => /tests|\.env/.test(file))).toEqual([])
    const run = [...read('Dockerfile').matchAll(/npm run (\w+)|"npm", "(\w+)"/g)].map((match) => match[1] ?? match[2]!)
    expect(run.filter((name) => !(name in scripts))).toEqual([])
  })
})
