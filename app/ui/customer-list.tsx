import { BlockStack, Box, Divider, InlineStack, Link, Text } from '@shopify/polaris'
import type { CustomerRow } from '#app/domain/pages.ts'
import { useWords } from './i18n.tsx'
import { useCustomerTitles } from './names.tsx'
import { OutlookLine } from './outlook.tsx'
import { evidenceGroups, evidenceText, reasonText } from './reason.ts'

type About = 'stage' | 'cherry-picker' | 'watched' | 'move'

type Props = {
  rows: CustomerRow[]
  about: About
  /** The window that chances in these rows are given for. */
  horizonDays?: number
}

/** A few people of a segment, each with what they bought and why they are here; `about` says what "here" is. */
export function CustomerList({ rows, about, horizonDays }: Props) {
  const titleOf = useCustomerTitles(
    'list',
    rows.map((row) => row.customer),
  )
  return (
    <BlockStack>
      {rows.map((row, index) => (
        <BlockStack key={row.customer}>
          {index === 0 ? null : <Divider />}
          <Box paddingBlock="300">
            <CustomerLine row={row} about={about} title={titleOf(row.customer)} horizonDays={horizonDays} />
          </Box>
        </BlockStack>
      ))}
    </BlockStack>
  )
}

function CustomerLine({ row, about, title, horizonDays }: Omit<Props, 'rows'> & { row: CustomerRow; title: string }) {
  const { t, f } = useWords()
  const facts = [
    t('count.ordersShort', { count: row.orders, n: f.number(row.orders) }),
    ...(row.spent === null ? [] : [f.money(row.spent)]),
    ...(row.lastTitle === null ? [] : [t('customer.last', { title: row.lastTitle })]),
  ]
  return (
    <BlockStack gap="100">
      <InlineStack gap="200" align="space-between">
        <Link url={`/app/customers/${row.customer}`}>{title}</Link>
        {about === 'move' || about === 'cherry-picker' ? null : (
          <Text as="span" tone="subdued">
            {t('customer.sinceShort', { date: f.date(row.since) })}
          </Text>
        )}
      </InlineStack>
      <Text as="p">{facts.join(' · ')}</Text>
      {row.outlook === null || horizonDays === undefined ? null : (
        <OutlookLine outlook={row.outlook} horizonDays={horizonDays} />
      )}
      <Text as="p" tone="subdued">
        {about === 'cherry-picker'
          ? t('customer.cherryRow', { stage: t(`stage.${row.reason.stage}`), date: f.date(row.since) })
          : reasonText(t, f, row.reason)}
      </Text>
      {about === 'watched' ? <BenefitUsed row={row} /> : <Evidence row={row} />}
    </BlockStack>
  )
}

function Evidence({ row }: { row: CustomerRow }) {
  const { t, f } = useWords()
  return evidenceGroups(t, row.evidence).map(({ title, lines }) => (
    <Text as="p" tone="subdued" key={title}>
      <Text as="span" fontWeight="medium">
        {title}:
      </Text>{' '}
      {lines.map((line) => evidenceText(t, f, line)).join(' ')}
    </Text>
  ))
}

/** Of one order, only what put it on the list: the rest would be a verdict. */
function BenefitUsed({ row }: { row: CustomerRow }) {
  const { t, f } = useWords()
  const lines = row.evidence.filter((line) => line.kind === 'benefit-once')
  return lines.map((line) => (
    <Text as="p" tone="subdued" key={line.kind}>
      {evidenceText(t, f, line)}
    </Text>
  ))
}
