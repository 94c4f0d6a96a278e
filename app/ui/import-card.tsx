import { BlockStack, Card, InlineStack, ProgressBar, Spinner, Text } from '@shopify/polaris'
import { useId } from 'react'
import type { ImportProgress } from '#app/domain/pages.ts'
import { useWords } from './i18n.tsx'
import { ProblemBanner } from './problem.tsx'

export function isImporting(progress: ImportProgress): boolean {
  return progress.state !== 'done' && progress.state !== 'failed'
}

/** How far the first import is: what it is doing, how many of how many, and what the merchant may do meanwhile. */
export function ImportStatus({ progress }: { progress: ImportProgress }) {
  const { t, f } = useWords()
  if (progress.state === 'done')
    return (
      <Text as="p">
        {t('import.done', { orders: f.number(progress.orders.read), customers: f.number(progress.customers.read) })}
      </Text>
    )
  return (
    <BlockStack gap="300">
      {progress.problem === null ? null : <ProblemBanner problem={progress.problem} />}
      <InlineStack gap="200" blockAlign="center" wrap={false}>
        {progress.state === 'failed' ? null : <Spinner size="small" accessibilityLabel={t('import.busy')} />}
        <Text as="p">{t(`import.state.${progress.state}`)}</Text>
      </InlineStack>
      <Progress what="orders" count={progress.orders} />
      <Progress what="customers" count={progress.customers} />
      {progress.state === 'failed' ? null : (
        <Text as="p" tone="subdued">
          {t('import.leave')}
        </Text>
      )}
    </BlockStack>
  )
}

type ProgressProps = { what: 'orders' | 'customers'; count: { read: number; total: number | null } }

function Progress({ what, count }: ProgressProps) {
  const { t, f } = useWords()
  const text =
    count.total === null
      ? t(`import.soFar.${what}`, { read: f.number(count.read) })
      : t(`import.of.${what}`, { read: f.number(count.read), total: f.number(count.total) })
  const id = useId()
  const share = count.total === null || count.total === 0 ? 0 : Math.min(1, count.read / count.total)
  return (
    <BlockStack gap="100">
      <Text as="p" fontWeight="medium" id={id}>
        {text}
      </Text>
      <ProgressBar progress={Math.floor(share * 100)} size="small" animated={false} ariaLabelledBy={id} />
    </BlockStack>
  )
}

export function ImportCard({ progress }: { progress: ImportProgress }) {
  const { t } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {progress.state === 'failed' ? t('import.failedTitle') : t('import.title')}
        </Text>
        <ImportStatus progress={progress} />
      </BlockStack>
    </Card>
  )
}
