import { Badge, Banner, BlockStack, Box, Button, Card, InlineGrid, InlineStack, Page, Text } from '@shopify/polaris'
import { useState } from 'react'
import type { SurveyPage } from '#app/domain/survey-pages.ts'
import { LONGEST_CONSENT } from '#app/domain/survey.ts'
import { AskedTwice } from './asked-twice.tsx'
import { useWords, wordsIn } from './i18n.tsx'
import { SaveBar } from './save-bar.tsx'
import {
  canAddQuestion,
  canRemoveQuestion,
  draftOf,
  freshQuestion,
  isAfterDelivery,
  isComplete,
  losesAnswers,
} from './survey-draft.ts'
import type { SurveyDraft } from './survey-draft.ts'
import { SurveyPreview } from './survey-preview.tsx'
import { BothTexts, QuestionCard } from './survey-question.tsx'

/** What a new survey asks to agree to, in each language of the storefront. */
const FIRST_CONSENT = { en: wordsIn('en').t('survey.firstConsent'), ko: wordsIn('ko').t('survey.firstConsent') }

type Props = {
  page: SurveyPage
  isBusy: boolean
  /** Shopify was asked for what the storefront's way to us needs, and the merchant said no. */
  isDeclined: boolean
  isRefused: boolean
  onSave: (draft: SurveyDraft) => void
  onSwitch: (isOn: boolean) => void
  onErase: () => void
}

/** What the shop asks its shoppers, whether it does, and what they have answered. */
export function SurveyScreen({ page, isBusy, isDeclined, isRefused, onSave, onSwitch, onErase }: Props) {
  const { t } = useWords()
  const start = draftOf(page.definition, FIRST_CONSENT)
  const [draft, setDraft] = useState(start)
  const isChanged = JSON.stringify(draft) !== JSON.stringify(start)
  const setQuestion = (place: number, question: SurveyDraft['questions'][number]) =>
    setDraft({ ...draft, questions: draft.questions.map((each, i) => (i === place ? question : each)) })
  return (
    <Page title={t('survey.title')} subtitle={t('survey.subtitle')}>
      <SaveBar
        isOpen={isChanged}
        isSaving={isBusy}
        isValid={isComplete(draft)}
        onSave={() => onSave(draft)}
        onDiscard={() => setDraft(start)}
      />
      <BlockStack gap="400">
        {isRefused ? <Banner tone="critical" title={t('survey.refused')} /> : null}
        {isDeclined ? <Banner tone="warning" title={t('survey.declined')} /> : null}
        {losesAnswers(draft, page.counts) ? <Banner tone="warning" title={t('survey.losesAnswers')} /> : null}
        <Standing page={page} isBusy={isBusy} isChanged={isChanged} onSwitch={onSwitch} onErase={onErase} />
        <InlineGrid columns={{ xs: 1, md: ['twoThirds', 'oneThird'] }} gap="400" alignItems="start">
          <BlockStack gap="400">
            {draft.questions.map((question, place) => (
              <QuestionCard
                key={place}
                place={place}
                question={question}
                counts={page.counts}
                isAfterTaken={draft.questions.some((each, i) => i !== place && isAfterDelivery(each))}
                onChange={(changed) => setQuestion(place, changed)}
                {...(canRemoveQuestion(draft)
                  ? { onRemove: () => setDraft({ ...draft, questions: draft.questions.filter((_, i) => i !== place) }) }
                  : {})}
              />
            ))}
            {canAddQuestion(draft) ? (
              <Box paddingInline={{ xs: '400', sm: '0' }}>
                <Button onClick={() => setDraft({ ...draft, questions: [...draft.questions, freshQuestion()] })}>
                  {t('survey.addQuestion')}
                </Button>
              </Box>
            ) : null}
            <Card>
              <BlockStack gap="300">
                <Text as="h2" variant="headingMd">
                  {t('survey.consent')}
                </Text>
                <BothTexts
                  label={t('survey.consentText')}
                  text={draft.consent}
                  longest={LONGEST_CONSENT}
                  onChange={(consent) => setDraft({ ...draft, consent })}
                />
                <Text as="p" tone="subdued">
                  {t('survey.consentHelp')}
                </Text>
              </BlockStack>
            </Card>
          </BlockStack>
          <div style={{ position: 'sticky', top: 16, minWidth: 0 }}>
            <SurveyPreview draft={draft} />
          </div>
        </InlineGrid>
      </BlockStack>
    </Page>
  )
}

type StandingProps = Pick<Props, 'page' | 'isBusy' | 'onSwitch' | 'onErase'> & { isChanged: boolean }

function Standing({ page, isBusy, isChanged, onSwitch, onErase }: StandingProps) {
  const { t, f } = useWords()
  const { isOn, definition, answered } = page
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack gap="200" blockAlign="center">
          <Text as="h2" variant="headingMd">
            {t('survey.onStorefront')}
          </Text>
          <Badge {...(isOn ? { tone: 'success' } : {})}>{t(isOn ? 'survey.on' : 'survey.off')}</Badge>
        </InlineStack>
        <Text as="p">{t('survey.answered', { count: answered, n: f.number(answered) })}</Text>
        <Text as="p" tone="subdued">
          {t('survey.who')}
        </Text>
        {page.rewards.length === 0 ? null : <Text as="p">{t('survey.rewards', { names: f.list(page.rewards) })}</Text>}
        <InlineStack gap="200">
          <Button
            variant={isOn ? 'secondary' : 'primary'}
            disabled={isBusy || isChanged || definition === null}
            onClick={() => onSwitch(!isOn)}
          >
            {t(isOn ? 'survey.switchOff' : 'survey.switchOn')}
          </Button>
          <Button url={page.themeEditor} target="_blank">
            {t('survey.addBlock')}
          </Button>
          {answered > 0 ? (
            <AskedTwice
              ask={t('survey.erase')}
              sure={t('survey.eraseQuestion', { count: answered, n: f.number(answered) })}
              yes={t('survey.eraseYes')}
              isBusy={isBusy}
              onYes={onErase}
            />
          ) : null}
        </InlineStack>
      </BlockStack>
    </Card>
  )
}
