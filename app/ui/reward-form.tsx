import { BlockStack, Button, Collapsible, Divider, FormLayout, InlineStack, Text, TextField } from '@shopify/polaris'
import { useId, useState } from 'react'
import { NAME_MAX } from '#app/domain/rewards/reward.ts'
import type { RewardPage } from '#app/domain/rewards/pages.ts'
import { useWords } from './i18n.tsx'
import { RewardBlanks } from './reward-blanks.tsx'
import { offeredFor, type RewardDraft, type RewardProblems } from './reward-draft.ts'
import { RewardComparison, RewardLimits, useRewardField } from './reward-limits.tsx'
import { RewardSteps } from './reward-steps.tsx'
import { RewardWhoMore } from './reward-who.tsx'

/** A product as Shopify's own picker tells it: ids without their prefix, the price as Shopify writes money. */
export type PickedProduct = { product: string; title: string; variant?: string; price?: string }
/** Opens Shopify's picker; null: it was closed. */
export type PickProducts = (what: 'gift' | 'products', chosen: string[]) => Promise<PickedProduct[] | null>

export type RewardFormProps = {
  draft: RewardDraft
  page: Pick<RewardPage, 'currency' | 'segments'>
  problems: RewardProblems
  onChange: (draft: RewardDraft) => void
  /** Null: the frame has no picker, and products are named by id. */
  onPick: PickProducts | null
}

/** What the sentence has no blank for. */
const BEHIND = [
  'code',
  'minimumMinor',
  'products',
  'takers',
  'validDays',
  'take',
  'comparisonPercent',
  'texts',
  'steps',
]

/** A reward's sentence with blanks, and behind More conditions all else. */
export function RewardForm(props: RewardFormProps) {
  const { problems } = props
  const { t } = useWords()
  const field = useRewardField(props)
  const isTroubled = Object.keys(problems).some((path) => BEHIND.includes(path.split('.')[0]!))
  const [isOpen, setIsOpen] = useState(isTroubled)
  const id = useId()
  return (
    <BlockStack gap="400">
      <RewardBlanks {...props} />
      <FormLayout>
        <FormLayout.Group>
          <TextField {...field('name', 'name')} maxLength={NAME_MAX * 2} helpText={t('rewards.help.name')} />
          <TextField {...field('endsOn', 'endsOn')} type="date" helpText={t('rewards.help.endsOn')} />
        </FormLayout.Group>
      </FormLayout>
      <InlineStack gap="200" blockAlign="center">
        <Button
          disclosure={isOpen ? 'up' : 'down'}
          ariaExpanded={isOpen}
          ariaControls={id}
          onClick={() => setIsOpen(!isOpen)}
        >
          {t('rewards.more')}
        </Button>
        {isTroubled && !isOpen ? (
          <Text as="span" tone="critical">
            {t('rewards.moreTroubled')}
          </Text>
        ) : null}
      </InlineStack>
      <Collapsible id={id} open={isOpen} transition={false}>
        <RewardMore {...props} />
      </Collapsible>
    </BlockStack>
  )
}

/** All that a reward can be told beside its sentence. */
export function RewardMore(props: RewardFormProps) {
  const { t } = useWords()
  return (
    <BlockStack gap="400">
      <RewardWhoMore {...props} />
      <RewardSteps {...props} />
      <Divider />
      <Text as="h3" variant="headingSm">
        {t('rewards.limits')}
      </Text>
      <RewardLimits {...props} />
      {offeredFor(props.draft).isShared ? null : (
        <>
          <Divider />
          <Text as="h3" variant="headingSm">
            {t('rewards.compare')}
          </Text>
          <RewardComparison {...props} />
        </>
      )}
    </BlockStack>
  )
}

/** Of a live reward only its name, last day and budget may change: what shoppers were promised stays. */
export function LiveRewardForm(props: RewardFormProps) {
  const { t } = useWords()
  const field = useRewardField(props)
  return (
    <FormLayout>
      <TextField {...field('name', 'name')} maxLength={NAME_MAX * 2} helpText={t('rewards.help.name')} />
      <FormLayout.Group>
        <TextField {...field('endsOn', 'endsOn')} type="date" helpText={t('rewards.help.endsOn')} />
        {offeredFor(props.draft).budget ? (
          <TextField
            {...field('budget', 'budgetMinor')}
            suffix={props.page.currency}
            inputMode="decimal"
            helpText={t('rewards.help.budget')}
          />
        ) : null}
      </FormLayout.Group>
    </FormLayout>
  )
}
