import { Badge, BlockStack, InlineStack, Link, List, Text } from '@shopify/polaris'
import type { TFunction } from 'i18next'
import type { MissingForStep } from '#app/domain/rewards/personal-rewards.ts'
import type { CustomerRewardsPage, WhyNotOnPage } from '#app/domain/rewards/person-pages.ts'
import { exclusionText } from './exclusion-text.ts'
import type { Formats } from './formats.ts'
import { grantText } from './grant-text.ts'
import { useWords } from './i18n.tsx'
import { conditionText, giftText } from './reward-text.ts'

/** What a customer got, what is theirs to take, and why nothing of each other live reward. */
export function CustomerRewards({ page: { currency, grants, toTake, whyNot, shared } }: { page: CustomerRewardsPage }) {
  const { t, f } = useWords()
  const isUndecided = grants.some(({ state }) => state === 'waiting' || state === 'parked')
  // Of many rewards with one reason it is said once.
  const byReason = new Map<string, string[]>()
  const said = [
    ...whyNot.map((each) => ({ name: each.name, text: whyNotText(t, f, each) })),
    ...shared.map(({ name, code, how }) => ({ name, text: t(`customer.rewards.shared.${how}`, { code }) })),
  ]
  for (const { name, text } of said) byReason.set(text, [...(byReason.get(text) ?? []), name])
  return (
    <BlockStack gap="300">
      {grants.length > 0 ? null : (
        <Text as="p" tone="subdued">
          {t('customer.rewards.none')}
        </Text>
      )}
      {grants.map((grant) => (
        <InlineStack key={grant.id} gap="200" blockAlign="center">
          <Text as="span">{t('customer.rewards.line', { name: grant.name, text: grantText(t, f, grant) })}</Text>
          <Badge>{giftText(t, f, grant.what, currency)}</Badge>
        </InlineStack>
      ))}
      {isUndecided ? <Link url="/app/rewards/waiting">{t('rewards.waiting.look')}</Link> : null}
      {toTake.length + said.length === 0 ? null : (
        <BlockStack gap="100">
          <Text as="h3" variant="headingSm">
            {t('customer.rewards.whyNot')}
          </Text>
          <List>
            {toTake.map(({ reward, name }) => (
              <List.Item key={reward}>
                {t('customer.rewards.line', { name, text: t('customer.rewards.toTake') })}
              </List.Item>
            ))}
            {[...byReason].map(([text, names]) => (
              <List.Item key={text}>{t('customer.rewards.line', { name: f.list(names), text })}</List.Item>
            ))}
          </List>
        </BlockStack>
      )}
    </BlockStack>
  )
}

function whyNotText(t: TFunction, f: Formats, { why, other, join }: WhyNotOnPage): string {
  switch (why.kind) {
    case 'excluded':
      return exclusionText(t, f, { segment: null, reason: why.reason, until: why.until })
    case 'over':
      return t(`rewards.waiting.refused.${why.by}`)
    case 'missing': {
      const what = why.missing.map((each) => missingText(t, f, each)).join(t(`rewards.sentence.${join}`))
      return why.step === 0
        ? t('customer.rewards.missing', { what })
        : t('customer.rewards.missingOfStep', { what, n: f.number(why.step + 1) })
    }
    case 'other-open':
    case 'behind':
      return t(`customer.rewards.not.${why.kind}`, { name: other })
    case 'cool-down':
      return t('customer.rewards.coolDown', { day: f.date(why.until) })
    case 'cap':
      return t('customer.rewards.cap', { n: f.number(why.most) })
    default:
      return t(`customer.rewards.not.${why.kind}`)
  }
}

/** "3 days from delivery (Mar 12, 2026)" */
function missingText(t: TFunction, f: Formats, missing: MissingForStep): string {
  switch (missing.kind) {
    case 'order':
      return t('customer.rewards.orders', { done: f.number(missing.done), of: f.number(missing.of) })
    case 'wait':
      return t('customer.rewards.wait', { day: f.day(missing.on) })
    case 'delivered':
    case 'kept': {
      const what = conditionText(t, f, missing)
      return missing.on === null ? what : t('customer.rewards.dated', { what, day: f.day(missing.on) })
    }
    case 'review':
    case 'consent':
    case 'survey':
      return conditionText(t, f, missing)
  }
}
