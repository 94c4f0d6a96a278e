import {
  Badge,
  BlockStack,
  Box,
  Button,
  Card,
  DataTable,
  InlineGrid,
  InlineStack,
  Link,
  List,
  Page,
  Text,
} from '@shopify/polaris'
import type { ReactNode } from 'react'
import type { Money } from '#app/domain/money.ts'
import type { CustomerOrder, CustomerPage } from '#app/domain/pages.ts'
import { FlagsCard } from './flags.tsx'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { useCustomerTitles } from './names.tsx'
import { OutlookCard } from './outlook.tsx'
import { verdictText } from './own-text.ts'
import { discountText, evidenceGroups, evidenceText, noWindowText, reasonText } from './reason.ts'
import { SixtyDays } from './sixty-days.tsx'
import { StageBadge } from './stage-badge.tsx'
import { StageTimeline } from './stage-timeline.tsx'

/** `children`: what was written down of this customer, beside what is worked out. */
export function CustomerScreen({ page, children }: { page: CustomerPage; children?: ReactNode }) {
  const { t } = useWords()
  const titleOf = useCustomerTitles('customer', [page.customer])
  return (
    <Page
      title={titleOf(page.customer)}
      titleMetadata={
        <InlineStack gap="100">
          <StageBadge segment={page.stage} />
          {page.isBusiness ? <Badge>{t('customer.business')}</Badge> : null}
        </InlineStack>
      }
      backAction={{ content: t(`stage.${page.stage}`), url: `/app/segments/${page.stage}` }}
      secondaryActions={
        <Button url={page.shopifyUrl} target="_top">
          {t('customer.openInShopify')}
        </Button>
      }
    >
      <BlockStack gap="400">
        {page.freshness.isLimited ? <SixtyDays /> : null}
        <WhyCard page={page} />
        <InlineGrid columns={{ xs: 1, md: 2 }} gap="400">
          {page.spent === null || page.spent12m === null ? null : (
            <MoneyCard page={page} spent={page.spent} spent12m={page.spent12m} />
          )}
          <WindowCard page={page} />
        </InlineGrid>
        <OutlookCard shop={page.outlook.shop} customer={page.outlook.customer} />
        {page.freshness.isLimited ? null : <CherryCard page={page} />}
        {page.flags.length === 0 ? null : <FlagsCard flags={page.flags} />}
        {page.own.standings.length === 0 ? null : <OwnCard own={page.own} />}
        <StageTimeline spans={page.timeline} asOf={page.asOf} />
        {children}
        <OrdersCard orders={page.orders} older={page.olderOrders} />
      </BlockStack>
    </Page>
  )
}

function WhyCard({ page }: { page: CustomerPage }) {
  const { t, f } = useWords()
  const stage = t(`stage.${page.stage}`)
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('customer.since', { stage, date: f.date(page.since) })}
        </Text>
        <Text as="p" variant="bodyLg">
          {reasonText(t, f, page.reason, page.next !== null)}
        </Text>
        <Text as="p">
          {page.next === null
            ? t('customer.noNext')
            : t('customer.next', { stage: t(`stage.${page.next.stage}`), date: f.date(page.next.at) })}
        </Text>
        {page.isBusiness ? <Text as="p">{t('customer.businessText')}</Text> : null}
        <Tags page={page} />
        <Text as="p" tone="subdued" variant="bodySm">
          {t('customer.asOf', { time: f.dateTime(page.asOf) })}
        </Text>
        <FreshnessTrouble freshness={page.freshness} />
      </BlockStack>
    </Card>
  )
}

/** The merchant's own segments that they are in, each with what decides it. */
function OwnCard({ own }: { own: CustomerPage['own'] }) {
  const { t, f } = useWords()
  const words = { currency: own.currency, names: new Map(own.names.map(({ id, name }) => [id, name])) }
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('own.title')}
        </Text>
        {own.standings.map(({ id, name, since, verdict }) => (
          <BlockStack key={id} gap="100">
            <InlineStack gap="200" align="space-between">
              <Link url={`/app/segments/own/${id}`}>{name}</Link>
              <Text as="span" tone="subdued">
                {t('customer.sinceShort', { date: f.date(since) })}
              </Text>
            </InlineStack>
            <Text as="p" tone="subdued">
              {verdictText(t, f, verdict, words)}
            </Text>
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  )
}

function Tags({ page }: { page: CustomerPage }) {
  const { t, f } = useWords()
  const { ours, wanted } = page.tags
  const isSame = ours.length === wanted.length && ours.every((tag) => wanted.includes(tag))
  return (
    <Text as="p" tone="subdued">
      {ours.length === 0 ? t('customer.noTags') : t('customer.tags', { tags: f.list(ours) })}
      {isSame
        ? ''
        : ` ${wanted.length === 0 ? t('customer.wantsNone') : t('customer.wants', { tags: f.list(wanted) })}`}
    </Text>
  )
}

function MoneyCard({ page, spent, spent12m }: { page: CustomerPage; spent: Money; spent12m: Money }) {
  const { t, f } = useWords()
  const counted = page.ordersCounted
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {t('customer.money')}
        </Text>
        <Text as="p" variant="headingLg">
          {f.money(spent)}
        </Text>
        <Text as="p" tone="subdued">
          {t('customer.spent', { count: counted, n: f.number(counted), money: f.money(spent12m) })}
        </Text>
      </BlockStack>
    </Card>
  )
}

