import { readFileSync, readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { themeCheckRun } from '@shopify/theme-check-node'
import { describe, expect, test } from 'vitest'
import { EXTENSION, blockSchema } from '#tests/shop/storefront/liquid.ts'

type Words = { [key: string]: string | Words }

const files = readdirSync(EXTENSION, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath.replace(/\/?$/, '/')}${entry.name}`.slice(EXTENSION.length))

const read = (file: string): Buffer => readFileSync(`${EXTENSION}${file}`)
const words = (file: string): Words => JSON.parse(read(`locales/${file}`).toString()) as Words

/** Texts that stand inside a sentence, or on a link. */
const PARTS =
  /^(months|dates|what|item)\.|^condition\.(minimum|no_minimum|some)$|^sign_in$|^reward\.(part|add_gift|example_gift)$|^progress\.account$|^picks\.(again|from|now|before)$|^survey\.(send|take_back|ask_later|change_later)$|^live\.(take|ask|switch|switch_on)$/

function keysOf(tree: Words, path = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [path + key] : keysOf(value, `${path}${key}.`),
  )
}

function textAt(tree: Words, key: string): string {
  let found: string | Words = tree
  for (const part of key.split('.')) found = (found as Words)[part]!
  return found as string
}

describe('limits of theme app extensions', () => {
  test('only the folders and kinds of file that Shopify takes', () => {
    const allowed =
      /^(shopify\.extension\.toml|\.theme-check\.yml|(blocks|snippets)\/[\w-]+\.liquid|assets\/([\w-]+\.css|morello-rewards\.js)|locales\/[\w.-]+\.json)$/
    expect(files.filter((file) => !allowed.test(file))).toEqual([])
  })

  test('Liquid stays under 100 KB, CSS under 100 KB, the one script under 10 KB, and no block beyond 30', () => {
    const size = (kind: string): number =>
      files.filter((file) => file.endsWith(kind)).reduce((sum, file) => sum + read(file).length, 0)
    expect(size('.liquid')).toBeLessThan(100_000)
    expect(size('.css')).toBeLessThan(100_000)
    // Every further stylesheet would be one more wait before the first paint.
    expect(files.filter((file) => file.endsWith('.css'))).toEqual(['assets/morello.css'])
    expect(files.filter((file) => /\.(m?js|wasm)$/.test(file))).toEqual(['assets/morello-rewards.js'])
    expect(gzipSync(read('assets/morello-rewards.js')).length).toBeLessThan(10_000)
    expect(files.filter((file) => file.startsWith('blocks/')).length).toBeLessThanOrEqual(30)
    for (const file of files.filter((one) => one.startsWith('locales/')))
      expect(read(file).length, file).toBeLessThanOrEqual(15_000)
    for (const file of files.filter((one) => one.endsWith('.css')))
      expect(gzipSync(read(file)).length, file).toBeLessThan(2000)
  })

  test('no script but the optional one, no handler and no address of another site is written in a block', () => {
    const optional = `<script src="{{ 'morello-rewards.js' | asset_url | escape }}" defer></script>`
    for (const file of ['snippets/morello-live.liquid', 'blocks/preferences.liquid'])
      expect(read(file).toString().split(optional)).toHaveLength(2)
    for (const file of files.filter((one) => /\.(liquid|css)$/.test(one)))
      expect(read(file).toString().replace(optional, ''), file).not.toMatch(
        /<script|\son[a-z]+=|https?:|url\(|@import|\| *raw/i,
      )
  })
})

describe('both languages', () => {
  test.each(['', '.schema'])('have the same keys in the%s files, none of them blank', (kind) => {
    const english = words(`en.default${kind}.json`)
    const korean = words(`ko${kind}.json`)
    expect(keysOf(korean).sort()).toEqual(keysOf(english).sort())
    for (const key of keysOf(korean)) {
      expect(textAt(korean, key).trim(), key).not.toBe('')
      expect(textAt(english, key).trim(), key).not.toBe('')
      const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort()
      if (!key.startsWith('messages.'))
        expect(placeholders(textAt(korean, key))).toEqual(placeholders(textAt(english, key)))
    }
  })

  test('what a shopper reads in Korean is polite (해요체)', () => {
    const korean = words('ko.json')
    for (const key of keysOf(korean).filter((one) => !PARTS.test(one)))
      for (const sentence of textAt(korean, key)
        .split(/[.?!]/)
        .filter((part) => part.trim() !== ''))
        expect(sentence.trim(), key).toMatch(/(요)$|: /)
  })

  test('the gray text in the editor is the one that shoppers get', () => {
    for (const [storefront, editor] of [
      ['en.default.json', 'en.default.schema.json'],
      ['ko.json', 'ko.schema.json'],
    ] as const)
      for (const key of keysOf(words(editor)).filter((one) => one.endsWith('.default')))
        expect(textAt(words(editor), key)).toBe(
          textAt(
            words(storefront),
            key
              .replace(/^segments\.(.*)\.default$/, 'messages.$1')
              .replace(/^picks\.heading_(.*)\.default$/, 'picks.$1'),
          ),
        )
  })
})

/** Shopify's list of setting types for app blocks, with the keys each may carry beside id, label and info. */
const SETTING_TYPES: Record<string, string[]> = {
  header: [],
  paragraph: [],
  text: ['default', 'placeholder'],
  textarea: ['default', 'placeholder'],
  inline_richtext: ['default'],
  richtext: ['default'],
  checkbox: ['default'],
  number: ['default', 'placeholder'],
  range: ['default', 'min', 'max', 'step', 'unit'],
  select: ['default', 'options'],
  radio: ['default', 'options'],
  text_alignment: ['default'],
  color: ['default'],
  url: ['default'],
  product: ['autofill'],
  collection: ['autofill'],
  image_picker: [],
}

describe.each(['segment-message', 'reward-banner', 'reward-progress', 'picked-for-you'])(
  'the schema of %s',
  (block) => {
    const schema = blockSchema(block)
    const labels = keysOf(words('en.default.schema.json'))

    test('has the keys that an app block may have', () => {
      expect(Object.keys(schema).sort()).toEqual(['name', 'settings', 'stylesheet', 'target'])
      expect(schema.target).toBe('section')
      expect(files).toContain(`assets/${schema.stylesheet}`)
      for (const file of ['en.default.schema.json', 'ko.schema.json'])
        expect(textAt(words(file), schema.name.slice(2)).length).toBeLessThan(25)
    })

    test('has settings of known types, with unique ids, known keys and labels in the locale files', () => {
      const ids = new Set<string>()
      for (const setting of schema.settings) {
        const { type, id, ...rest } = setting
        expect(Object.keys(SETTING_TYPES)).toContain(type)
        if (type === 'header' || type === 'paragraph') expect(Object.keys(setting).sort()).toEqual(['content', 'type'])
        else {
          expect(id).toMatch(/^[a-z_]+$/)
          expect(ids.has(id!)).toBe(false)
          ids.add(id!)
          expect(setting.label).toBeDefined()
          for (const key of Object.keys(rest)) expect(['label', 'info', ...SETTING_TYPES[type]!]).toContain(key)
        }
        for (const text of [setting.label, setting.info, setting.content, setting.placeholder])
          if (text !== undefined) expect(labels, text).toContain(text.replace(/^t:/, ''))
        for (const option of setting.options ?? []) expect(labels).toContain(option.label.replace(/^t:/, ''))
        if (setting.options && setting.default !== undefined)
          expect(setting.options.map((option) => option.value)).toContain(setting.default)
        // Shopify refuses a blank default.
        expect(setting.default).not.toBe('')
      }
    })
  },
)

test('Shopify’s theme check finds nothing', async () => {
  const { offenses } = await themeCheckRun(EXTENSION.replace(/\/$/, ''), 'theme-check:theme-app-extension', () => {})
  expect(offenses.map((offense) => `${offense.check} ${offense.uri.split('/').at(-1)}: ${offense.message}`)).toEqual([])
})
