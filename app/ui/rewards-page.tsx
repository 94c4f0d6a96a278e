import {
  Badge,
  Banner,
  BlockStack,
  Button,
  Card,
  Divider,
  InlineGrid,
  InlineStack,
  Link,
  Page,
  Text,
} from '@shopify/polaris'
import { useRef, useState } from 'react'
import { READY_MADE } from '#app/domain/rewards/ready-made.ts'
import type { RewardRow, RewardsPage } from '#app/domain/rewards/pages.ts'
import { isShared } from '#app/domain/rewards/reward.ts'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { RewardBadge } from './reward-badge.tsx'
import { GrantsText, UsesText } from './reward-result.tsx'
import { rewardSentence } from './reward-text.ts'

/** So many that are over stand in the list without being asked for. */
const ENDED_SHOWN = 3

/** The shop's rewards and what they have given, above ready-made ones to begin with. */
export function RewardsScreen({ page }: { page: RewardsPage }) {
  const { t, f } = useWords()
  const ready = useRef<HTMLDivElement>(null)
  return (
    <Page
      title={t('nav.rewards')}
      primaryAction={
        page.rows.length === 0
          ? undefined
          : { content: t('rewards.ready.title'), onAction: () => ready.current?.focus() }
      }
      secondaryActions={[
        { content: t('simulator.link'), url: '/app/rewards/simulate' },
        ...(page.themeEditorUrl === null
          ? []
          : [{ content: t('rewards.toTheme'), url: page.themeEditorUrl, target: '_top' as const }]),
      ]}
    >
      <BlockStack gap="400">
        <FreshnessTrouble freshness={page.freshness} />
        {page.waiting === 0 ? null : (
          <Banner
            title={t('rewards.waiting.count', { count: page.waiting, n: f.number(page.waiting) })}
            action={{ content: t('rewards.waiting.look'), url: '/app/rewards/waiting' }}
          />
        )}
        <Rows page={page} rows={page.rows.filter(({ state }) => state !== 'ended')} />
        <Ended page={page} rows={page.rows.filter(({ state }) => state === 'ended')} />
        <div ref={ready} tabIndex={-1} role="group" aria-label={t('rewards.ready.title')}>
          <ReadyMade />
        </div>
      </BlockStack>
    </Page>
  )
}

function ReadyMade() {
  const { t } = useWords()
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {t('rewards.ready.title')}
          </Text>
          <Text as="p" tone="subdued">
            {t('rewards.ready.text')}
          </Text>
        </BlockStack>
        <InlineGrid columns={{ xs: 1, md: 2 }} gap="400">
          {READY_MADE.map((ready) => (
            <BlockStack key={ready} gap="200" inlineAlign="start">
              <Text as="h3" fontWeight="semibold">
                {t(`rewards.ready.${ready}.name`)}
              </Text>
              <Text as="p">{t(`rewards.ready.${ready}.text`)}</Text>
              <Button
                url={`/app/rewards/new?from=${ready}`}
                accessibilityLabel={t('rewards.ready.begin', { name: t(`rewards.ready.${ready}.name`) })}
              >
                {t('rewards.ready.set')}
              </Button>
            </BlockStack>
          ))}
        </InlineGrid>
      </BlockStack>
    </Card>
  )
}

type RowsProps = { page: RewardsPage; rows: RewardRow[] }

/** Many that are over would hide what is live: they are asked for. */
function Ended({ page, rows }: RowsProps) {
  const { t, f } = useWords()
  const [isOpen, setIsOpen] = useState(rows.length <= ENDED_SHOWN)
  if (rows.length <= ENDED_SHOWN) return <Rows page={page} rows={rows} />
  return (
    <BlockStack gap="400" inlineAlign="stretch">
      <InlineStack align="center">
        <Button
          disclosure={isOpen ? 'up' : 'down'}
          ariaExpanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          variant="plain"
        >
          {isOpen ? t('rewards.ended.hide') : t('rewards.ended.show', { count: rows.length, n: f.number(rows.length) })}
        </Button>
      </InlineStack>
      {isOpen ? <Rows page={page} rows={rows} /> : null}
    </BlockStack>
  )
}

function Rows({ page, rows }: RowsProps) {
  if (rows.length === 0) return null
  return (
    <Card>
      <BlockStack gap="300">
        {rows.map((row, place) => (
          <BlockStack key={row.id} gap="300">
            {place === 0 ? null : <Divider />}
            <Row row={row} page={page} />
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  )
}

function Row({ row, page: { currency, segments } }: { row: RewardRow; page: RewardsPage }) {
  const { t, f } = useWords()
  const { definition, problem } = row
  return (
    <BlockStack gap="100">
      <InlineStack gap="200" blockAlign="center">
        <Link url={`/app/rewards/${row.id}`}>{definition.name}</Link>
        <RewardBadge state={row.state} discount={row.discount} />
        {isShared(definition) ? <Badge>{definition.code}</Badge> : null}
      </InlineStack>
      <Text as="p">{rewardSentence(t, f, definition, currency, segments)}</Text>
      {problem === null ? null : (
        <Text as="p" tone="critical">
          {t(`problem.${problem.kind}.title`)}
        </Text>
      )}
      {row.state === 'draft' ? null : (
        <Text as="p" tone="subdued">
          {row.grants === null ? (
            <UsesText {...row} isShipping={definition.steps[0]!.what.kind === 'free-shipping'} currency={currency} />
          ) : (
            <GrantsText grants={row.grants} currency={currency} />
          )}
        </Text>
      )}
    </BlockStack>
  )
}
