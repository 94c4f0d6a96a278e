import { BlockStack, Box, Button, InlineStack, Select, Text, TextField } from '@shopify/polaris'
import type { ReactNode } from 'react'
import type { RewardCondition, RewardGift } from '#app/domain/rewards/reward.ts'
import { useWords } from './i18n.tsx'
import { conditionDraftOf, offeredFor, type ConditionDraft, type RewardDraft, type StepDraft } from './reward-draft.ts'
import type { RewardFormProps } from './reward-form.tsx'
import { refusalAt } from './reward-refusal.ts'
import { changedWho, whoChoice, whoChoices } from './reward-who.tsx'

export const GIFT_KINDS: readonly RewardGift['kind'][] = ['percent', 'amount', 'free-shipping', 'credit', 'gift']

/** What is usually asked for a reward; anything else is set under More conditions. */
const WHENS = {
  'at-once': [],
  review: [{ kind: 'delivered', days: 3 }, { kind: 'review' }],
  'next-order': [{ kind: 'more-orders', n: 1 }],
  kept: [
    { kind: 'more-orders', n: 1 },
    { kind: 'kept', days: 14 },
  ],
  consent: [{ kind: 'consent', channel: 'email' }],
  survey: [{ kind: 'survey', which: 'preferences' }],
} as const satisfies Record<string, readonly RewardCondition[]>
type When = keyof typeof WHENS

/** Where a slot of the sentence stands, in a text that shows no such character. */
const SLOT = '\u0001'
type Slot = 'gift' | 'who' | 'when' | 'budget'

/** A reward as one sentence with blanks. */
export function RewardBlanks(props: RewardFormProps) {
  const { draft, problems, onChange } = props
  const { t, f } = useWords()
  const [first] = draft.steps
  const mark = (slot: Slot) => `${SLOT}${slot}${SLOT}`
  const offered = offeredFor(draft)
  const values = { gift: mark('gift'), who: mark('who'), when: mark('when'), budget: mark('budget') }
  const sentence = offered.budget ? t('rewards.blanks.budget', values) : t('rewards.blanks.plain', values)
  const slots: Record<Slot, ReactNode> = {
    gift: <GiftBlank {...props} />,
    who: <WhoBlank {...props} />,
    when: <WhenBlank {...props} />,
    budget: (
      <Blank width={170}>
        <TextField
          label={t('rewards.field.budget')}
          labelHidden
          placeholder={t('rewards.blanks.noLimit')}
          value={draft.budget}
          suffix={props.page.currency}
          inputMode="decimal"
          onChange={(budget) => onChange({ ...draft, budget })}
          autoComplete="off"
          error={refusalAt(t, problems, 'budgetMinor') !== undefined}
        />
      </Blank>
    ),
  }
  const said = ['steps.0', 'budgetMinor'].map((path) => refusalAt(t, problems, path))
  return (
    <BlockStack gap="200">
      <InlineStack gap="150" blockAlign="center">
        {sentence.split(SLOT).map((part, place) =>
          place % 2 === 1 ? (
            <div key={place}>{slots[part as Slot]}</div>
          ) : part.trim() === '' ? null : (
            <Text as="span" key={place} variant="bodyLg">
              {part.trim()}
            </Text>
          ),
        )}
      </InlineStack>
      {draft.steps.length === 1 ? null : (
        <Text as="p" tone="subdued">
          {t('rewards.blanks.more', { count: draft.steps.length - 1, n: f.number(draft.steps.length - 1) })}
        </Text>
      )}
      {[...new Set(said)].map((text) =>
        text === undefined ? null : (
          <Text as="p" tone="critical" key={text}>
            {text}
          </Text>
        ),
      )}
      {draft.who === 'stage' && draft.stages.includes('new') && first!.conditions.length === 0 ? (
        <NewHaveOrdered {...props} />
      ) : null}
    </BlockStack>
  )
}

function Blank({ width, children }: { width: number; children: ReactNode }) {
  return (
    <Box width={`${width}px`} maxWidth="100%">
      {children}
    </Box>
  )
}

