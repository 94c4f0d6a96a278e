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
import { READY_MADE } from '#app/domain/rewards/ready-made.ts'
import type { RewardRow, RewardsPage } from '#app/domain/rewards/pages.ts'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { RewardBadge } from './reward-badge.tsx'
import { GrantsText } from './reward-result.tsx'
import { rewardSentence } from './reward-text.ts'

/** The shop's rewards and what they have given, below ready-made ones to begin with. */
export function RewardsScreen({ page }: { page: RewardsPage }) {
  const { t, f } = useWords()
  return (
    <Page
      title={t('nav.rewards')}
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
        {page.rows.length === 0 ? null : <Rows page={page} />}
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
      </BlockStack>
    </Page>
  )
}

function Rows({ page }: { page: RewardsPage }) {
  return (
    <Card>
      <BlockStack gap="300">
        {page.rows.map((row, place) => (
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
  return (
    <BlockStack gap="100">
      <InlineStack gap="200" blockAlign="center">
        <Link url={`/app/rewards/${row.id}`}>{row.definition.name}</Link>
        <RewardBadge state={row.state} discount={row.discount} />
        <Badge>{row.definition.code}</Badge>
      </InlineStack>
      <Text as="p">{rewardSentence(t, f, row.definition, currency, segments)}</Text>
      {row.state === 'draft' ? null : (
        <Text as="p" tone="subdued">
          {row.grants !== null ? (
            <GrantsText grants={row.grants} currency={currency} />
          ) : row.definition.steps[0]!.what.kind === 'free-shipping' ? (
            t('rewards.used', { count: row.uses, n: f.number(row.uses) })
          ) : (
            t('rewards.usedFor', {
              count: row.uses,
              n: f.number(row.uses),
              money: f.money({ minor: row.spentMinor, currency }),
            })
          )}
        </Text>
      )}
    </BlockStack>
  )
}
