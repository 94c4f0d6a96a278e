import {
  BlockStack,
  Box,
  Button,
  Card,
  Page,
  SkeletonBodyText,
  SkeletonDisplayText,
  SkeletonPage,
  Text,
} from '@shopify/polaris'
import type { ReactNode } from 'react'
import { useWords } from './i18n.tsx'

/** Shown while the next page's figures are read. */
export function PageLoading() {
  const { t } = useWords()
  return (
    <div role="status" aria-label={t('page.loading')}>
      <SkeletonPage>
        <BlockStack gap="400">
          {[3, 4, 6].map((lines) => (
            <Card key={lines}>
              <BlockStack gap="400">
                <SkeletonDisplayText size="small" />
                <SkeletonBodyText lines={lines} />
              </BlockStack>
            </Card>
          ))}
        </BlockStack>
      </SkeletonPage>
    </div>
  )
}

/** Above a page whose figures could not be asked for again: they stay, and it says so quietly. */
export function KeptNotice({ isLost = false }: { isLost?: boolean }) {
  const { t } = useWords()
  return (
    <Box paddingInline={{ xs: '400', md: '600' }} paddingBlockStart="300">
      <div role="status">
        <Text as="p" tone="subdued" alignment="center">
          {isLost ? t('page.lost') : t('page.kept')}
        </Text>
      </div>
    </Box>
  )
}

/** A page that could not be shown: what happened, what is still safe, what to do next. */
export function PageFailed({ status, onRetry }: { status: number | null; onRetry?: () => void }) {
  const { t } = useWords()
  const kind = status === 404 ? 'notFound' : status === 403 ? 'notAllowed' : status === 503 ? 'unavailable' : 'broken'
  return (
    <Page title={t(`page.${kind}.title`)}>
      <Card>
        <BlockStack gap="300">
          <Text as="p">{t(`page.${kind}.text`)}</Text>
          {kind === 'notFound' ? (
            <div>
              <Button url="/app">{t('page.home')}</Button>
            </div>
          ) : onRetry === undefined ? null : (
            <div>
              <Button variant="primary" onClick={onRetry}>
                {t('page.retry')}
              </Button>
            </div>
          )}
        </BlockStack>
      </Card>
    </Page>
  )
}

/** A card that says why there is nothing yet, and what to do about it. */
export function EmptyCard({ title, text, action }: { title: string; text: string; action?: ReactNode }) {
  return (
    <Card>
      <Box paddingBlock="400">
        <BlockStack gap="200" inlineAlign="center">
          <Text as="h2" variant="headingMd" alignment="center">
            {title}
          </Text>
          <Text as="p" alignment="center" tone="subdued">
            {text}
          </Text>
          {action}
        </BlockStack>
      </Box>
    </Card>
  )
}
