import { Badge, BlockStack, Card, InlineStack, Link, Text } from '@shopify/polaris'
import { LAW_RULES, lawChecks, type LawCheck, type LawRule } from '#app/domain/rewards/law.ts'
import type { RewardPage } from '#app/domain/rewards/pages.ts'
import type { RewardDefinition } from '#app/domain/rewards/reward.ts'
import { dayFromText } from '#app/domain/shop-calendar.ts'
import { useWords } from './i18n.tsx'

/** The act in which each rule stands. */
const ACTS = {
  'review-sentiment': 'ftc-reviews',
  'review-without-order': 'ftc-reviews',
  'review-disclosure': 'ftc-endorsements',
  'review-disclosure-kr': 'kr-endorsements',
  'consent-loss': 'gdpr',
  'consent-automatic': 'gdpr',
  'consent-kr': 'kr-network',
  'survey-consent': 'gdpr',
  'survey-consent-kr': 'kr-privacy',
  'false-urgency': 'eu-unfair',
  'wrong-percent': 'eu-unfair',
  'hidden-condition': 'eu-unfair',
  'personal-price': 'eu-consumers',
} as const satisfies Record<LawRule, string>

export function lawOf(page: Pick<RewardPage, 'today' | 'countries'>, wanted: RewardDefinition): LawCheck[] {
  const daysLeft = dayFromText(wanted.endsOn) - page.today + 1
  return lawChecks(wanted, { countries: page.countries, daysLeft })
}

/** What the law says of a reward, each rule by its name; what is a clear breach comes first. */
export function RewardLaw({ page, wanted }: { page: RewardPage; wanted: RewardDefinition }) {
  const { t, f } = useWords()
  const checks = lawOf(page, wanted).sort((one, other) => Number(other.blocks) - Number(one.blocks))
  if (checks.length === 0) return null
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('rewards.law.title')}
        </Text>
        {checks.map(({ rule, blocks, text }, place) => (
          <BlockStack key={place} gap="100">
            <InlineStack gap="200" blockAlign="center">
              <Badge tone={blocks ? 'critical' : 'attention'}>
                {blocks ? t('rewards.law.blocks') : t('rewards.law.duty')}
              </Badge>
              <Text as="span" tone="subdued">
                {t('rewards.law.source', { act: t(`rewards.law.act.${ACTS[rule]}`), place: LAW_RULES[rule] })}
              </Text>
            </InlineStack>
            <Text as="p">{t(`rewards.law.rule.${rule}`)}</Text>
            {text === null ? null : <Text as="p">{t('rewards.law.words', { text })}</Text>}
          </BlockStack>
        ))}
        <Text as="p" tone="subdued">
          {page.countries.length === 0
            ? t('rewards.law.everywhere')
            : t('rewards.law.countries', { countries: f.list(page.countries.map((code) => f.country(code))) })}{' '}
          <Link url="/app/settings#rewards">{t('outlook.change')}</Link>
        </Text>
        <Text as="p" tone="subdued">
          {t('rewards.law.noAdvice')}
        </Text>
      </BlockStack>
    </Card>
  )
}
