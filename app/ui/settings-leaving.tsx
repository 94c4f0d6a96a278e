import { Badge, Banner, BlockStack, Button, Card, InlineStack, List, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'
import type { Leaving, LeavingStep } from '#app/domain/pages.ts'
import { AskedTwice } from './asked-twice.tsx'
import { useWords } from './i18n.tsx'
import { ProblemBanner } from './problem.tsx'

const STEPS: readonly LeavingStep[] = ['tagging', 'tags', 'segments', 'definition']
const TONES = { waiting: undefined, 'under-way': 'info', done: 'success', failed: 'critical' } as const

type Props = { leaving: Leaving; isSaving: boolean; onLeave: () => void }

/** Everything of ours out of the shop, step by step, and when it is safe to uninstall. */
export function PrepareToUninstall({ leaving, isSaving, onLeave }: Props) {
  return (
    <Card>
      <BlockStack gap="300">
        {leaving.state === 'not-asked' || leaving.state === 'cancelled' ? (
          <WhatItDoes leaving={leaving} isSaving={isSaving} onLeave={onLeave} />
        ) : leaving.state === 'safe' ? (
          <Safe leaving={leaving} />
        ) : (
          <OnTheWay leaving={leaving} isSaving={isSaving} onLeave={onLeave} />
        )}
      </BlockStack>
    </Card>
  )
}

function WhatItDoes({ leaving, isSaving, onLeave }: Props) {
  const { t, f } = useWords()
  return (
    <>
      {leaving.state === 'cancelled' && leaving.startedAt !== null ? (
        <Text as="p">{t('leaving.cancelled', { time: f.dateTime(leaving.startedAt) })}</Text>
      ) : null}
      <Text as="p">{t('leaving.will')}</Text>
      <List type="number">
        {STEPS.map((step) => (
          <List.Item key={step}>{t(`leaving.step.${step}`)}</List.Item>
        ))}
      </List>
      <Text as="p">{t('leaving.own')}</Text>
      <AskedTwice
        ask={t('leaving.ask')}
        sure={t('leaving.sure')}
        yes={t('leaving.yes')}
        isBusy={isSaving}
        onYes={onLeave}
      />
    </>
  )
}

function OnTheWay({ leaving, isSaving, onLeave }: Props) {
  const { t } = useWords()
  const hasFailed = leaving.state === 'failed'
  return (
    <>
      {leaving.problem === null ? null : <ProblemBanner problem={leaving.problem} />}
      <Text as="p" fontWeight="semibold" tone={hasFailed ? 'critical' : undefined}>
        {hasFailed ? t('leaving.failed') : t('leaving.underWay')}
      </Text>
      <div aria-live="polite">
        <Steps steps={leaving.steps} />
      </div>
      {hasFailed ? (
        <div>
          <Button variant="primary" onClick={onLeave} loading={isSaving}>
            {t('leaving.retry')}
          </Button>
        </div>
      ) : null}
    </>
  )
}

function Safe({ leaving }: Pick<Props, 'leaving'>) {
  const { t, f } = useWords()
  return (
    <>
      <Banner tone="success" title={t('leaving.safe')}>
        <Text as="p">{t('leaving.safeText', { time: f.dateTime(leaving.finishedAt ?? leaving.startedAt ?? 0) })}</Text>
      </Banner>
      <Steps steps={leaving.steps} />
      <Text as="p">{t('leaving.back')}</Text>
      <div>
        <Button url="/app/tagging">{t('stop.toDryRun')}</Button>
      </div>
    </>
  )
}

function Steps({ steps }: { steps: Leaving['steps'] }): ReactNode {
  const { t, f } = useWords()
  return (
    <BlockStack gap="200">
      {steps.map(({ step, state, left }) => (
        <InlineStack key={step} gap="200" align="space-between" blockAlign="center">
          <Text as="span">{t(`leaving.step.${step}`)}</Text>
          <InlineStack gap="200" blockAlign="center">
            {left === null || left === 0 ? null : (
              <Text as="span" tone="subdued">
                {t(`leaving.left.${step}`, { count: left, n: f.number(left) })}
              </Text>
            )}
            <Badge tone={TONES[state]}>{t(`leaving.state.${state}`)}</Badge>
          </InlineStack>
        </InlineStack>
      ))}
    </BlockStack>
  )
}
