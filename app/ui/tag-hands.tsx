import { BlockStack, Button, Card, Divider, InlineStack, Link, Select, Text } from '@shopify/polaris'
import type { TagAnswer, TagQuestion, TagQuestions } from '#app/domain/pages.ts'
import { useWords } from './i18n.tsx'

/** What the merchant can say: to do something is the first, to leave it is the second. */
const ANSWERS: Record<TagQuestion['kind'], readonly TagAnswer[]> = {
  removed: ['put-back', 'leave'],
  added: ['take-off', 'leave'],
}

type Props = {
  hands: TagQuestions
  taggingOn: boolean
  isBusy: boolean
  onAnswer: (question: TagQuestion, answer: TagAnswer) => void
  onWhenRemoved: (whenRemoved: TagQuestions['whenRemoved']) => void
}

/** What somebody else has done to our tags: asked about, and never fought. */
export function HandsCard({ hands, taggingOn, isBusy, onAnswer, onWhenRemoved }: Props) {
  const { t } = useWords()
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="200">
          <Text as="h2" variant="headingMd">
            {t('hands.title')}
          </Text>
          {hands.questions.length === 0 ? <Text as="p">{t('hands.none')}</Text> : null}
        </BlockStack>
        {hands.questions.map((question) => (
          <BlockStack gap="400" key={`${question.kind} ${question.tag}`}>
            <Question question={question} taggingOn={taggingOn} isBusy={isBusy} onAnswer={onAnswer} />
            <Divider />
          </BlockStack>
        ))}
        <Select
          label={t('hands.whenRemoved')}
          helpText={t('hands.own')}
          value={hands.whenRemoved}
          disabled={isBusy}
          options={(['ask', 'put-back', 'leave'] as const).map((value) => ({ value, label: t(`hands.next.${value}`) }))}
          onChange={(value) => onWhenRemoved(value as TagQuestions['whenRemoved'])}
        />
      </BlockStack>
    </Card>
  )
}

type QuestionProps = Pick<Props, 'taggingOn' | 'isBusy' | 'onAnswer'> & { question: TagQuestion }

function Question({ question, taggingOn, isBusy, onAnswer }: QuestionProps) {
  const { t, f } = useWords()
  const { kind, tag, customers, gaveUp } = question
  return (
    <BlockStack gap="200">
      <Text as="h3" variant="headingSm">
        {t(`hands.${kind}`, { count: customers, n: f.number(customers), tag })}
      </Text>
      <Text as="p">{t(`hands.meaning.${kind}`)}</Text>
      {gaveUp === 0 ? null : <Text as="p">{t('hands.gaveUp', { count: gaveUp, n: f.number(gaveUp) })}</Text>}
      {taggingOn ? null : <Text as="p">{t('hands.whenOn')}</Text>}
      <Examples question={question} />
      <InlineStack gap="200">
        {ANSWERS[kind].map((answer) => (
          <Button
            key={answer}
            disabled={isBusy}
            accessibilityLabel={`${t(`hands.answer.${kind}.${answer}`)}: ${tag}`}
            onClick={() => onAnswer(question, answer)}
          >
            {t(`hands.answer.${kind}.${answer}`)}
          </Button>
        ))}
      </InlineStack>
    </BlockStack>
  )
}

function Examples({ question }: { question: TagQuestion }) {
  const { t, f } = useWords()
  const { examples, customers } = question
  return (
    <BlockStack gap="100">
      {examples.length < customers ? (
        <Text as="p" tone="subdued">
          {t('segment.someOf', { shown: f.number(examples.length), n: f.number(customers) })}
        </Text>
      ) : null}
      {examples.map(({ customer, at }) => (
        <InlineStack gap="200" key={customer}>
          <Link url={`/app/customers/${customer}`}>{t('customer.title', { id: customer })}</Link>
          {at === null ? null : (
            <Text as="span" tone="subdued">
              {t('hands.seen', { time: f.dateTime(at) })}
            </Text>
          )}
        </InlineStack>
      ))}
    </BlockStack>
  )
}
