import { BlockStack, Button, Card, DataTable, InlineStack, Link, Text } from '@shopify/polaris'
import type { OwnRow } from '#app/domain/own-pages.ts'
import { useWords } from './i18n.tsx'
import { unreadShort } from './own-unread.tsx'

/** The merchant's own segments on the page of all segments. */
export function OwnList({ rows }: { rows: OwnRow[] }) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {t('own.title')}
          </Text>
          <Button url="/app/segments/own/new">{t('own.create')}</Button>
        </InlineStack>
        {rows.length === 0 ? (
          <Text as="p" tone="subdued">
            {t('own.none')}
          </Text>
        ) : (
          <DataTable
            columnContentTypes={['text', 'numeric', 'numeric', 'text', 'text']}
            headings={[t('own.name'), t('table.customers'), t('table.share'), t('own.tag'), t('own.saved')]}
            rows={rows.map((row) => [
              <Link key="name" url={`/app/segments/own/${row.id}`}>
                {row.name}
              </Link>,
              unreadShort(t, row.unread) ?? (row.customers === null ? t('own.working') : f.number(row.customers)),
              row.share === null || row.unread.length > 0 ? '–' : f.percent(row.share),
              row.tag,
              f.dateTime(row.savedAt),
            ])}
          />
        )}
      </BlockStack>
    </Card>
  )
}
