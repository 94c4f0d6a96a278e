import { describe, expect, test } from 'vitest'
import type { Rule } from '#app/domain/rules/rule.ts'
import { defaultSettings } from '#app/domain/settings.ts'
import {
  LARGEST_SETUP_CHARACTERS,
  readSetup,
  segmentsHere,
  settingChanges,
  setupOf,
  copiedSettings,
  type Setup,
} from '#app/domain/setup-copy.ts'

const orders: Rule = { kind: 'number', feature: 'orders', op: 'at-least', value: 3 }
const spent: Rule = { kind: 'number', feature: 'spent-12m', op: 'at-least', value: 200_000 }
const toner: Rule = { kind: 'bought', product: '7001', title: 'Toner', withinDays: 90 }
const of = (id: number): Rule => ({ kind: 'segment', segment: id })
const all = (...rules: Rule[]): Rule => ({ kind: 'all', rules })

const SEGMENTS = [
  { id: 41, name: 'Both', rule: all(of(43), { kind: 'not', rule: of(42) }) },
  { id: 42, name: 'Toner', rule: toner },
  { id: 43, name: 'Regulars', rule: all(orders, { kind: 'tag', tag: 'VIP' }) },
  { id: 44, name: 'Spenders', rule: spent },
]
const skus = (product: string) => (product === '7001' ? ['T-500', 'T-250'] : [])

function fileOf(segments = SEGMENTS): Setup {
  return setupOf(defaultSettings(), segments, 'KRW', skus).setup
}

/** The file with something done to it. */
type Spoiled = { settings: { tagPrefix?: string; thresholds: object } }

function spoiled(change: (file: Spoiled) => void): string {
  const file = JSON.parse(JSON.stringify(fileOf())) as Spoiled
  change(file)
  return JSON.stringify(file)
}

const faultOf = (text: string) => {
  const read = readSetup(text)
  return 'fault' in read ? read.fault : null
}

describe('the file of a setup', () => {
  test('holds whitelisted keys only, and no id of this shop', () => {
    const settings = { ...defaultSettings(), taggingOn: true, shopifySegmentsOn: true }
    const { setup, leftOut } = setupOf(settings, SEGMENTS, 'KRW', skus)
    expect(leftOut).toEqual([])
    expect(Object.keys(setup)).toEqual(['kind', 'version', 'currency', 'settings', 'segments'])
    expect(Object.keys(setup.settings).sort()).toEqual([
      'announceMoves',
      'benefitCodes',
      'cherryPublicName',
      'language',
      'orderRule',
      'tagPrefix',
      'tagTexts',
      'thresholds',
      'whenRemoved',
    ])
    const keys = new Set<string>()
    JSON.parse(JSON.stringify(setup.segments), (key, value: unknown) => {
      if (key !== '' && !/^\d+$/.test(key)) keys.add(key)
      return value
    })
    expect([...keys].sort()).toEqual(
      ['feature', 'kind', 'name', 'op', 'place', 'rule', 'rules', 'skus', 'tag', 'title', 'value', 'withinDays'].sort(),
    )
    expect(JSON.stringify(setup)).not.toMatch(/7001|\b4[1-4]\b|tagging/)
  })

  test('is read back as it was written', () => {
    expect(readSetup(JSON.stringify(fileOf()))).toEqual(fileOf())
  })

  test('leaves out a segment whose product has no SKU, with the one that names it, and says why', () => {
    const { setup, leftOut } = setupOf(defaultSettings(), SEGMENTS, 'KRW', () => [])
    expect(setup.segments.map(({ name }) => name)).toEqual(['Regulars', 'Spenders'])
    expect(leftOut).toEqual([
      { name: 'Both', why: [{ kind: 'segment', what: 'Toner' }] },
      { name: 'Toner', why: [{ kind: 'no-sku', what: 'Toner' }] },
    ])
  })
})

test('a segment on a collection is left out of the file, for collections belong to one shop', () => {
  const rule: Rule = { kind: 'bought-in', collection: '9', title: 'Sets', times: 1, withinDays: null }
  const { setup, leftOut } = setupOf(defaultSettings(), [{ id: 1, name: 'Sets', rule }], 'KRW', skus)
  expect(setup.segments).toEqual([])
  expect(leftOut).toEqual([{ name: 'Sets', why: [{ kind: 'not-portable', what: 'Sets' }] }])
})

