import {
  BlockStack,
  Box,
  Button,
  Card,
  Checkbox,
  InlineGrid,
  InlineStack,
  Select,
  Text,
  TextField,
} from '@shopify/polaris'
import { LONGEST_TEXT, type SurveyText } from '#app/domain/survey.ts'
import { useWords } from './i18n.tsx'
import { askedWhen, canAddChoice, canRemoveChoice, isAfterDelivery, type QuestionDraft } from './survey-draft.ts'

type Props = {
  place: number
  question: QuestionDraft
  /** How often each choice was taken, by its id. */
  counts: Record<number, number>
  /** Another question is asked after a delivery; one at most is. */
  isAfterTaken: boolean
  onChange: (question: QuestionDraft) => void
  onRemove?: () => void
}

/** One question with its choices, and how often each was taken. */
export function QuestionCard({ place, question, counts, isAfterTaken, onChange, onRemove }: Props) {
  const { t, f } = useWords()
  const { choices } = question
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center">
          <Text as="h2" variant="headingMd">
            {t('survey.question', { n: f.number(place + 1) })}
          </Text>
          {onRemove ? (
            <Button
              variant="tertiary"
              onClick={onRemove}
              accessibilityLabel={t('survey.removeQuestion', { n: f.number(place + 1) })}
            >
              {t('survey.remove')}
            </Button>
          ) : null}
        </InlineStack>
        <BothTexts
          label={t('survey.questionText')}
          text={question.text}
          longest={LONGEST_TEXT}
          onChange={(text) => onChange({ ...question, text })}
        />
        <Select
          label={t('survey.when')}
          options={[
            { value: 'any-time', label: t('survey.whens.any-time') },
            { value: 'after-delivery', label: t('survey.whens.after-delivery'), disabled: isAfterTaken },
          ]}
          value={question.when ?? 'any-time'}
          helpText={isAfterDelivery(question) ? t('survey.whenHelp') : isAfterTaken ? t('survey.whenTaken') : undefined}
          onChange={(when) => onChange(askedWhen(question, when === 'after-delivery'))}
        />
        <Checkbox
          label={t('survey.several')}
          checked={question.several}
          onChange={(several) => onChange({ ...question, several })}
        />
        {choices.map((choice, at) => (
          <Box key={at} borderInlineStartWidth="050" borderColor="border" paddingInlineStart="300">
            <BlockStack gap="100">
              <BothTexts
                label={t('survey.choice', { n: f.number(at + 1) })}
                text={choice.text}
                longest={LONGEST_TEXT}
                onChange={(text) =>
                  onChange({ ...question, choices: choices.map((each, i) => (i === at ? { ...each, text } : each)) })
                }
              />
              <InlineStack gap="300" blockAlign="center">
                <Text as="span" tone="subdued">
                  {t('survey.taken', { count: counts[choice.id] ?? 0, n: f.number(counts[choice.id] ?? 0) })}
                </Text>
                {canRemoveChoice(question) ? (
                  <Button
                    variant="plain"
                    accessibilityLabel={t('survey.removeChoice', { n: f.number(at + 1) })}
                    onClick={() => onChange({ ...question, choices: choices.filter((_, i) => i !== at) })}
                  >
                    {t('survey.remove')}
                  </Button>
                ) : null}
              </InlineStack>
            </BlockStack>
          </Box>
        ))}
        {canAddChoice(question) ? (
          <InlineStack>
            <Button
              onClick={() => onChange({ ...question, choices: [...choices, { id: 0, text: { en: '', ko: '' } }] })}
            >
              {t('survey.addChoice')}
            </Button>
          </InlineStack>
        ) : null}
      </BlockStack>
    </Card>
  )
}

type BothProps = { label: string; text: SurveyText; longest: number; onChange: (text: SurveyText) => void }

/** One text in both of the storefront's languages. */
export function BothTexts({ label, text, longest, onChange }: BothProps) {
  const { t } = useWords()
  return (
    <InlineGrid columns={{ xs: 1, sm: 2 }} gap="200">
      {(['en', 'ko'] as const).map((language) => (
        <TextField
          key={language}
          label={t(`survey.in.${language}`, { label })}
          value={text[language]}
          maxLength={longest}
          multiline={longest > LONGEST_TEXT ? 5 : false}
          autoComplete="off"
          onChange={(value) => onChange({ ...text, [language]: value })}
        />
      ))}
    </InlineGrid>
  )
}
