import { BlockStack, Box, Button, Card, Divider, InlineStack, Link, Page, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'
import type { CustomerMove, CustomerScreenPage, TagHistory } from '#app/domain/pages.ts'
import type { Stage } from '#app/domain/stages.ts'
import { CustomerScreen } from './customer-page.tsx'
import { FreshnessLine } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { useCustomerTitles } from './names.tsx'
import { reasonText } from './reason.ts'
import { SixtyDays } from './sixty-days.tsx'
import { StageBadge } from './stage-badge.tsx'
import { TagChanges, addressOf } from './tag-history.tsx'

/** Tag changes beyond these stand on a page of their own. */
const CHANGES_SHOWN = 5

/** A customer's page, whatever is known of them. `rewards`: what keeps them out of rewards. */
export function CustomerViewScreen({ page, rewards }: { page: CustomerScreenPage; rewards?: ReactNode }) {
  const { t, f } = useWords()
  const { customer, moves, tagHistory, deletedAt } = page
  const written = (
    <>
      {page.state === 'absent' ? null : rewards}
      <MovesCard moves={moves} />
      <TagHistoryCard customer={customer} history={tagHistory} />
    </>
  )
  if (page.state === 'known') return <CustomerScreen page={page.page}>{written}</CustomerScreen>
  if (page.state === 'absent')
    return (
      <Unexplained page={page} title={t('customer.gone.title')} isInShopify={false}>
        <Text as="p">{deletedAt === null ? null : t('customer.gone.text', { time: f.dateTime(deletedAt) })}</Text>
        {written}
      </Unexplained>
    )
  if (page.state === 'waiting')
    return (
      <Unexplained page={page} title={t('customer.waiting.title')} isInShopify>
        <Text as="p">{t('customer.waiting.text')}</Text>
        {written}
      </Unexplained>
    )
  return (
    <Unexplained page={page} title={t('customer.lastUnknown.title')} isInShopify>
      <Text as="p">{t('customer.lastUnknown.text', { count: page.orders, n: f.number(page.orders) })}</Text>
      {written}
    </Unexplained>
  )
}

type UnexplainedProps = {
  page: CustomerScreenPage
  title: string
  isInShopify: boolean
  children: [ReactNode, ReactNode]
}

/** A customer without a stage: why, and what was written down of them. */
function Unexplained({ page, title, isInShopify, children: [text, written] }: UnexplainedProps) {
  const { t } = useWords()
  const titleOf = useCustomerTitles('customer', [page.customer])
  return (
    <Page
      title={titleOf(page.customer)}
      backAction={{ content: t('nav.segments'), url: '/app/segments' }}
      secondaryActions={
        isInShopify ? (
          <Button url={page.shopifyUrl} target="_top">
            {t('customer.openInShopify')}
          </Button>
        ) : undefined
      }
    >
      <BlockStack gap="400">
        {page.state === 'last-order-unknown' ? <SixtyDays /> : null}
        <Card>
          <BlockStack gap="300">
            <Text as="h2" variant="headingMd">
              {title}
            </Text>
            {text}
            <FreshnessLine freshness={page.freshness} />
          </BlockStack>
        </Card>
        {written}
      </BlockStack>
    </Page>
  )
}

/** Moves as they were written down, newest first. */
function MovesCard({ moves }: { moves: CustomerMove[] }) {
  const { t } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {t('moves.title')}
          </Text>
          <Text as="p" tone="subdued">
            {moves.length === 0 ? t('moves.none') : t('moves.text')}
          </Text>
        </BlockStack>
        {moves.length === 0 ? null : (
          <div style={{ maxHeight: 360, overflowY: 'auto' }} tabIndex={0} role="region" aria-label={t('moves.title')}>
            <BlockStack gap="300">
              {moves.map((move, index) => (
                <BlockStack gap="300" key={move.id}>
                  {index === 0 ? null : <Divider />}
                  <Move move={move} />
                </BlockStack>
              ))}
            </BlockStack>
          </div>
        )}
      </BlockStack>
    </Card>
  )
}

function Move({ move }: { move: CustomerMove }) {
  const { t, f } = useWords()
  return (
    <BlockStack gap="100">
      <InlineStack gap="200" align="space-between" blockAlign="center">
        <InlineStack gap="200" blockAlign="center">
          <Standing move={move} at={move.from} />
          <Text as="span" tone="subdued">
            {t('moves.to')}
          </Text>
          <Standing move={move} at={move.to} />
        </InlineStack>
        <Text as="span" tone="subdued">
          {f.dateTime(move.at)}
        </Text>
      </InlineStack>
      <Text as="p">{t(`moves.cause.${move.cause}`)}.</Text>
      {move.reason === null ? null : (
        <Text as="p" tone="subdued">
          {reasonText(t, f, move.reason)}
        </Text>
      )}
    </BlockStack>
  )
}

function Standing({ move, at }: { move: CustomerMove; at: string }) {
  const { t } = useWords()
  return move.what === 'stage' ? <StageBadge segment={at as Stage} /> : <Text as="span">{t(`cherry.tier.${at}`)}</Text>
}

function TagHistoryCard({ customer, history }: { customer: string; history: TagHistory }) {
  const { t, f } = useWords()
  const { entries, keptDays } = history
  return (
    <Card padding="0">
      <Box padding="400" paddingBlockEnd={entries.length === 0 ? '400' : '100'}>
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {t('history.title')}
          </Text>
          <Text as="p" tone="subdued">
            {entries.length === 0 ? `${t('history.empty')}. ` : ''}
            {t('history.kept', { days: f.number(keptDays) })}
          </Text>
        </BlockStack>
      </Box>
      <TagChanges entries={entries.slice(0, CHANGES_SHOWN)} isOneCustomer />
      {entries.length <= CHANGES_SHOWN ? null : (
        <Box padding="400" paddingBlockStart="200">
          <Link url={addressOf(customer, null)}>{t('history.all')}</Link>
        </Box>
      )}
    </Card>
  )
}
