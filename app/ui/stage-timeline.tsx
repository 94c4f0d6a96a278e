import { BlockStack, Card, InlineStack, Text } from '@shopify/polaris'
import type { CustomerPage } from '#app/domain/pages.ts'
import type { Instant } from '#app/domain/order.ts'
import type { Stage } from '#app/domain/stages.ts'
import { useWords } from './i18n.tsx'
import { StageBadge } from './stage-badge.tsx'

const COLOURS: Record<Stage, string> = {
  prospect: 'var(--p-color-bg-fill-tertiary)',
  new: 'var(--p-color-bg-fill-info)',
  'one-and-done': 'var(--p-color-bg-fill-disabled, #b5b5b5)',
  repeat: 'var(--p-color-bg-fill-success-secondary)',
  loyal: 'var(--p-color-bg-fill-success)',
  'at-risk': 'var(--p-color-bg-fill-warning)',
  lapsed: 'var(--p-color-border-tertiary, #ccc)',
}

type Props = { spans: CustomerPage['timeline']; asOf: Instant }

/** Every stage with its days, newest first, above it the same as one bar. */
export function StageTimeline({ spans, asOf }: Props) {
  const { t, f } = useWords()
  if (spans.length === 0) return null
  function daysOf(span: Props['spans'][number]): string {
    const from = f.date(span.from)
    if (span.to === null) return t('timeline.since', { from })
    const to = f.date(span.to)
    return from === to ? from : t('timeline.span', { from, to })
  }
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('timeline.title')}
        </Text>
        <div aria-hidden="true" style={{ display: 'flex', height: 12, borderRadius: 6, overflow: 'hidden' }}>
          {spans.map((span) => (
            <div
              key={span.from}
              style={{
                flexGrow: Math.max(1, (span.to ?? asOf) - span.from),
                minWidth: 2,
                background: COLOURS[span.stage],
              }}
            />
          ))}
        </div>
        <div style={{ maxHeight: 320, overflowY: 'auto' }} tabIndex={0} role="region" aria-label={t('timeline.title')}>
          <BlockStack gap="200">
            {[...spans].reverse().map((span) => (
              <InlineStack key={span.from} gap="200" blockAlign="center">
                <StageBadge segment={span.stage} />
                <Text as="span">{daysOf(span)}</Text>
                {span.isReplayed ? (
                  <Text as="span" tone="subdued" variant="bodySm">
                    {t('timeline.replayed')}
                  </Text>
                ) : null}
              </InlineStack>
            ))}
          </BlockStack>
        </div>
      </BlockStack>
    </Card>
  )
}
