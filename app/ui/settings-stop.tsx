import { BlockStack, Button, Card, InlineStack, Text } from '@shopify/polaris'
import { AskedTwice } from './asked-twice.tsx'
import { useWords } from './i18n.tsx'

type Props = { taggingOn: boolean; isSaving: boolean; onStop: () => void; onRemove: () => void }

/** Stopping keeps what is written; removing takes our tags and values off, after being asked twice. */
export function StopTagging({ taggingOn, isSaving, onStop, onRemove }: Props) {
  const { t } = useWords()
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="200">
          <Text as="p">{taggingOn ? t('stop.stopText') : t('stop.isOff')}</Text>
          <InlineStack gap="200">
            {taggingOn ? (
              <Button onClick={onStop} disabled={isSaving}>
                {t('stop.stop')}
              </Button>
            ) : (
              <Button url="/app/tagging">{t('stop.toDryRun')}</Button>
            )}
          </InlineStack>
        </BlockStack>
        <BlockStack gap="200">
          <Text as="p">{t('stop.removeText')}</Text>
          <AskedTwice
            ask={t('stop.remove')}
            sure={t('stop.sure')}
            yes={t('stop.removeYes')}
            isBusy={isSaving}
            onYes={onRemove}
          />
        </BlockStack>
      </BlockStack>
    </Card>
  )
}
