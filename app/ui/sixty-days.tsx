import { Banner, BlockStack, Link, List, Text } from '@shopify/polaris'
import type { Freshness, SegmentKey } from '#app/domain/pages.ts'
import { useWords } from './i18n.tsx'

/** Whom only older orders could show: while Shopify hides those, that nobody was found says nothing. */
const NEED_OLDER_ORDERS: readonly SegmentKey[] = ['at-risk', 'lapsed', 'cherry-picker']

/** Whether nobody is in a segment only because Shopify hides what would bring them there. */
export function isHidden(segment: SegmentKey, customers: number, { isLimited }: Freshness): boolean {
  return isLimited && customers === 0 && NEED_OLDER_ORDERS.includes(segment)
}

/** Without older orders: what is worked out all the same, what waits, and on Home how to ask for them. */
export function SixtyDays({ hasSteps = false }: { hasSteps?: boolean }) {
  const { t } = useWords()
  return (
    <Banner tone="warning" title={t('sixtyDays.title')}>
      <BlockStack gap="200">
        <Text as="p">{t('sixtyDays.text')}</Text>
        {hasSteps ? (
          <>
            <Text as="p" fontWeight="medium">
              {t('sixtyDays.steps')}
            </Text>
            <List type="number">
              <List.Item>{t('sixtyDays.step1')}</List.Item>
              <List.Item>{t('sixtyDays.step2')}</List.Item>
              <List.Item>{t('sixtyDays.step3')}</List.Item>
              <List.Item>{t('sixtyDays.step4')}</List.Item>
            </List>
          </>
        ) : (
          <Link url="/app">{t('sixtyDays.steps')}</Link>
        )}
      </BlockStack>
    </Banner>
  )
}
