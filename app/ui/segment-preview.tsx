import { BlockStack, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'
import type { CustomerRow, SegmentKey, SegmentPreview } from '#app/domain/pages.ts'
import { CountCard } from './count-card.tsx'
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
  const obstacle = isValid ? null : (
    <Text as="p" tone="critical">
      {t('preview.invalid')}
    </Text>
  )
  return (
    <CountCard title={t('preview.title')} {...{ preview, isBusy, hasFailed, obstacle }}>
      {({ customers, share, enters, leaves, entering, leaving }) => (
        <>
          <Text as="p" variant="headingLg">
            {t('count.customersShare', { count: customers, n: f.number(customers), share: f.percent(share) })}
          </Text>
          <Text as="p">
            {t('preview.enters', { count: enters, n: f.number(enters) })}
            {' · '}
            {t('preview.leaves', { count: leaves, n: f.number(leaves) })}
          </Text>
          {children}
          <Moves title={t('preview.entering')} rows={entering} segment={segment} />
          <Moves title={t('preview.leaving')} rows={leaving} segment={segment} />
        </>
      )}
    </CountCard>
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
