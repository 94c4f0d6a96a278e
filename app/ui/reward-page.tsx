import { Banner, BlockStack, Box, Button, Card, InlineStack, Link, List, Page, Text } from '@shopify/polaris'
import { useState } from 'react'
import type { RewardPage } from '#app/domain/rewards/pages.ts'
import { rewardChecks, rewardForecast } from '#app/domain/rewards/outlook.ts'
import type { RewardDefinition } from '#app/domain/rewards/reward.ts'
import { dayFromText } from '#app/domain/shop-calendar.ts'
import { AskedTwice } from './asked-twice.tsx'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { ProblemBanner } from './problem.tsx'
import { RewardBadge } from './reward-badge.tsx'
import { rewardDraftOf, rewardOf, type RewardDraft } from './reward-draft.ts'
import { RewardForm } from './reward-form.tsx'
import { RewardResultCard } from './reward-result.tsx'
import { giftText, rewardSentence } from './reward-text.ts'
import { SaveBar } from './save-bar.tsx'

export type RewardProps = {
  page: RewardPage
  isBusy: boolean
  /** Why saving was refused, by field: keys of the texts. */
  refused: Partial<Record<keyof RewardDefinition, string>>
  /** The merchant said no when Shopify asked whether Morello may make discounts. */
  isDeclined: boolean
  onSave: (definition: RewardDefinition) => void
  onStart: () => void
  onEnd: () => void
  onDelete: () => void
}

/** One reward: a sentence with blanks, what speaks against it, and, once it is live, what became of it. */
export function RewardScreen(props: RewardProps) {
  const { page, isBusy, refused } = props
  const { t, f } = useWords()
  const start = rewardDraftOf(page.definition, page.currency)
  const stored = JSON.stringify(page.definition)
  const [draft, setDraft] = useState<RewardDraft>(start)
  const [seen, setSeen] = useState(stored)
  if (seen !== stored) {
    setSeen(stored)
    setDraft(start)
  }
  const wanted = rewardOf(draft, page.currency)
  const isDirty = page.id === null || JSON.stringify(draft) !== JSON.stringify(start)
  return (
    <Page
      title={page.id === null ? t('rewards.new') : page.definition.name}
      titleMetadata={page.id === null ? undefined : <RewardBadge state={page.state} discount={page.discount} />}
      backAction={{ content: t('nav.rewards'), url: '/app/rewards' }}
      secondaryActions={
        page.discountUrl === null
          ? []
          : [{ content: t('rewards.inShopify'), url: page.discountUrl, target: '_top' as const }]
      }
    >
      <SaveBar
        isOpen={isDirty && page.state !== 'ended'}
        isSaving={isBusy}
        isValid={wanted !== null}
        onSave={() => wanted !== null && props.onSave(wanted)}
        onDiscard={() => setDraft(start)}
      />
      <BlockStack gap="400">
        <FreshnessTrouble freshness={page.freshness} />
        {page.problem === null ? null : <ProblemBanner problem={page.problem} />}
        {props.isDeclined ? (
          <Banner tone="warning" title={t('rewards.declined.title')}>
            <Text as="p">{t('rewards.declined.text')}</Text>
          </Banner>
        ) : null}
        {page.result === null ? null : <RewardResultCard page={page} result={page.result} />}
        <Card>
          <BlockStack gap="400">
            <Text as="p" variant="headingMd">
              {wanted === null ? t('rewards.unread') : rewardSentence(t, f, wanted, page.currency)}
            </Text>
            {page.state === 'ended' ? null : (
              <RewardForm
                draft={draft}
                currency={page.currency}
                isLive={page.state === 'live'}
                refused={refused}
                onChange={setDraft}
              />
            )}
          </BlockStack>
        </Card>
        {wanted === null || page.state !== 'draft' ? null : <Checks page={page} wanted={wanted} />}
        <Actions {...props} isDirty={isDirty} wanted={wanted} />
      </BlockStack>
    </Page>
  )
}

function Checks({ page, wanted }: { page: RewardPage; wanted: RewardDefinition }) {
  const { t, f } = useWords()
  const checks = rewardChecks(wanted, page.today, page.costs.share)
  const days = dayFromText(wanted.endsOn) - page.today + 1
  const forecast = page.past === null || days <= 0 ? null : rewardForecast(wanted.steps[0]!.what, page.past, days)
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('rewards.checks.title')}
        </Text>
        {checks.length === 0 ? null : (
          <List>
            {checks.map(({ kind }) => (
              <List.Item key={kind}>
                {t(`rewards.checks.${kind}`, {
                  share: f.percent(page.costs.share),
                  gift: giftText(t, f, wanted.steps[0]!.what, page.currency),
                })}
              </List.Item>
            ))}
          </List>
        )}
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

function Actions({
  page,
  isBusy,
  isDirty,
  wanted,
  onStart,
  onEnd,
  onDelete,
}: RewardProps & { isDirty: boolean; wanted: RewardDefinition | null }) {
  const { t } = useWords()
  if (page.id === null) return null
  const isBlocked = wanted === null || rewardChecks(wanted, page.today, page.costs.share).some(({ blocks }) => blocks)
  return (
    <Box paddingInline={{ xs: '400', sm: '0' }}>
      {page.state === 'live' ? (
        <AskedTwice
          ask={t('rewards.end')}
          sure={t('rewards.endSure')}
          yes={t('rewards.endYes')}
          isBusy={isBusy}
          onYes={onEnd}
        />
      ) : (
        <BlockStack gap="300">
          {page.state === 'draft' ? (
            <BlockStack gap="200" inlineAlign="start">
              <Button variant="primary" onClick={onStart} loading={isBusy} disabled={isDirty || isBlocked}>
                {t('rewards.start')}
              </Button>
              <Text as="p" tone="subdued">
                {page.mayDiscount ? t('rewards.startText') : t('rewards.startAsks')}
              </Text>
            </BlockStack>
          ) : null}
          <InlineStack>
            <AskedTwice
              ask={t('rewards.delete')}
              sure={t('rewards.deleteSure')}
              yes={t('rewards.deleteYes')}
              isBusy={isBusy}
              onYes={onDelete}
            />
          </InlineStack>
        </BlockStack>
      )}
    </Box>
  )
}
