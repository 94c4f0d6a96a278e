import { BlockStack, Card, DataTable, Link, Page, Text } from '@shopify/polaris'
import type { MessageRow, MessagesPage } from '#app/domain/messages/message.ts'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { messagePath } from './message-fields.ts'
import { EmptyCard } from './page-states.tsx'
import { SixtyDays } from './sixty-days.tsx'

/** All segments with what is said to each, whom it reaches and what it costs. */
export function MessagesScreen({ page }: { page: MessagesPage }) {
  const { t } = useWords()
  return (
    <Page title={t('messages.title')} subtitle={t('messages.subtitle')}>
      <BlockStack gap="400">
        <FreshnessTrouble freshness={page.freshness} />
        {page.freshness.isLimited ? <SixtyDays /> : null}
        {page.rows.length === 0 ? (
          <EmptyCard title={t('messages.empty.title')} text={t('messages.empty.text')} />
        ) : (
          <Card>
            <BlockStack gap="300">
              <Text as="p">{t('messages.notSent')}</Text>
              <Table rows={page.rows} />
            </BlockStack>
          </Card>
        )}
      </BlockStack>
    </Page>
  )
}

function Table({ rows }: { rows: MessageRow[] }) {
  const { t, f } = useWords()
  return (
    <DataTable
      columnContentTypes={['text', 'numeric', 'numeric', 'numeric', 'text', 'numeric', 'text']}
      headings={[
        t('messages.segment'),
        t('table.customers'),
        t('messages.byEmail'),
        t('messages.bySms'),
        t('messages.saved'),
        t('messages.cost'),
        t('messages.lastList'),
      ]}
      rows={rows.map(({ key, ownName, reach, channels, lastListAt }) => [
        <Link key="segment" url={messagePath(key, channels[0]?.channel)}>
          {ownName ?? t(`stage.${key as 'new'}`)}
        </Link>,
        f.number(reach.customers),
        f.number(reach.email),
        f.number(reach.sms),
        channels.length === 0 ? (
          <Text key="none" as="span" tone="subdued">
            {t('messages.none')}
          </Text>
        ) : (
          <BlockStack key="channels">
            {channels.map(({ channel }) => (
              <Link key={channel} url={messagePath(key, channel)}>
                {t(`messages.channel.${channel}`)}
              </Link>
            ))}
          </BlockStack>
        ),
        <BlockStack key="cost">
          {channels.map(({ channel, cost }) => (
            <Text key={channel} as="span">
              {cost.minor === 0 ? '–' : f.money(cost)}
            </Text>
          ))}
        </BlockStack>,
        lastListAt === null ? '–' : f.date(lastListAt),
      ])}
    />
  )
}
