import { BlockStack, Box, Divider, InlineStack, Link, Text } from '@shopify/polaris'
import type { CustomerRow } from '#app/domain/pages.ts'
import { useWords } from './i18n.tsx'
import { reasonText } from './reason.ts'

/** A few people of a segment, each with what they bought and why they are here. */
export function CustomerList({ rows }: { rows: CustomerRow[] }) {
  return (
    <BlockStack>
      {rows.map((row, index) => (
        <BlockStack key={row.customer}>
          {index === 0 ? null : <Divider />}
          <Box paddingBlock="300">
            <CustomerLine row={row} />
          </Box>
        </BlockStack>
      ))}
    </BlockStack>
  )
}

function CustomerLine({ row }: { row: CustomerRow }) {
  const { t, f } = useWords()
  const facts = [
    t('count.ordersShort', { count: row.orders, n: f.number(row.orders) }),
    f.money(row.spent),
    ...(row.lastTitle === null ? [] : [t('customer.last', { title: row.lastTitle })]),
  ]
  return (
    <BlockStack gap="100">
      <InlineStack gap="200" align="space-between">
        <Link url={`/app/customers/${row.customer}`}>{t('customer.title', { id: row.customer })}</Link>
        <Text as="span" tone="subdued">
          {t('customer.sinceShort', { date: f.date(row.since) })}
        </Text>
      </InlineStack>
      <Text as="p">{facts.join(' · ')}</Text>
      <Text as="p" tone="subdued">
        {reasonText(t, f, row.reason)}
      </Text>
    </BlockStack>
  )
}
