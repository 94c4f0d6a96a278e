import polarisEn from '@shopify/polaris/locales/en.json'
import polarisKo from '@shopify/polaris/locales/ko.json'
import { createInstance } from 'i18next'
import type { TFunction, i18n } from 'i18next'
import { createContext, useContext, useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { I18nextProvider, initReactI18next, useTranslation } from 'react-i18next'
import type { Instant } from '#app/domain/order.ts'
import { formatsOf } from './formats.ts'
import type { Formats, Locale } from './formats.ts'
import en from './words/en.json'
import ko from './words/ko.json'
import publicWords from './words/public.json'

/** Polaris' own words, for its AppProvider. */
export const POLARIS_WORDS = { en: polarisEn, ko: polarisKo } as const

/**
 * One instance per render: the server answers merchants of different languages at the same time. `isCherryPublic`: the
 * merchant has chosen the public wording of cherry-picker, which is laid over the words.
 */
export function wordsIn(locale: Locale, isCherryPublic = false): i18n {
  const instance = createInstance()
  void instance.use(initReactI18next).init({
    lng: locale,
    fallbackLng: false,
    resources: {
      en: { translation: en, public: publicWords.en },
      ko: { translation: ko, public: publicWords.ko },
    },
    defaultNS: isCherryPublic ? 'public' : 'translation',
    fallbackNS: 'translation',
    // React escapes; resources are here already, so nothing has to wait.
    interpolation: { escapeValue: false },
    initAsync: false,
    // Else the library writes an advertisement to the console.
    showSupportNotice: false,
    react: { useSuspense: false },
  })
  return instance
}

const FormatsContext = createContext<Formats>(formatsOf('en', 'UTC'))

type Props = { locale: Locale; timeZone?: string | null; isCherryPublic?: boolean; children: ReactNode }

/** Words and formats for everything below. Without the shop's time zone the browser's is used once it is known. */
export function Words({ locale, timeZone, isCherryPublic = false, children }: Props) {
  const instance = useMemo(() => wordsIn(locale, isCherryPublic), [locale, isCherryPublic])
  const [browserZone, setBrowserZone] = useState<string | null>(null)
  useEffect(() => setBrowserZone(Intl.DateTimeFormat().resolvedOptions().timeZone), [])
  const zone = timeZone ?? browserZone ?? 'UTC'
  const formats = useMemo(() => formatsOf(locale, zone), [locale, zone])
  return (
    <I18nextProvider i18n={instance}>
      <FormatsContext.Provider value={formats}>{children}</FormatsContext.Provider>
    </I18nextProvider>
  )
}

export function useWords(): { t: TFunction; f: Formats } {
  const { t } = useTranslation()
  const f = useContext(FormatsContext)
  return { t, f }
}

/** The browser's clock, every half minute; null on the server and in the first render, which must be the same. */
export function useBrowserNow(): Instant | null {
  const [now, setNow] = useState<Instant | null>(null)
  useEffect(() => {
    const tick = () => setNow(performance.timeOrigin + performance.now())
    tick()
    const timer = setInterval(tick, 30_000)
    return () => clearInterval(timer)
  }, [])
  return now
}
