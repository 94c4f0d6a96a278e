import { BlockStack, Button, InlineStack, Text } from '@shopify/polaris'
import { useState } from 'react'
import { useWords } from './i18n.tsx'

type Props = {
  /** The first button. */
  ask: string
  /** What it would do, in words, beside the second one. */
  sure: string
  yes: string
  isBusy: boolean
  isCritical?: boolean
  onYes: () => void
}

/** A button for what is not undone by another click: it says first what it does, and asks again. */
export function AskedTwice({ ask, sure, yes, isBusy, isCritical = true, onYes }: Props) {
  const { t } = useWords()
  const [isAsking, setIsAsking] = useState(false)
  if (!isAsking)
    return (
      <div>
        <Button tone={isCritical ? 'critical' : undefined} onClick={() => setIsAsking(true)} disabled={isBusy}>
          {ask}
        </Button>
      </div>
    )
  return (
    <BlockStack gap="200">
      <Text as="p" tone={isCritical ? 'critical' : undefined} fontWeight="medium">
        {sure}
      </Text>
      <InlineStack gap="200">
        <Button
          variant="primary"
          tone={isCritical ? 'critical' : undefined}
          loading={isBusy}
          onClick={() => {
            setIsAsking(false)
            onYes()
          }}
        >
          {yes}
        </Button>
        <Button onClick={() => setIsAsking(false)}>{t('stop.cancel')}</Button>
      </InlineStack>
    </BlockStack>
  )
}
