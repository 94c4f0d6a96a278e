import { BlockStack, Button, Card, InlineStack, Text } from '@shopify/polaris'
import { useWords } from './i18n.tsx'

/** On the page of all segments, until the three questions are answered or put away. */
export function WatchFirstCard({ isSaving, onDismiss }: { isSaving: boolean; onDismiss: () => void }) {
  const { t } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('first.title')}
        </Text>
        <Text as="p">{t('first.ask')}</Text>
        <InlineStack gap="200">
          <Button url="/app/segments/first">{t('first.start')}</Button>
          <Button variant="plain" disabled={isSaving} onClick={onDismiss}>
            {t('first.later')}
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}
