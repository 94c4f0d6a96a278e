import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { parse as parseToml } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { appBuild, type AppBuild } from '#tests/support/app-build.ts'
import { filesBelow, read, root } from '#tests/structure/source.ts'

type Field = { type: string; key?: string; description?: string }
type Extension = {
  type: string
  name: string
  handle: string
  description?: string
  targeting?: { target: string; module: string }[]
}
type ExtensionToml = {
  api_version?: string
  extensions?: Extension[]
  settings?: { fields: Field[] }
} & Partial<Extension>

/** Shopify's limit for the compressed script of a UI extension, enforced at deploy only. */
const LARGEST_SCRIPT_BYTES = 64 * 1024
/** The same of a web pixel, not compressed. */
const LARGEST_PIXEL_BYTES = 128 * 1024

/** Everything that is deployed: folder, type, handle, where it shows. The CLI skips a type that it does not know, silently. */
const DEPLOYED = [
  ['customer-block', 'ui_extension', 'customer-block', 'admin.customer-details.block.render'],
  ['pixel', 'web_pixel_extension', 'pixel', null],
  ['review-written', 'flow_action', 'review-written', null],
  ['segment-action', 'ui_extension', 'segment-action', 'admin.customer-segment-details.action.render'],
  ['segment-change', 'flow_trigger', 'segment-changed', null],
  ['storefront', 'theme', 'morello-storefront', null],
] as const
const SCRIPTS = DEPLOYED.filter(([, type]) => type === 'ui_extension').map(([folder]) => folder)

const tomlOf = (folder: string) =>
  parseToml(read(`extensions/${folder}/shopify.extension.toml`)) as unknown as ExtensionToml
const declared = (folder: string): Partial<Extension> => tomlOf(folder).extensions?.[0] ?? tomlOf(folder)

let build: AppBuild
let before: string[]
beforeAll(async () => {
  before = filesBelow('extensions', '')
  build = await appBuild()
})
afterAll(() => build.stop())

describe('Shopify’s CLI', () => {
  test('builds every extension, finds nothing to complain of, and misses no network', () => {
    expect(build.output).toContain('morello built!')
    expect(build.code).toBe(0)
    const built = [...build.output.matchAll(/([\w-]+) successfully\s+built|Bundling theme extension ([\w-]+)/g)]
    expect(built.map((match) => match[1] ?? match[2]).sort()).toEqual(
      [...SCRIPTS, 'pixel', 'morello-storefront'].sort(),
    )
    // Theme check's errors would leave the exit code at 0.
    expect(build.output).not.toMatch(/error|offense|warning|invalid|deprecat/i)
    // Theme check asks for newer documentation than it brings, and goes on with its own.
    const reached = [...build.output.matchAll(/reached for the network: (\S+)/g)].map((match) => match[1])
    expect(reached.filter((host) => host !== 'raw.githubusercontent.com')).toEqual([])
  })

  test('knows the type of each, of which there are these and no others', () => {
    const folders = readdirSync(path.join(root, 'extensions'), { withFileTypes: true }).filter((one) =>
      one.isDirectory(),
    )
    expect(folders.map(({ name }) => name).sort()).toEqual(DEPLOYED.map(([folder]) => folder).sort())
    const cli = filesBelow('node_modules/@shopify/cli/dist', '.js')
      .filter((file) => file.includes('/chunk-'))
      .map(read)
    for (const [folder, type, handle, target] of DEPLOYED) {
      const { type: written, handle: named, targeting } = declared(folder)
      expect([written, named, targeting?.[0]?.target ?? null]).toEqual([type, handle, target])
      expect(
        cli.some((code) => code.includes(`identifier:"${type}"`)),
        type,
      ).toBe(true)
    }
  })

  test('leaves nothing in the tree', () => {
    expect(filesBelow('extensions', '')).toEqual(before)
  })

  test('refuses what it cannot read, so that a green build says something', async () => {
    const broken = await appBuild((folder) => breakBlock(folder))
    broken.stop()
    expect([broken.code, broken.output]).toEqual([1, expect.stringContaining('target')])
  })
})

describe.each(SCRIPTS)('the script of %s', (folder) => {
  test('is compressed to less than Shopify takes, and far less', () => {
    const bytes = gzipSync(build.bundle(folder)).length
    expect(bytes).toBeLessThan(LARGEST_SCRIPT_BYTES)
    // Preact, signals and our own: what grows beyond it has taken in something of the app's.
    expect(bytes).toBeLessThan(16 * 1024)
  })

  test('holds nothing that belongs to the app or to its server', () => {
    const script = build.bundle(folder)
    expect(script).toContain(`shopify.extend("${DEPLOYED.find(([one]) => one === folder)![3]}"`)
    expect(script).not.toMatch(/polaris|zod|i18next|prisma|process\.env|https?:\/\/(?!www\.w3\.org)/i)
  })

  test('uses an API version that Shopify deploys, and our own words in both languages', () => {
    expect(tomlOf(folder).api_version).toBe('2026-07')
    const installed = JSON.parse(read('node_modules/@shopify/ui-extensions/package.json')) as { version: string }
    expect(installed.version.split('.').slice(0, 2)).toEqual(['2026', '7'])
    expect(declared(folder).name).toBe('t:name')
  })
})

