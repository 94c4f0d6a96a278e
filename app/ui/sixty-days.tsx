import { Banner, BlockStack, Text } from '@shopify/polaris'
import { useWords } from './i18n.tsx'

/** Without older orders: what is worked out all the same, what waits, and how to ask for them. */
export function SixtyDays() {
  const { t } = useWords()
  return (
    <Banner tone="warning" title={t('sixtyDays.title')}>
      <BlockStack gap="200">
        <Text as="p">{t('sixtyDays.text')}</Text>
        <Text as="p">{t('sixtyDays.whatNow')}</Text>
      </BlockStack>
    </Banner>
  )
}
