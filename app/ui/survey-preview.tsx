import { BlockStack, Button, ButtonGroup, Card, Text } from '@shopify/polaris'
import { useState, type ReactNode } from 'react'
import { LEAST_CHOICES, onStorefront } from '#app/domain/survey.ts'
import type { Locale } from './formats.ts'
import { useWords } from './i18n.tsx'
import { isAfterDelivery, trimmed, type QuestionDraft, type SurveyDraft } from './survey-draft.ts'
import blockWords from './words/storefront.json'

/** The block as a shopper sees it, of what is typed, saved or not. */
export function SurveyPreview({ draft }: { draft: SurveyDraft }) {
  const { t, f } = useWords()
  const [language, setLanguage] = useState<Locale>(f.locale)
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('survey.preview.title')}
        </Text>
        <ButtonGroup variant="segmented">
          {(['en', 'ko'] as const).map((each) => (
            <Button key={each} pressed={each === language} onClick={() => setLanguage(each)}>
              {t(`survey.preview.${each}`)}
            </Button>
          ))}
        </ButtonGroup>
        <Block draft={draft} language={language} />
        <Text as="p" tone="subdued">
          {t('survey.preview.help')}
        </Text>
      </BlockStack>
    </Card>
  )
}

const FRAME = { border: '1px solid currentColor', borderRadius: 8, padding: 16, overflowWrap: 'anywhere' } as const
const STACK = { display: 'grid', gap: 12 }

function Block({ draft, language }: { draft: SurveyDraft; language: Locale }) {
  const { t } = useWords()
  const words = blockWords[language]
  const shown = onStorefront(trimmed(draft), true)
  const questions = shown.off ? [] : shown.questions.filter((each) => isAsked(each, language))
  const consent = shown.off ? '' : shown.consent[language]
  if (questions.length === 0 || consent === '') return <Text as="p">{t('survey.preview.nothing')}</Text>
  const isAskedNow = !questions.every(isAfterDelivery)
  const end = (
    <>
      <Choice kind="checkbox" name="preview-consent">
        {consent}
      </Choice>
      <div>
        <Pressed>{words.send}</Pressed>
      </div>
    </>
  )
  return (
    <>
      <div style={{ ...FRAME, ...STACK }} lang={language}>
        <strong>{words.heading}</strong>
        {questions.map((question, place) =>
          isAfterDelivery(question) ? (
            <details key={place}>
              <summary style={{ cursor: 'pointer' }}>
                <Pressed>{words.ask_later}</Pressed>
              </summary>
              <div style={{ ...STACK, marginTop: 12 }}>
                <Asked question={question} language={language} name={`preview-${place}`} />
                {isAskedNow ? null : end}
              </div>
            </details>
          ) : (
            <Asked key={place} question={question} language={language} name={`preview-${place}`} />
          ),
        )}
        {isAskedNow ? end : null}
      </div>
      {questions.some(isAfterDelivery) ? (
        <Text as="p" tone="subdued">
          {t('survey.preview.later', { line: words.later })}
        </Text>
      ) : null}
    </>
  )
}

/** The block leaves out a question without its text or without enough choices. */
function isAsked({ text, choices }: QuestionDraft, language: Locale): boolean {
  return text[language] !== '' && choices.filter((each) => each.text[language] !== '').length >= LEAST_CHOICES
}

function Asked({ question, language, name }: { question: QuestionDraft; language: Locale; name: string }) {
  return (
    <fieldset style={{ margin: 0, padding: 0, border: 0, minWidth: 0 }}>
      <legend style={{ padding: 0 }}>{question.text[language]}</legend>
      {question.choices.map(({ text }, at) =>
        text[language] === '' ? null : (
          <Choice key={at} kind={question.several ? 'checkbox' : 'radio'} name={name}>
            {text[language]}
          </Choice>
        ),
      )}
    </fieldset>
  )
}

function Choice({ kind, name, children }: { kind: 'checkbox' | 'radio'; name: string; children: ReactNode }) {
  return (
    <label style={{ display: 'flex', gap: 8, paddingBlock: 4 }}>
      <input type={kind} name={name} style={{ flex: 'none', width: 20, height: 20, margin: 0 }} />
      <span>{children}</span>
    </label>
  )
}

/** What a button of the block looks like; pressing it here sends nothing. */
function Pressed({ children }: { children: ReactNode }) {
  return (
    <span style={{ display: 'inline-block', border: '1px solid currentColor', borderRadius: 4, padding: '8px 12px' }}>
      {children}
    </span>
  )
}
