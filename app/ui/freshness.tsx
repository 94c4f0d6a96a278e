import { Text } from '@shopify/polaris'
import type { Freshness } from '#app/domain/pages.ts'
import { useBrowserNow, useWords } from './i18n.tsx'

/** When the figures of a page were worked out; red when later than promised. */
export function FreshnessText({ freshness }: { freshness: Freshness }) {
  const { t, f } = useWords()
  const now = useBrowserNow()
  if (freshness.asOf === null)
    return (
      <Text as="span" tone="subdued">
        {t('freshness.notYet')}
      </Text>
    )
  const updated =
    now === null
      ? t('freshness.updatedAt', { time: f.dateTime(freshness.asOf) })
      : t('freshness.updated', { ago: f.ago(freshness.asOf, now) })
  return (
    <Text as="span" tone={freshness.isLate ? 'critical' : 'subdued'}>
      {freshness.isLate ? t('freshness.late', { updated }) : updated}
    </Text>
  )
}
