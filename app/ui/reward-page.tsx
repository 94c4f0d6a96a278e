import { Banner, BlockStack, Box, Button, Card, InlineStack, Page, Text } from '@shopify/polaris'
import { useState } from 'react'
import type { RewardPage } from '#app/domain/rewards/pages.ts'
import { unaskedParts, type RewardDefinition } from '#app/domain/rewards/reward.ts'
import { AskedTwice } from './asked-twice.tsx'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { ProblemBanner } from './problem.tsx'
import { RewardBadge } from './reward-badge.tsx'
import { RewardChecks, checksOf, fieldsOf } from './reward-checks.tsx'
import { rewardDraftOf, rewardOf, type RewardDraft, type RewardProblems } from './reward-draft.ts'
import { LiveRewardForm, RewardForm, type PickProducts } from './reward-form.tsx'
import { RewardComparisonCard } from './reward-comparison.tsx'
import { RewardLaw, lawOf } from './reward-law.tsx'
import { refusalText } from './reward-refusal.ts'
import { RewardResultCard } from './reward-result.tsx'
import { rewardSentence } from './reward-text.ts'
import { SaveBar } from './save-bar.tsx'

export type RewardProps = {
  page: RewardPage
  isBusy: boolean
  /** Why saving or starting was refused. */
  refused: RewardProblems
  /** The merchant said no when Shopify asked for what the reward needs. */
  isDeclined: boolean
  onPick: PickProducts | null
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
  const { definition: wanted, problems } = rewardOf(draft, page.currency, page.state === 'live')
  const isDirty = page.id === null || JSON.stringify(draft) !== JSON.stringify(start)
  const spoken = wanted === null || page.state !== 'draft' ? {} : fieldsOf(checksOf(page, wanted))
  const form = {
    draft,
    page,
    problems: { ...spoken, ...refused, ...problems },
    onChange: setDraft,
    onPick: props.onPick,
  }
  const sentenceOf = (definition: RewardDefinition) => rewardSentence(t, f, definition, page.currency, page.segments)
  return (
    <Page
      title={page.id === null ? t('rewards.new') : page.definition.name}
      subtitle={page.state === 'draft' ? undefined : sentenceOf(page.definition)}
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
        {page.state === 'live' && page.discount === 'waiting' ? (
          <Banner tone="info">
            <Text as="p">{t('rewards.starting')}</Text>
          </Banner>
        ) : null}
        {page.state === 'live' && unaskedParts(page.definition, page.surveyAsks).length > 0 ? (
          <Banner tone="warning" action={{ content: t('nav.survey'), url: '/app/survey' }}>
            <Text as="p">{t('rewards.checks.survey-off')}</Text>
          </Banner>
        ) : null}
        {props.isDeclined ? (
          <Banner tone="warning" title={t('rewards.declined.title')}>
            <Text as="p">{t('rewards.declined.text')}</Text>
          </Banner>
        ) : null}
        <Unplaced refused={refused} />
        {page.comparison === null ? null : <RewardComparisonCard page={page} comparison={page.comparison} />}
        {page.result === null && page.grants === null ? null : <RewardResultCard page={page} />}
        {page.state === 'ended' ? null : (
          <Card>
            <BlockStack gap="400">
              {page.state === 'draft' ? <RewardForm {...form} /> : <LiveRewardForm {...form} />}
              {page.state === 'live' && !isDirty ? null : (
                <Text as="p" variant="headingSm">
                  {wanted === null ? t('rewards.unread') : sentenceOf(wanted)}
                </Text>
              )}
            </BlockStack>
          </Card>
        )}
        {wanted === null || page.state !== 'draft' ? null : <Before page={page} wanted={wanted} />}
        <Actions {...props} isDirty={isDirty} wanted={wanted} />
      </BlockStack>
    </Page>
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
  const isBlocked = wanted === null || [...checksOf(page, wanted), ...lawOf(page, wanted)].some(({ blocks }) => blocks)
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
                {isBlocked
                  ? t('rewards.startBlocked')
                  : isDirty
                    ? t('rewards.startSave')
                    : page.asks.length === 0
                      ? t('rewards.startText')
                      : t('rewards.startAsks')}
              </Text>
            </BlockStack>
          ) : null}
          {page.grants !== null && page.grants.granted > 0 ? (
            <Text as="p" tone="subdued">
              {t('rewards.refused.granted')}
            </Text>
          ) : (
            <InlineStack>
              <AskedTwice
                ask={t('rewards.delete')}
                sure={t('rewards.deleteSure')}
                yes={t('rewards.deleteYes')}
                isBusy={isBusy}
                onYes={onDelete}
              />
            </InlineStack>
          )}
        </BlockStack>
      )}
    </Box>
  )
}

function Before(props: { page: RewardPage; wanted: RewardDefinition }) {
  return (
    <>
      <RewardChecks {...props} />
      <RewardLaw {...props} />
    </>
  )
}

/** What no field of the form stands for. */
function Unplaced({ refused }: { refused: RewardProblems }) {
  const { t } = useWords()
  const found = Object.entries(refused).find(([path, key]) => path === '' || path === 'definition' || key === 'live')
  if (found === undefined) return null
  return (
    <Banner tone="critical" title={t('rewards.notSaved')}>
      <Text as="p">{refusalText(t, ...found)}</Text>
    </Banner>
  )
}
