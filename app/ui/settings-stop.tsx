import { BlockStack, Button, Card, InlineStack, Text } from '@shopify/polaris'
import { useState } from 'react'
import { useWords } from './i18n.tsx'

type Props = { taggingOn: boolean; isSaving: boolean; onStop: () => void; onRemove: () => void }

/** Stopping keeps what is written; removing takes our tags and values off, after being asked twice. */
export function StopTagging({ taggingOn, isSaving, onStop, onRemove }: Props) {
  const { t } = useWords()
  const [isAsking, setIsAsking] = useState(false)
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
          {isAsking ? (
            <BlockStack gap="200">
              <Text as="p" tone="critical" fontWeight="medium">
                {t('stop.sure')}
              </Text>
              <InlineStack gap="200">
                <Button
                  variant="primary"
                  tone="critical"
                  loading={isSaving}
                  onClick={() => {
                    setIsAsking(false)
                    onRemove()
                  }}
                >
                  {t('stop.removeYes')}
                </Button>
                <Button onClick={() => setIsAsking(false)}>{t('stop.cancel')}</Button>
              </InlineStack>
            </BlockStack>
          ) : (
            <div>
              <Button tone="critical" onClick={() => setIsAsking(true)} disabled={isSaving}>
                {t('stop.remove')}
              </Button>
            </div>
          )}
        </BlockStack>
      </BlockStack>
    </Card>
  )
}
