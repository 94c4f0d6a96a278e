import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import en from '#app/ui/words/en.json'
import ko from '#app/ui/words/ko.json'
import publicWords from '#app/ui/words/public.json'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + key, value)
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) found.set(inner, text)
  }
  return found
}

/** Keys as the code names them: without the plural ending that each language adds as it needs. */
const named = (key: string) => key.replace(/_(zero|one|other)$/, '')
const english = flat(en)
const korean = flat(ko)

const sources = [...filesOf('app/ui'), ...filesOf('app/routes')].map((path) => readFileSync(path, 'utf8')).join('\n')

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`)
}

const used = [
  ...sources.matchAll(/\bt\(\s*'([^']+)'/g),
  ...sources.matchAll(/[?:]\s*'([a-z][\w-]*(?:\.[\w-]+)+)'/g),
].map((match) => match[1]!)
const patterns = [...sources.matchAll(/\bt\(\s*`([^`]+)`/g)].map((match) => match[1]!)
const shapes = patterns.map((text) => new RegExp(`^${text.replace(/\./g, '\\.').replace(/\$\{[^}]+\}/g, '[\\w-]+')}$`))

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]!).sort()

describe('the words of the screens', () => {
  it('name the same things in both languages', () => {
    const names = (texts: Map<string, string>) => [...new Set([...texts.keys()].map(named))].sort()
    expect(names(korean)).toEqual(names(english))
  })

  it('have a text for every key that the code asks for', () => {
    const known = new Set([...english.keys()].map(named))
    expect(used.filter((key) => !known.has(key))).toEqual([])
    expect(patterns.filter((_, index) => ![...known].some((key) => shapes[index]!.test(key)))).toEqual([])
  })

  it('hold no text that nothing asks for', () => {
    const isUsed = (key: string) => used.includes(key) || shapes.some((shape) => shape.test(key))
    expect([...english.keys()].filter((key) => !isUsed(named(key)))).toEqual([])
  })

  it('replace by the public wording only texts that are there, in both languages', () => {
    const replaced = { en: flat(publicWords.en), ko: flat(publicWords.ko) }
    expect([...replaced.en.keys()]).toEqual([...replaced.ko.keys()])
    expect([...replaced.en.keys()].filter((key) => !english.has(key))).toEqual([])
    // Settings explain the choice, so they name both.
    const isSettings = (key: string) => key.startsWith('tags.') || key === 'codes.text'
    const left = (texts: Map<string, string>, own: Map<string, string>) =>
      [...texts]
        .filter(([key, text]) => /cherry-?pick|체리피커/i.test(own.get(key) ?? text) && !isSettings(key))
        .map(([key]) => key)
    expect([...left(english, replaced.en), ...left(korean, replaced.ko)]).toEqual([])
  })

  it('take the same values in both languages', () => {
    const valuesOf = (texts: Map<string, string>) => {
      const values: Record<string, string[]> = {}
      for (const [key, text] of texts)
        values[named(key)] = [...new Set([...(values[named(key)] ?? []), ...placeholders(text)])].sort()
      return values
    }
    expect(valuesOf(korean)).toEqual(valuesOf(english))
  })

  it('have the plural forms that each language needs', () => {
    const counted = [...english.keys()].filter((key) => key.endsWith('_one')).map(named)
    expect(counted.filter((key) => !english.has(`${key}_other`) || !korean.has(`${key}_other`))).toEqual([])
    expect([...korean.keys()].filter((key) => key.endsWith('_one'))).toEqual([])
  })

  it('promise nothing and stay clear of words that no merchant should need', () => {
    const forbidden =
      /hysteresis|posterior|\bEM\b|P\(alive\)|cohort|cluster|\bML\b|guarantee|boost|skyrocket|increase (your )?sales|코호트|클러스터|보장|매출을? (올|높)/i
    expect([...english, ...korean].filter(([, text]) => forbidden.test(text))).toEqual([])
  })

  it('are formal in Korean: no sentence ends in 해요체', () => {
    expect([...korean].filter(([, text]) => /(?<!세|아니|중|필)요(?=[.?!]|$)/.test(text)).map(([key]) => key)).toEqual(
      [],
    )
  })

  it('leave no particle to chance after a value', () => {
    // 은/는, 이/가, 을/를, 으로 depend on the sound before them: after a name they would be wrong half of the time.
    const names = 'code|name|stage|tag|tags|discounts|title|what|detail|money'
    const risky = new RegExp(`\\{\\{(${names})\\}\\}(은|는|이|가|을|를|과|와|으로|로)(?![가-힣])`)
    expect([...korean].filter(([, text]) => risky.test(text))).toEqual([])
  })
})
