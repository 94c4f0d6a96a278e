import { Badge, BlockStack, Box, Button, Card, Divider, InlineStack, Link, Page, Text } from '@shopify/polaris'
import type { EndedExclusion, ExclusionRow, ExclusionsPage } from '#app/domain/exclusions.ts'
import { ExcludeForm } from './exclude-form.tsx'
import type { Excluding } from './excluding.ts'
import { lastDayText } from './exclusion-text.ts'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { ListPages } from './list-pages.tsx'
import { EmptyCard } from './page-states.tsx'

type Props = { page: ExclusionsPage; excluding: Excluding; onPage: (page: number) => void }

/** Everybody who is kept out of rewards, why and until when, to be looked over and ended. */
export function ExclusionsScreen({ page, excluding, onPage }: Props) {
  const { t, f } = useWords()
  return (
    <Page title={t('exclude.title')} backAction={{ content: t('nav.segments'), url: '/app/segments' }}>
      <BlockStack gap="400">
        <FreshnessTrouble freshness={page.freshness} />
        {page.total === 0 ? (
          <EmptyCard title={t('exclude.empty.title')} text={t('exclude.empty.text')} />
        ) : (
          <Card>
            <BlockStack gap="300">
              <Text as="p" variant="bodyLg">
                {t('exclude.all', { count: page.customers, n: f.number(page.customers) })}
              </Text>
              <Text as="p" tone="subdued">
                {t('exclude.text')}
              </Text>
              {page.rows.map((row) => (
                <Row key={row.id} row={row} excluding={excluding} />
              ))}
              <ListPages list={page} words="exclude" onPage={onPage} />
            </BlockStack>
          </Card>
        )}
        <AddSegment page={page} excluding={excluding} />
        {page.ended.length === 0 ? null : <Ended ended={page.ended} />}
      </BlockStack>
    </Page>
  )
}

function Row({ row, excluding }: { row: ExclusionRow; excluding: Excluding }) {
  const { t, f } = useWords()
  return (
    <BlockStack gap="300">
      <Divider />
      <InlineStack align="space-between" blockAlign="center" gap="200">
        <BlockStack gap="100">
          <InlineStack gap="200" blockAlign="center">
            <Who row={row} />
            {row.endsSoon ? <Badge tone="attention">{t('exclude.endsSoon')}</Badge> : null}
          </InlineStack>
          <Text as="p">{row.reason}</Text>
          <Text as="p" tone="subdued">
            {row.until === null
              ? t('exclude.sinceOpen', { day: f.date(row.since) })
              : t('exclude.sinceUntil', { day: f.date(row.since), last: lastDayText(f, row.until) })}
            {row.segment === null ? null : ` · ${countText()}`}
          </Text>
        </BlockStack>
        <Button onClick={() => excluding.onEnd(row.id)} disabled={excluding.isBusy}>
          {t('exclude.endIt')}
        </Button>
      </InlineStack>
    </BlockStack>
  )

  function countText(): string {
    return row.customers === null
      ? t('own.working')
      : t('exclude.customers', { count: row.customers, n: f.number(row.customers) })
  }
}

function Who({ row }: { row: Pick<ExclusionRow, 'customer' | 'segment'> }) {
  const { t } = useWords()
  return row.segment === null ? (
    <Link url={`/app/customers/${row.customer}`}>{t('customer.title', { id: row.customer })}</Link>
  ) : (
    <Link url={`/app/segments/own/${row.segment.id}`}>{t('exclude.segmentNamed', { name: row.segment.name })}</Link>
  )
}

/** A customer is kept out on their own page; a segment here. */
function AddSegment({ page, excluding }: { page: ExclusionsPage; excluding: Excluding }) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('exclude.addSegment')}
        </Text>
        <Text as="p" tone="subdued">
          {t('exclude.addText')}
        </Text>
        {page.segments.length === 0 ? (
          <Box>
            <Link url="/app/segments/own/new">{t('exclude.makeSegment')}</Link>
          </Box>
        ) : (
          <ExcludeForm
            key={page.segments.length}
            who={{
              segments: page.segments.map(({ id, name, customers }) => ({
                id,
                label: customers === null ? name : t('exclude.option', { name, n: f.number(customers) }),
              })),
            }}
            excluding={excluding}
          />
        )}
      </BlockStack>
    </Card>
  )
}

function Ended({ ended }: { ended: EndedExclusion[] }) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('exclude.ended')}
        </Text>
        {ended.map((row) => (
          <BlockStack key={row.id} gap="100">
            <Text as="p" fontWeight="medium">
              {row.segment === null
                ? t('customer.title', { id: row.customer })
                : t('exclude.segmentNamed', { name: row.segment.name })}
            </Text>
            <Text as="p" tone="subdued">
              {t(`exclude.endedBy.${row.by}`, {
                from: f.date(row.since),
                to: f.date(row.endedAt - 1),
                reason: row.reason,
              })}
            </Text>
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  )
}
