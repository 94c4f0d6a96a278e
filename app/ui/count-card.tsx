import { BlockStack, Card, InlineStack, Spinner, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'
import { useWords } from './i18n.tsx'

type Props<Preview> = {
  title: string
  preview: Preview | null
  isBusy: boolean
  hasFailed: boolean
  /** Why nothing can be counted, shown instead of a count. */
  obstacle: ReactNode
  children: (preview: Preview) => ReactNode
}

/** What saving would do, while somebody edits: counted, on its way, failed, or not to be counted yet. */
export function CountCard<Preview>({ title, preview, isBusy, hasFailed, obstacle, children }: Props<Preview>) {
  const { t } = useWords()
  return (
    <Card>
      <div aria-live="polite">
        <BlockStack gap="300">
          <InlineStack gap="200" blockAlign="center">
            <Text as="h2" variant="headingMd">
              {title}
            </Text>
            {isBusy ? <Spinner size="small" accessibilityLabel={t('preview.busy')} /> : null}
          </InlineStack>
          {obstacle !== null ? (
            obstacle
          ) : hasFailed ? (
            <Text as="p" tone="critical">
              {t('preview.failed')}
            </Text>
          ) : preview === null ? (
            <Text as="p">{t('preview.busy')}</Text>
          ) : (
            children(preview)
          )}
        </BlockStack>
      </div>
    </Card>
  )
}