function WindowCard({ page }: { page: CustomerPage }) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {t('customer.window')}
        </Text>
        {page.window === null ? (
          <Text as="p">{noWindowText(t, page)}</Text>
        ) : page.window.hasPassed ? (
          <Text as="p">
            {t('customer.windowPassed', { from: f.date(page.window.from), to: f.date(page.window.to) })}
          </Text>
        ) : (
          <>
            <Text as="p" variant="headingLg">
              {t('customer.windowRange', { from: f.date(page.window.from), to: f.date(page.window.to) })}
            </Text>
            <Text as="p" tone="subdued">
              {t('customer.windowText')}
            </Text>
          </>
        )}
        {page.refill === null ? null : (
          <Text as="p">
            {page.refill.pieces === 1
              ? t('refill.one', { title: page.refill.title, days: f.number(Math.round(page.refill.cycleDays)) })
              : t('refill.many', {
                  title: page.refill.title,
                  days: f.number(Math.round(page.refill.cycleDays)),
                  pieces: f.number(page.refill.pieces),
                  all: f.number(Math.round(page.refill.lastsDays)),
                })}
          </Text>
        )}
      </BlockStack>
    </Card>
  )
}

function CherryCard({ page }: { page: CustomerPage }) {
  const { t, f } = useWords()
  const { tier, evidence } = page.cherry
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t(`cherry.tier.${tier}`)}
        </Text>
        <Text as="p">{t(`cherry.tierText.${tier}`)}</Text>
        {page.isWatched ? <Text as="p">{t('cherry.watched')}</Text> : null}
        {evidenceGroups(t, evidence).map((group) => (
          <BlockStack gap="100" key={group.title}>
            <Text as="h3" variant="headingSm">
              {group.title}
            </Text>
            <List>
              {group.lines.map((line) => (
                <List.Item key={line.kind}>{evidenceText(t, f, line)}</List.Item>
              ))}
            </List>
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  )
}

function OrdersCard({ orders, older }: { orders: CustomerOrder[]; older: number }) {
  const { t, f } = useWords()
  return (
    <Card padding="0">
      <Box padding="400" paddingBlockEnd="200">
        <Text as="h2" variant="headingMd">
          {t('orders.title')}
        </Text>
      </Box>
      {orders.length === 0 ? (
        <Box padding="400" paddingBlockStart="0">
          <Text as="p">{t('orders.none')}</Text>
        </Box>
      ) : (
        <DataTable
          columnContentTypes={['text', 'text', 'text', 'numeric', 'numeric', 'text', 'text']}
          headings={[
            t('orders.order'),
            t('orders.date'),
            t('orders.items'),
            t('orders.net'),
            t('orders.discount'),
            t('orders.codes'),
            t('orders.counts'),
          ]}
          rows={orders.map((order) => [
            order.name,
            f.date(order.orderedAt),
            itemsText(order),
            f.money(order.net),
            order.discount.minor === 0 ? '–' : f.money(order.discount),
            order.discounts.length === 0 ? '–' : f.list(order.discounts.map((key) => discountText(t, key))),
            order.leftOut === null ? t('orders.counted') : t('orders.leftOut', { why: t(`leftOut.${order.leftOut}`) }),
          ])}
          footerContent={older === 0 ? undefined : t('orders.older', { count: older, n: f.number(older) })}
        />
      )}
    </Card>
  )

  function itemsText(order: CustomerOrder): string {
    if (order.title === null) return '–'
    const title = order.title.length > 40 ? `${order.title.slice(0, 39)}…` : order.title
    return order.moreLines === 0
      ? title
      : t('orders.more', { title, n: f.number(order.moreLines), count: order.moreLines })
  }
}
