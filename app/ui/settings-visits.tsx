import { Banner, BlockStack, Button, Card, InlineStack, List, Spinner, Text } from '@shopify/polaris'
import type { Learning } from '#app/domain/learning.ts'
import { AskedTwice } from './asked-twice.tsx'
import { useWords } from './i18n.tsx'
import { ProblemBanner } from './problem.tsx'

type Props = {
  learning: Learning
  /** The merchant did not allow what Shopify asked for. */
  isDeclined: boolean
  isSaving: boolean
  onLearn: () => void
  onForget: () => void
}

/** Learning from visits: what is told, of whom, for how long, and how to end it, before the button. */
export function VisitSettings({ learning, isDeclined, isSaving, onLearn, onForget }: Props) {
  const { t, f } = useWords()
  const { isOn, isThere, customers, problem } = learning
  return (
    <Card>
      <BlockStack gap="300">
        {isDeclined ? (
          <Banner tone="warning" title={t('visits.declined')}>
            <Text as="p">{t('visits.declinedText')}</Text>
          </Banner>
        ) : null}
        {isOn && problem !== null ? (
          <ProblemBanner problem={problem}>
            <Text as="p">{t('visits.problem')}</Text>
          </ProblemBanner>
        ) : null}
        {isOn && !isThere && problem === null ? (
          <InlineStack gap="200" blockAlign="center">
            <Spinner size="small" accessibilityLabel={t('visits.busy')} />
            <Text as="span">{t('visits.busy')}</Text>
          </InlineStack>
        ) : null}
        {isOn && isThere ? (
          <Text as="p">
            {customers === 0 ? t('visits.none') : t('visits.known', { count: customers, n: f.number(customers) })}
          </Text>
        ) : null}
        <List>
          <List.Item>{t('visits.consent')}</List.Item>
          <List.Item>{t('visits.told')}</List.Item>
          <List.Item>{t('visits.kept')}</List.Item>
          <List.Item>{t('visits.use')}</List.Item>
          <List.Item>{t('visits.off')}</List.Item>
        </List>
        {isOn ? (
          <AskedTwice
            ask={t('visits.turnOff')}
            sure={t('visits.turnOffSure')}
            yes={t('visits.turnOffYes')}
            isBusy={isSaving}
            onYes={onForget}
          />
        ) : (
          <div>
            <Button onClick={onLearn} loading={isSaving}>
              {t('visits.turnOn')}
            </Button>
          </div>
        )}
      </BlockStack>
    </Card>
  )
}
