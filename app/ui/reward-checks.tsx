import { Badge, BlockStack, Card, InlineStack, Link, List, Text } from '@shopify/polaris'
import { rewardChecks, rewardForecast, type RewardCheck } from '#app/domain/rewards/outlook.ts'
import type { RewardPage } from '#app/domain/rewards/pages.ts'
import { unaskedParts, type RewardDefinition } from '#app/domain/rewards/reward.ts'
import { dayFromText } from '#app/domain/shop-calendar.ts'
import { useWords } from './i18n.tsx'
import type { RewardProblems } from './reward-draft.ts'
import { giftText } from './reward-text.ts'

type Check = {
  kind: RewardCheck['kind'] | 'segment-gone' | 'segment-empty' | 'currency' | 'carrier' | 'survey-off'
  blocks: boolean
}

/** All that speaks against starting a reward, of the reward itself and of what it was set for. */
export function checksOf(page: RewardPage, wanted: RewardDefinition): Check[] {
  const { who } = wanted
  const segment = who.kind === 'own' ? page.segments.find(({ id }) => id === who.segment) : undefined
  const isDelivery = wanted.steps.some(({ conditions }) => conditions.some(({ kind }) => kind === 'delivered'))
  return [
    ...(page.savedCurrency === null ? [] : [{ kind: 'currency' as const, blocks: true }]),
    ...(who.kind === 'own' && segment === undefined ? [{ kind: 'segment-gone' as const, blocks: true }] : []),
    ...(segment?.customers === 0 ? [{ kind: 'segment-empty' as const, blocks: false }] : []),
    ...rewardChecks(wanted, page.today, page.costs.share),
    ...(unaskedParts(wanted, page.surveyAsks).length > 0 ? [{ kind: 'survey-off' as const, blocks: true }] : []),
    ...(isDelivery ? [{ kind: 'carrier' as const, blocks: false }] : []),
  ]
}

/** Of these, what a field of the form can be changed for. */
export function fieldsOf(checks: readonly Check[]): RewardProblems {
  const fields: RewardProblems = {}
  for (const { kind } of checks)
    if (kind === 'day-past' || kind === 'day-far') fields.endsOn = kind
    else if (kind === 'segment-gone') fields.who = kind
  return fields
}

/** What is worth knowing before a reward goes live. */
export function RewardChecks({ page, wanted }: { page: RewardPage; wanted: RewardDefinition }) {
  const { t, f } = useWords()
  const checks = checksOf(page, wanted)
  const days = dayFromText(wanted.endsOn) - page.today + 1
  const forecast =
    page.past === null || days <= 0 || wanted.who.kind !== 'first-order'
      ? null
      : rewardForecast(wanted.steps[0]!.what, page.past, days)
  if (checks.length === 0 && forecast === null) return null
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('rewards.checks.title')}
        </Text>
        {checks.length === 0 ? null : (
          <List>
            {checks.map(({ kind, blocks }) => (
              <List.Item key={kind}>
                <InlineStack gap="200" blockAlign="center">
                  {blocks ? <Badge tone="critical">{t('rewards.law.blocks')}</Badge> : null}
                  <Text as="span">
                    {t(`rewards.checks.${kind}`, {
                      share: f.percent(page.costs.share),
                      currency: page.savedCurrency,
                      days: f.number(page.deliveryDays),
                      gift: giftText(t, f, wanted.steps[0]!.what, page.currency),
                    })}
                  </Text>
                </InlineStack>
              </List.Item>
            ))}
          </List>
        )}
        {checks.some(({ kind }) => kind === 'survey-off') ? <Link url="/app/survey">{t('nav.survey')}</Link> : null}
        {forecast === null ? null : (
          <Text as="p">
            {forecast.costMinor === null
              ? t('rewards.forecast.shipping', { count: forecast.orders, n: f.number(forecast.orders) })
              : t('rewards.forecast.cost', {
                  count: forecast.orders,
                  n: f.number(forecast.orders),
                  money: f.moneyShort({ minor: forecast.costMinor, currency: page.currency }),
                })}
          </Text>
        )}
        {checks.some(({ kind }) => kind === 'loss') && page.costs.isAssumed ? (
          <Text as="p" tone="subdued">
            {t('rewards.checks.assumed', { share: f.percent(page.costs.share) })}{' '}
            <Link url="/app/settings">{t('outlook.change')}</Link>
          </Text>
        ) : null}
      </BlockStack>
    </Card>
  )
}
