import { BlockStack, Button, Card, InlineStack, List, Text } from '@shopify/polaris'
import { useId, useState } from 'react'
import type { SegmentPage } from '#app/domain/pages.ts'
import { Headline } from './segments-page.tsx'
import { useWords } from './i18n.tsx'
import { TrendChart } from './trend-chart.tsx'

/** How the segment is worked out: cycle, window, versions, and how its size has moved. */
export function SegmentExplained({ page }: { page: SegmentPage }) {
  const { t } = useWords()
  const [isOpen, setIsOpen] = useState(false)
  const id = useId()
  return (
    <Card>
      <BlockStack gap="400">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {t('explained.title')}
          </Text>
          <Button
            variant="plain"
            disclosure={isOpen ? 'up' : 'down'}
            ariaExpanded={isOpen}
            ariaControls={id}
            onClick={() => setIsOpen(!isOpen)}
          >
            {isOpen ? t('explained.hide') : t('explained.show')}
          </Button>
        </InlineStack>
        {/* Hidden, not absent: the chart is in the server's page. */}
        <div id={id} hidden={!isOpen}>
          <Explanation page={page} />
        </div>
      </BlockStack>
    </Card>
  )
}

function Explanation({ page }: { page: SegmentPage }) {
  const { t, f } = useWords()
  const { estimates } = page
  if (page.segment === 'cherry-picker') return <CherryExplanation page={page} />
  return (
    <BlockStack gap="400">
      <Text as="p">
        <Headline estimates={estimates} />
      </Text>
      <List>
        <List.Item>{t('explained.cycle', { days: f.number(Math.round(estimates.cycleDays)) })}</List.Item>
        <List.Item>{t('explained.personal')}</List.Item>
        <List.Item>
          {t('explained.window', {
            days: f.number(Math.round(estimates.windowDays)),
            share: f.percent(page.thresholds.windowShare),
          })}
        </List.Item>
        <List.Item>{t('explained.occasion')}</List.Item>
        <List.Item>
          {t('explained.versions', {
            version: f.number(estimates.version),
            date: f.date(estimates.takenAt),
            n: f.number(estimates.reorderers),
          })}
        </List.Item>
      </List>
      <TrendChart points={page.trend} replayedUntil={page.replayedUntil} />
    </BlockStack>
  )
}

function CherryExplanation({ page }: { page: SegmentPage }) {
  const { t, f } = useWords()
  const { mixture, saleWeeks } = page.learned
  return (
    <BlockStack gap="400">
      <List>
        <List.Item>{t('explained.cherry.habit')}</List.Item>
        <List.Item>{t('explained.cherry.chances', { n: f.number(saleWeeks) })}</List.Item>
        <List.Item>{t('explained.cherry.benefits')}</List.Item>
        <List.Item>{t('explained.cherry.accounts')}</List.Item>
        <List.Item>{t('explained.cherry.cancelled')}</List.Item>
        <List.Item>{t('explained.cherry.cut')}</List.Item>
        <List.Item>{t('explained.cherry.money')}</List.Item>
        <List.Item>{t('explained.cherry.notCounted')}</List.Item>
        <List.Item>
          {mixture === null
            ? t('explained.cherry.notLearned')
            : t('explained.cherry.learned', { n: f.number(mixture.people), date: f.date(mixture.at) })}
        </List.Item>
        <List.Item>{t('explained.cherry.tiers')}</List.Item>
      </List>
      {page.trend.length === 0 ? null : <TrendChart points={page.trend} replayedUntil={page.replayedUntil} />}
    </BlockStack>
  )
}