function GiftBlank({ draft, page, problems, onChange }: RewardFormProps) {
  const { t } = useWords()
  const first = draft.steps[0]!
  const change = (part: Partial<StepDraft>) =>
    onChange({ ...draft, steps: draft.steps.map((step, place) => (place === 0 ? { ...step, ...part } : step)) })
  const hasProblem = refusalAt(t, problems, 'steps.0.what') !== undefined
  return (
    <InlineStack gap="100" blockAlign="center" wrap={false}>
      <Blank width={190}>
        <Select
          label={t('rewards.field.gift')}
          labelHidden
          options={GIFT_KINDS.map((value) => ({ value, label: t(`rewards.kind.${value}`) }))}
          value={first.kind}
          onChange={(kind) => change({ kind: kind as RewardGift['kind'] })}
        />
      </Blank>
      {first.kind === 'percent' ? (
        <Blank width={90}>
          <TextField
            label={t('rewards.field.percent')}
            labelHidden
            value={first.percent}
            suffix="%"
            inputMode="numeric"
            onChange={(percent) => change({ percent })}
            autoComplete="off"
            error={hasProblem}
          />
        </Blank>
      ) : first.kind === 'amount' || first.kind === 'credit' ? (
        <Blank width={140}>
          <TextField
            label={t('rewards.field.amount')}
            labelHidden
            value={first.amount}
            suffix={page.currency}
            inputMode="decimal"
            onChange={(amount) => change({ amount })}
            autoComplete="off"
            error={hasProblem}
          />
        </Blank>
      ) : null}
    </InlineStack>
  )
}

function WhoBlank(props: RewardFormProps) {
  const { t } = useWords()
  return (
    <Blank width={260}>
      <Select
        label={t('rewards.field.who')}
        labelHidden
        options={whoChoices(t, props.draft, props.page.segments)}
        value={whoChoice(props.draft)}
        onChange={(choice) => props.onChange(changedWho(props.draft, choice))}
        error={refusalAt(t, props.problems, 'who')}
      />
    </Blank>
  )
}

function WhenBlank({ draft, onChange }: RewardFormProps) {
  const { t } = useWords()
  const now = whenOf(draft)
  const isFirst = draft.who === 'first-order'
  const offered = (Object.keys(WHENS) as When[]).filter(
    (when) => !isFirst || WHENS[when].every(({ kind }) => kind !== 'more-orders'),
  )
  return (
    <Blank width={260}>
      <Select
        label={t('rewards.field.when')}
        labelHidden
        options={[
          ...offered.map((value) => ({
            value: value as string,
            label: value === 'at-once' && isFirst ? t('rewards.when.first') : t(`rewards.when.${value}`),
          })),
          ...(now === 'own' ? [{ value: 'own', label: t('rewards.when.own') }] : []),
        ]}
        value={now}
        onChange={(when) =>
          onChange({
            ...draft,
            steps: draft.steps.map((step, place) =>
              place === 0 && when !== 'own'
                ? { ...step, join: 'and', conditions: WHENS[when as When].map(conditionDraftOf), waitDays: '0' }
                : step,
            ),
          })
        }
      />
    </Blank>
  )
}

function whenOf({ steps }: RewardDraft): When | 'own' {
  const { conditions, waitDays } = steps[0]!
  if (waitDays.trim() !== '0' && waitDays.trim() !== '') return 'own'
  // Their numbers may differ, what is agreed to or answered may not.
  const named = (some: readonly ConditionDraft[]) =>
    some.map(({ kind, channel, which }) => (kind === 'consent' ? channel : kind === 'survey' ? which : kind)).join()
  const now = named(conditions)
  return (Object.keys(WHENS) as When[]).find((when) => named(WHENS[when].map(conditionDraftOf)) === now) ?? 'own'
}

/** Whoever is New has bought already: a first order's reward is not for them. */
function NewHaveOrdered({ draft, onChange }: RewardFormProps) {
  const { t } = useWords()
  return (
    <InlineStack gap="200" blockAlign="center">
      <Text as="p">{t('rewards.newHaveOrdered.text')}</Text>
      <Button onClick={() => onChange(changedWho(draft, 'first-order'))}>{t('rewards.newHaveOrdered.use')}</Button>
    </InlineStack>
  )
}
