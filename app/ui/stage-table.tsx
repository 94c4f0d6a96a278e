import { Badge, BlockStack, Box, DataTable, InlineStack, Link, Text } from '@shopify/polaris'
import type { Freshness, StageRow } from '#app/domain/pages.ts'
import { STAGES } from '#app/domain/stages.ts'
import type { Stage } from '#app/domain/stages.ts'
import { FreshnessText } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { isHidden } from './sixty-days.tsx'
import type { Formats } from './formats.ts'

type Props = { rows: StageRow[]; freshness: Freshness; taggingOn: boolean }

/** Every stage with its figures; scrolls inside itself where the screen is narrow. */
export function StageTable({ rows, freshness, taggingOn }: Props) {
  const { t, f } = useWords()
  const stages = rows.filter((row) => STAGES.includes(row.segment as Stage))
  return (
    <BlockStack>
      <Box padding="400" paddingBlockEnd="200">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {t('table.title')}
          </Text>
          <InlineStack gap="200" blockAlign="center">
            <FreshnessText freshness={freshness} />
            <Badge tone={taggingOn ? 'success' : undefined}>{taggingOn ? t('tagging.on') : t('tagging.off')}</Badge>
          </InlineStack>
        </InlineStack>
      </Box>
      <DataTable
        columnContentTypes={['text', 'numeric', 'numeric', 'numeric', 'numeric', 'numeric', 'text', 'text']}
        headings={[
          t('table.stage'),
          t('table.customers'),
          t('table.share'),
          t('table.revenue'),
          t('table.change7'),
          t('table.change30'),
          t('table.updated'),
          t('table.tagging'),
        ]}
        rows={stages.map((row) => [
          <span key="stage" style={{ whiteSpace: 'nowrap' }}>
            <Link url={`/app/segments/${row.segment}`}>{t(`stage.${row.segment}`)}</Link>
          </span>,
          isHidden(row.segment, row.customers, freshness) ? '–' : f.number(row.customers),
          isHidden(row.segment, row.customers, freshness) ? '–' : f.percent(row.share),
          row.revenue12m === null ? '–' : f.moneyShort(row.revenue12m),
          changeText(f, row.change7),
          changeText(f, row.change30),
          f.dateTime(row.updatedAt),
          row.isTagged ? t('table.tagged') : t('table.untagged'),
        ])}
      />
    </BlockStack>
  )
}

function changeText(f: Formats, change: number | null): string {
  if (change === null) return '–'
  return change > 0 ? `+${f.number(change)}` : f.number(change)
}
