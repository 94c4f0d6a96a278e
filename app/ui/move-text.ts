import { createInstance, type TFunction } from 'i18next'
import type { RuleFact } from '#app/domain/rules/evaluate.ts'
import type { StageReason } from '#app/domain/stages.ts'
import { formatsOf, type Locale } from './formats.ts'
import { factsText, type OwnWords } from './own-text.ts'
import { reasonText } from './reason.ts'
import en from './words/en.json' with { type: 'json' }
import ko from './words/ko.json' with { type: 'json' }
import publicWords from './words/public.json' with { type: 'json' }

const words = new Map<Locale, TFunction>()

/** The worker's words: those of the screens without the screens. Cherry-picker in its public wording, for Flow's mails. */
function wordsOf(locale: Locale): TFunction {
  const known = words.get(locale)
  if (known) return known
  const instance = createInstance()
  void instance.init({
    lng: locale,
    fallbackLng: false,
    resources: {
      en: { translation: en, public: publicWords.en },
      ko: { translation: ko, public: publicWords.ko },
    },
    defaultNS: 'public',
    fallbackNS: 'translation',
    interpolation: { escapeValue: false },
    initAsync: false,
    showSupportNotice: false,
  })
  words.set(locale, instance.t)
  return instance.t
}

/** Why somebody moved, as one sentence for whoever reads a Flow workflow's message. */
export function moveText(move: { what: string; to: string; because: unknown }, locale: Locale, own: OwnWords): string {
  const t = wordsOf(locale)
  if (move.what === 'stage') return reasonText(t, formatsOf(locale, 'UTC'), move.because as StageReason)
  if (move.what === 'own') return factsText(t, formatsOf(locale, 'UTC'), move.because as RuleFact[], own)
  return t(`cherry.tier.${move.to}`)
}
