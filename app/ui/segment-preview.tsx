import { BlockStack, Card, InlineStack, Spinner, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'
import type { CustomerRow, SegmentKey, SegmentPreview } from '#app/domain/pages.ts'
import { CustomerList } from './customer-list.tsx'
import { useWords } from './i18n.tsx'

type Props = {
  segment: SegmentKey
  preview: SegmentPreview | null
  isBusy: boolean
  hasFailed: boolean
  isValid: boolean
  /** What is asked together with saving. */
  children?: ReactNode
}

/** What saving would do: how many, who enters and who leaves. Nothing has changed yet. */
export function SegmentPreviewCard({ segment, preview, isBusy, hasFailed, isValid, children }: Props) {
  const { t, f } = useWords()
  return (
    <Card>
      <div aria-live="polite">
        <BlockStack gap="300">
          <InlineStack gap="200" blockAlign="center">
            <Text as="h2" variant="headingMd">
              {t('preview.title')}
            </Text>
            {isBusy ? <Spinner size="small" accessibilityLabel={t('preview.busy')} /> : null}
          </InlineStack>
          {!isValid ? (
            <Text as="p" tone="critical">
              {t('preview.invalid')}
            </Text>
          ) : hasFailed ? (
            <Text as="p" tone="critical">
              {t('preview.failed')}
            </Text>
          ) : preview === null ? (
            <Text as="p">{t('preview.busy')}</Text>
          ) : (
            <>
              <Text as="p" variant="headingLg">
                {t('count.customersShare', {
                  count: preview.customers,
                  n: f.number(preview.customers),
                  share: f.percent(preview.share),
                })}
              </Text>
              <Text as="p">
                {t('preview.enters', { count: preview.enters, n: f.number(preview.enters) })}
                {' · '}
                {t('preview.leaves', { count: preview.leaves, n: f.number(preview.leaves) })}
              </Text>
              {children}
              <Moves title={t('preview.entering')} rows={preview.entering} segment={segment} />
              <Moves title={t('preview.leaving')} rows={preview.leaving} segment={segment} />
            </>
          )}
        </BlockStack>
      </div>
    </Card>
  )
}

const SHOWN = 5

type MovesProps = { title: string; rows: CustomerRow[]; segment: SegmentKey }

function Moves({ title, rows, segment }: MovesProps) {
  if (rows.length === 0) return null
  return (
    <BlockStack gap="100">
      <Text as="h3" variant="headingSm">
        {title}
      </Text>
      {/* Why somebody is in their stage is not why they become a cherry-picker. */}
      <CustomerList rows={rows.slice(0, SHOWN)} about={segment === 'cherry-picker' ? 'cherry-picker' : 'move'} />
    </BlockStack>
  )
}
