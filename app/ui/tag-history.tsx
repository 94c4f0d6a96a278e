import {
  Badge,
  BlockStack,
  Box,
  Button,
  Card,
  Divider,
  Form,
  InlineStack,
  Link,
  Page,
  Text,
  TextField,
} from '@shopify/polaris'
import { useState } from 'react'
import type { TagHistoryEntry, TagHistoryPage } from '#app/domain/pages.ts'
import { FreshnessLine } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { EmptyCard } from './page-states.tsx'

type Props = { page: TagHistoryPage; onCustomer: (customer: string | null) => void }

/** Every change of our tags, by us and by others, newest first. */
export function TagHistoryScreen({ page, onCustomer }: Props) {
  const { t, f } = useWords()
  const { customer, entries, next, isFirst } = page
  return (
    <Page
      title={customer === null ? t('history.title') : t('history.of', { id: customer })}
      backAction={
        customer === null
          ? { content: t('tagging.title'), url: '/app/tagging' }
          : { content: t('customer.title', { id: customer }), url: `/app/customers/${customer}` }
      }
    >
      <BlockStack gap="400">
        <Card>
          <Filter key={customer} customer={customer} onCustomer={onCustomer} />
        </Card>
        {entries.length === 0 ? (
          <EmptyCard title={t('history.empty')} text={t('history.kept', { days: f.number(page.keptDays) })} />
        ) : (
          <Card padding="0">
            <TagChanges entries={entries} isOneCustomer={customer !== null} />
          </Card>
        )}
        {isFirst && next === null ? null : (
          <InlineStack gap="200" align="center">
            <Button url={addressOf(customer, null)} disabled={isFirst}>
              {t('history.newest')}
            </Button>
            <Button url={addressOf(customer, next)} disabled={next === null}>
              {t('history.older')}
            </Button>
          </InlineStack>
        )}
        <Box paddingInline={{ xs: '400', sm: '0' }}>
          {entries.length === 0 ? null : (
            <Text as="p" tone="subdued">
              {t('history.kept', { days: f.number(page.keptDays) })}
            </Text>
          )}
          <FreshnessLine freshness={page.freshness} />
        </Box>
      </BlockStack>
    </Page>
  )
}

/** The page of one customer's changes, or everybody's; from one change on, or the newest. */
export function addressOf(customer: string | null, before: string | null): string {
  const query = new URLSearchParams({ ...(customer !== null && { customer }), ...(before !== null && { before }) })
  return query.size === 0 ? '/app/tagging/history' : `/app/tagging/history?${query.toString()}`
}

function Filter({ customer, onCustomer }: { customer: string | null; onCustomer: Props['onCustomer'] }) {
  const { t } = useWords()
  const [typed, setTyped] = useState(customer ?? '')
  // An address or a link copied from Shopify ends in the number.
  const id = /(\d{1,18})\D*$/.exec(typed.trim())?.[1] ?? null
  return (
    <Form onSubmit={() => onCustomer(id)}>
      <TextField
        label={t('history.customer')}
        helpText={t('history.customerHelp')}
        value={typed}
        autoComplete="off"
        inputMode="numeric"
        clearButton
        onClearButtonClick={() => onCustomer(null)}
        onChange={setTyped}
        connectedRight={<Button submit>{t('history.show')}</Button>}
      />
    </Form>
  )
}

/** One line for each change: what, whose, by whom, when. */
export function TagChanges({ entries, isOneCustomer }: { entries: TagHistoryEntry[]; isOneCustomer: boolean }) {
  return (
    <>
      {entries.map((entry, index) => (
        <div key={entry.id}>
          {index === 0 ? null : <Divider />}
          <Box paddingInline="400" paddingBlock="300">
            <Change entry={entry} isOneCustomer={isOneCustomer} />
          </Box>
        </div>
      ))}
    </>
  )
}

function Change({ entry, isOneCustomer }: { entry: TagHistoryEntry; isOneCustomer: boolean }) {
  const { t, f } = useWords()
  const by =
    entry.run === null ? t(`history.by.${entry.by}`) : t('history.byRun', { run: t(`activity.run.${entry.run.kind}`) })
  return (
    <BlockStack gap="100">
      <InlineStack gap="200" align="space-between" blockAlign="center">
        <InlineStack gap="200" blockAlign="center">
          <Badge tone={entry.what === 'add' ? 'success' : undefined}>{t(`history.${entry.what}`)}</Badge>
          <Text as="span" fontWeight="medium">
            {entry.tag}
          </Text>
          {isOneCustomer ? null : (
            <Link url={`/app/customers/${entry.customer}`}>{t('customer.title', { id: entry.customer })}</Link>
          )}
        </InlineStack>
        <Text as="span" tone="subdued">
          {f.dateTime(entry.at)}
        </Text>
      </InlineStack>
      <Text as="p" tone={entry.by === 'us' ? 'subdued' : 'caution'}>
        {by}
      </Text>
    </BlockStack>
  )
}
