import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EXTENSION, blockSchema, blockScope, defaultsOf, renderBlock } from '#tests/shop/storefront/liquid.ts'
import { allCases } from './cases.ts'
import { piecesOf } from './html.ts'

const RUBY = '/usr/bin/ruby'
const isThere = existsSync(RUBY) && hasLiquid()

function hasLiquid(): boolean {
  try {
    execFileSync(RUBY, ['-e', 'require "liquid"'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

// With CI=true the tools must be there: a missing one fails instead of passing unseen.
test.skipIf(!isThere && process.env.CI !== 'true')(
  'Shopify’s own Liquid engine (Debian: ruby-liquid) renders every state to the same page',
  () => {
    const cases = allCases()
    const defaults = defaultsOf(blockSchema('segment-message'))
    const rendering = (one: (typeof cases)[number]) => ({ now: one.now, timezone: 'Asia/Seoul', locale: one.locale })
    const source = readFileSync(`${EXTENSION}blocks/segment-message.liquid`, 'utf8').replace(
      /\{% schema %\}[\s\S]*/,
      '',
    )
    const answers = JSON.parse(
      execFileSync(RUBY, [new URL('./second-opinion.rb', import.meta.url).pathname], {
        encoding: 'utf8',
        maxBuffer: 50_000_000,
        env: { ...process.env, LANG: 'C.UTF-8' },
        input: JSON.stringify({
          source,
          snippets: { 'morello-name': readFileSync(`${EXTENSION}snippets/morello-name.liquid`, 'utf8') },
          translations: {
            en: JSON.parse(readFileSync(`${EXTENSION}locales/en.default.json`, 'utf8')),
            ko: JSON.parse(readFileSync(`${EXTENSION}locales/ko.json`, 'utf8')),
          },
          cases: cases.map((one) => ({
            now: one.now,
            offset: '+09:00',
            locale: one.locale,
            scope: blockScope({ ...one.scope, settings: { ...defaults, ...one.scope.settings } }, rendering(one)),
          })),
        }),
      }),
    ) as string[]
    expect(answers.length).toBe(cases.length)
    for (const [index, one] of cases.entries()) {
      const ours = renderBlock('segment-message', one.scope, rendering(one))
      const theirs = `<div id="shopify-block-segment-message" class="shopify-block shopify-app-block">${answers[index]}</div>`
      expect(piecesOf(ours), one.name).toEqual(piecesOf(theirs))
    }
  },
)
