import { AppProvider } from '@shopify/polaris'
import type { ReactElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'
import type { Locale } from '#app/ui/formats.ts'
import { POLARIS_WORDS, Words } from '#app/ui/i18n.tsx'

/** What a person reads on a screen. */
export function textOf(locale: Locale, screen: ReactElement, isCherryPublic = false): string {
  const html = renderToString(
    <AppProvider i18n={POLARIS_WORDS[locale]}>
      <Words locale={locale} timeZone="Asia/Seoul" isCherryPublic={isCherryPublic}>
        {screen}
      </Words>
    </AppProvider>,
  )
  return html
    .replace(/<!-- -->/g, '')
    .replace(/<(style|svg)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#x27;/g, '’')
    .replace(/\s+/g, ' ')
}

/** `never`: what must not be read in either language. */
export type Case = { name: string; screen: ReactElement; en: string[]; ko: string[]; never?: string[] }

/** Every case in both languages. */
export function readInBothLanguages(cases: Case[]): void {
  for (const { name, screen, en, ko, never } of cases)
    it(name, () => {
      const english = textOf('en', screen)
      const korean = textOf('ko', screen)
      for (const sentence of en) expect(english).toContain(sentence)
      for (const sentence of ko) expect(korean).toContain(sentence)
      for (const text of never ?? []) expect(`${english} ${korean}`).not.toContain(text)
      // A key or an unfilled value that reaches a person is a missing text.
      for (const text of [english, korean])
        expect(text).not.toMatch(/\{\{|\}\}|\bNaN\b|undefined|\b[a-z]+\.[a-z]+\.[a-z]+\b/)
    })
}
