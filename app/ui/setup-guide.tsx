import { Badge, BlockStack, Box, Button, Card, Divider, InlineStack, ProgressBar, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'
import type { HomePage, SetupStep } from '#app/domain/pages.ts'
import { useWords } from './i18n.tsx'
import { ImportStatus, isImporting } from './import-card.tsx'

type Props = { page: HomePage; onThemeAdded: () => void }

type Standing = 'done' | 'waits' | 'open'

/** Without older orders no code is known that could be named: that step is not done, and nothing can be done about it. */
function standingOf({ step, isDone }: HomePage['steps'][number], page: HomePage): Standing {
  if (step === 'benefit-codes' && page.freshness.isLimited && page.codes.length === 0) return 'waits'
  return isDone ? 'done' : 'open'
}

/** Five steps; the first one that is open shows what to do, the others their name. */
export function SetupGuide({ page, onThemeAdded }: Props) {
  const { t, f } = useWords()
  const steps = page.steps.map((given) => ({ step: given.step, standing: standingOf(given, page) }))
  const done = steps.filter(({ standing }) => standing === 'done').length
  const current = steps.find(({ standing }) => standing === 'open')?.step
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="200">
          <Text as="h2" variant="headingMd">
            {t('setup.title')}
          </Text>
          <Text as="p" tone="subdued" id="setup-progress">
            {t('setup.progress', { done: f.number(done), total: f.number(steps.length) })}
          </Text>
          <ProgressBar
            progress={(done / steps.length) * 100}
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
        {steps.map(({ step, standing }, index) => (
          <BlockStack gap="400" key={step}>
            {index === 0 ? null : <Divider />}
            <Step step={step} number={f.number(index + 1)} standing={standing} isCurrent={step === current}>
              <StepBody step={step} page={page} onThemeAdded={onThemeAdded} />
            </Step>
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  )
}

type StepProps = { step: SetupStep; number: string; standing: Standing; isCurrent: boolean; children: ReactNode }

function Step({ step, number, standing, isCurrent, children }: StepProps) {
  const { t } = useWords()
  return (
    <BlockStack gap="300">
      <InlineStack gap="200" blockAlign="center" align="space-between">
        <Text as="h3" variant={isCurrent ? 'headingSm' : 'bodyMd'} tone={standing === 'done' ? 'subdued' : undefined}>
          {t('setup.step', { number, name: t(`setup.${step}.title`) })}
        </Text>
        {standing === 'done' ? <Badge tone="success">{t('setup.done')}</Badge> : null}
        {standing === 'waits' ? <Badge>{t('setup.benefit-codes.waits')}</Badge> : null}
      </InlineStack>
      {standing === 'waits' ? (
        <Text as="p" tone="subdued">
          {t('setup.benefit-codes.waitsText')}
        </Text>
      ) : null}
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