describe('a file that is no setup', () => {
  const deep = (levels: number): unknown => (levels === 0 ? orders : { kind: 'all', rules: [deep(levels - 1)] })
  const rule = (sent: unknown) => spoiled((file) => Object.assign(file, { segments: [{ name: 'Odd', rule: sent }] }))

  test.each([
    ['too large', ' '.repeat(LARGEST_SETUP_CHARACTERS + 1), 'too-large', ''],
    ['no JSON', '{"kind":', 'not-json', ''],
    ['something else', '{"kind":"theme"}', 'not-setup', ''],
    ['nothing', 'null', 'not-setup', ''],
    ['of another version', spoiled((file) => Object.assign(file, { version: 2 })), 'other-version', '2'],
    ['with a key of its own', spoiled((file) => Object.assign(file, { customers: [] })), 'unknown-key', 'customers'],
    [
      'with a setting that is not copied',
      spoiled((file) => Object.assign(file.settings, { taggingOn: true })),
      'unknown-key',
      'settings.taggingOn',
    ],
    ['without a prefix', spoiled((file) => delete file.settings.tagPrefix), 'bad-value', 'settings.tagPrefix'],
    [
      'with a threshold out of range',
      spoiled((file) => Object.assign(file.settings.thresholds, { lateRatio: 900 })),
      'bad-value',
      'settings.thresholds.lateRatio',
    ],
    [
      'with 21 segments',
      spoiled((file) =>
        Object.assign(file, { segments: Array.from({ length: 21 }, (_, i) => ({ name: `S${i}`, rule: orders })) }),
      ),
      'too-many',
      '',
    ],
    [
      'with a name twice',
      spoiled((file) => Object.assign(file, { segments: [1, 2].map(() => ({ name: 'Same', rule: orders })) })),
      'names-twice',
      'Same',
    ],
    ['with a rule too deep', rule(deep(5)), 'rule-deep', 'Odd'],
    [
      'with a rule of thousands of nots',
      rule('deep').replace('"deep"', `${'{"kind":"not","rule":'.repeat(9000)}null${'}'.repeat(9000)}`),
      'rule-deep',
      'Odd',
    ],
    ['with an empty group', rule({ kind: 'any', rules: [] }), 'rule-empty', 'Odd'],
    [
      'with 31 conditions',
      rule(all(...Array<Rule>(16).fill(orders), all(...Array<Rule>(15).fill(orders)))),
      'rule-large',
      'Odd',
    ],
    ['with a product by its id', rule(toner), 'rule-shape', 'Odd'],
    ['with a condition of another kind', rule({ kind: 'weather', is: 'rain' }), 'rule-shape', 'Odd'],
    ['with a key more in a condition', rule({ ...orders, or: 'else' }), 'rule-shape', 'Odd'],
    ['with a segment that is not in it', rule({ kind: 'segment', place: 9 }), 'rule-shape', 'Odd'],
    ['with a segment in itself', rule({ kind: 'segment', place: 1 }), 'circle', ''],
  ])('%s is refused with its own answer', (_what, text, kind, what) => {
    expect(faultOf(text)).toEqual({ kind, what })
  })
})

describe('the segments of a setup in another shop', () => {
  const here = { currency: 'KRW', productOf: (wanted: readonly string[]) => (wanted.includes('T-250') ? '9' : null) }

  test('have that shop’s product and come after those that they name', () => {
    const { ready, leftOut } = segmentsHere(fileOf(), here)
    expect(leftOut).toEqual([])
    expect(ready.map(({ name }) => name)).toEqual(['Toner', 'Regulars', 'Both', 'Spenders'])
    const rules = ready.map(({ ruleWith }) => ruleWith((place) => 100 + place))
    expect(rules[0]).toEqual({ ...toner, product: '9' })
    expect(rules[2]).toEqual(all(of(103), { kind: 'not', rule: of(102) }))
  })

  test('are left out whole where a product is not sold, amounts are in other money, or they name such a one', () => {
    const { ready, leftOut } = segmentsHere(fileOf(), { currency: 'USD', productOf: () => null })
    expect(ready.map(({ name }) => name)).toEqual(['Regulars'])
    expect(leftOut).toEqual([
      { name: 'Toner', why: [{ kind: 'no-product', what: 'Toner (T-500, T-250)' }] },
      { name: 'Both', why: [{ kind: 'segment', what: 'Toner' }] },
      { name: 'Spenders', why: [{ kind: 'currency', what: 'KRW' }] },
    ])
  })
})

test('what a setup changes is told field by field, and codes that it does not speak of stay', () => {
  const before = copiedSettings({ ...defaultSettings(), benefitCodes: { 'code:OLD': 'confirmed' } })
  const after = copiedSettings({ ...defaultSettings(), tagPrefix: 'm:', benefitCodes: { 'code:NEW': 'declined' } })
  expect(settingChanges(before, before)).toEqual([])
  expect(settingChanges(before, after)).toEqual([
    { field: 'tagPrefix', from: 'seg:', to: 'm:' },
    { field: 'benefitCodes.code:NEW', from: null, to: 'declined' },
  ])
})
