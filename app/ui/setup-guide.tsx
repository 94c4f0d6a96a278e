import { Badge, BlockStack, Box, Button, Card, Divider, InlineStack, ProgressBar, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'
import type { HomePage, SetupStep } from '#app/domain/pages.ts'
import { useWords } from './i18n.tsx'
import { ImportStatus, isImporting } from './import-card.tsx'

type Props = { page: HomePage; onThemeAdded: () => void }

/** Five steps; the first one that is open shows what to do, the others their name. */
export function SetupGuide({ page, onThemeAdded }: Props) {
  const { t, f } = useWords()
  const done = page.steps.filter((step) => step.isDone).length
  const current = page.steps.find((step) => !step.isDone)?.step
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="200">
          <Text as="h2" variant="headingMd">
            {t('setup.title')}
          </Text>
          <Text as="p" tone="subdued" id="setup-progress">
            {t('setup.progress', { done: f.number(done), total: f.number(page.steps.length) })}
          </Text>
          <ProgressBar
            progress={(done / page.steps.length) * 100}
            size="small"
            animated={false}
            ariaLabelledBy="setup-progress"
          />
          {page.import.state === 'done' && page.freshness.live.state === 'live' ? (
            <Text as="p" tone="subdued">
              {t('setup.live', { minutes: f.number(Math.round(page.freshness.live.promisedMs / 60_000)) })}
            </Text>
          ) : null}
        </BlockStack>
        {page.steps.map(({ step, isDone }, index) => (
          <BlockStack gap="400" key={step}>
            {index === 0 ? null : <Divider />}
            <Step step={step} number={f.number(index + 1)} isDone={isDone} isCurrent={step === current}>
              <StepBody step={step} page={page} onThemeAdded={onThemeAdded} />
            </Step>
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  )
}

type StepProps = { step: SetupStep; number: string; isDone: boolean; isCurrent: boolean; children: ReactNode }

function Step({ step, number, isDone, isCurrent, children }: StepProps) {
  const { t } = useWords()
  return (
    <BlockStack gap="300">
      <InlineStack gap="200" blockAlign="center" align="space-between">
        <Text as="h3" variant={isCurrent ? 'headingSm' : 'bodyMd'} tone={isDone ? 'subdued' : undefined}>
          {t('setup.step', { number, name: t(`setup.${step}.title`) })}
        </Text>
        {isDone ? <Badge tone="success">{t('setup.done')}</Badge> : null}
      </InlineStack>
      {isCurrent ? <Box paddingBlockEnd="100">{children}</Box> : null}
    </BlockStack>
  )
}

function StepBody({ step, page, onThemeAdded }: { step: SetupStep } & Props) {
  const { t } = useWords()
  if (step === 'import') return <ImportStatus progress={page.import} />
  const isWaiting = isImporting(page.import)
  return (
    <BlockStack gap="300">
      <Text as="p">{t(`setup.${step}.text`)}</Text>
      <InlineStack gap="300">
        {step === 'benefit-codes' ? (
          <Button variant="primary" url="/app/settings#codes">
            {t('setup.benefit-codes.action')}
          </Button>
        ) : null}
        {step === 'look' ? (
          <Button variant="primary" url="/app/segments">
            {t('setup.look.action')}
          </Button>
        ) : null}
        {step === 'tagging' ? (
          <Button variant="primary" url="/app/tagging" disabled={isWaiting}>
            {t('setup.tagging.action')}
          </Button>
        ) : null}
        {step === 'theme' ? (
          <>
            <Button variant="primary" url={page.themeEditorUrl} target="_top">
              {t('setup.theme.action')}
            </Button>
            <Button onClick={onThemeAdded}>{t('setup.theme.added')}</Button>
          </>
        ) : null}
      </InlineStack>
    </BlockStack>
  )
}