describe('the web pixel', () => {
  test('is far smaller than Shopify takes, and holds nothing of the app or of any package', () => {
    const script = build.bundle('pixel')
    expect(Buffer.byteLength(script)).toBeLessThan(LARGEST_PIXEL_BYTES)
    expect(Buffer.byteLength(script)).toBeLessThan(4 * 1024)
    expect(script).not.toMatch(/zod|prisma|preact|process\.env|https?:|window|localStorage|cookie/i)
  })

  test('is loaded only for shoppers who allow analytics and marketing, in a worker without a page', () => {
    const { runtime_context, customer_privacy } = tomlOf('pixel') as Record<string, unknown>
    expect([runtime_context, customer_privacy]).toEqual([
      'strict',
      { analytics: true, marketing: true, preferences: false, sale_of_data: 'disabled' },
    ])
  })
})

test('the extensions take from the app what is erased when they are built, and only its wire contract', () => {
  const imports = filesBelow('extensions', '.ts', '.tsx')
    .flatMap((file) => [...read(file).matchAll(/^import (type )?.*? from '([^']+)'$/gms)])
    .filter(([, , from]) => from!.includes('/app/'))
  const takers = [...SCRIPTS, 'pixel']
  expect(imports.map(([, type, from]) => [type, from])).toEqual(
    takers.map(() => ['type ', '../../../app/domain/wire.ts']),
  )
})

describe('the locale files of the extensions in the admin', () => {
  test.each(SCRIPTS)('%s: the same keys and values in both languages, each asked for, none too many', (folder) => {
    const english = flat(JSON.parse(read(`extensions/${folder}/locales/en.default.json`)) as Tree)
    const korean = flat(JSON.parse(read(`extensions/${folder}/locales/ko.json`)) as Tree)
    expect([...korean.keys()]).toEqual([...english.keys()])
    const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]!).sort()
    for (const [key, text] of english) {
      expect(placeholders(korean.get(key)!), key).toEqual(placeholders(text))
      expect(text.trim() && korean.get(key)!.trim(), key).not.toBe('')
    }
    expect([english.get('locale'), korean.get('locale')]).toEqual(['en', 'ko'])
    // Both show the same where there is nothing to show, each in its own words.
    const sources = [...filesBelow(`extensions/${folder}/src`, '.ts', '.tsx'), 'extensions/unanswered.tsx']
    const source = sources.map(read).join('\n')
    const asked = [...source.matchAll(/\bt\('([^']+)'/g)].map((match) => match[1]!)
    expect([...new Set(asked)].sort()).toEqual([...english.keys()].sort())
  })

  test.each(SCRIPTS)('%s: formal in Korean, never the word cherry-picker, within Shopify’s 16 KB', (folder) => {
    for (const file of ['en.default.json', 'ko.json']) {
      const text = readFileSync(path.join(root, `extensions/${folder}/locales/${file}`))
      expect(text.length).toBeLessThan(16 * 1024)
      expect(text.toString()).not.toMatch(/cherry|체리/i)
      expect(text.toString()).not.toMatch(/(?<!세|아니|중|필)요(?=[.?!"])/)
    }
  })
})

describe('the Flow trigger', () => {
  const { name, handle, description } = declared('segment-change')
  const fields = tomlOf('segment-change').settings!.fields

  test('has the name, the handle and the fields that the app fires it with', () => {
    expect([name, handle]).toEqual(['Segment changed', 'segment-changed'])
    expect(fields.map(({ type, key }) => key ?? type)).toEqual(['customer_reference', 'from', 'to', 'reason', 'cause'])
    expect(description).not.toMatch(/cherry/i)
  })

  test('is fired with exactly these keys', () => {
    const announce = read('app/flow/publication/announce.ts')
    expect(announce).toContain(`'${handle}'`)
    for (const { key } of fields) expect(announce).toMatch(new RegExp(`\\b${key ?? 'customer_id'}\\b`))
  })

  test('has types that Shopify takes in a trigger, which the CLI checks at deploy only', () => {
    // The CLI's own table, of those that name no object of Shopify's.
    const plain = [
      'boolean',
      'email',
      'multi_line_text_field',
      'number_integer',
      'number_decimal',
      'single_line_text_field',
      'url',
    ]
    for (const { type, key, description: text } of fields) {
      expect(key === undefined ? ['customer_reference'] : plain).toContain(type)
      if (key !== undefined) expect([key, text]).toEqual([expect.stringMatching(/^[a-z]+$/), expect.any(String)])
    }
    expect(handle!.length).toBeLessThanOrEqual(30)
  })
})

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + key, value)
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) found.set(inner, text)
  }
  return found
}

function breakBlock(folder: string): void {
  const file = path.join(folder, 'extensions/customer-block/shopify.extension.toml')
  writeFileSync(file, readFileSync(file, 'utf8').replace('target = "admin.', 'target = 5 # "'))
}
