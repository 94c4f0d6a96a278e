import { BlockStack, ChoiceList, Text } from '@shopify/polaris'
import type { TFunction } from 'i18next'
import type { RewardSegment } from '#app/domain/rewards/pages.ts'
import { STAGES } from '#app/domain/stages.ts'
import { useWords } from './i18n.tsx'
import { isOfOrders, offeredFor, type RewardDraft } from './reward-draft.ts'
import type { RewardFormProps } from './reward-form.tsx'
import { refusalAt } from './reward-refusal.ts'

const FLAGS = ['cherry-picker', 'vip', 'buys-in-sales', 'regular'] as const

/** Whom it can be for, as one list: several stages are chosen under More conditions. */
export function whoChoices(
  t: TFunction,
  draft: RewardDraft,
  segments: readonly RewardSegment[],
): { value: string; label: string }[] {
  const chosen = whoChoice(draft)
  return [
    { value: 'first-order', label: t('rewards.who.first-order') },
    { value: 'everybody', label: t('rewards.who.everybody') },
    ...STAGES.filter((stage) => stage !== 'prospect').map((stage) => ({
      value: `stage:${stage}`,
      label: t(`stage.${stage}`),
    })),
    ...(draft.who === 'stage' && draft.stages.length !== 1
      ? [{ value: 'stages', label: t('rewards.who.stages') }]
      : []),
    ...FLAGS.map((flag) => ({
      value: `flag:${flag}`,
      label: flag === 'cherry-picker' ? t('stage.cherry-picker') : t(`flags.name.${flag}`),
    })),
    ...segments.map(({ id, name }) => ({ value: `own:${id}`, label: name })),
    // What was deleted meanwhile, or the stage of people who have not bought.
    ...(draft.who === 'own' && !segments.some(({ id }) => `own:${id}` === chosen)
      ? [{ value: chosen, label: t('rewards.who.gone') }]
      : []),
    ...(chosen === 'stage:prospect' ? [{ value: chosen, label: t('stage.prospect') }] : []),
  ]
}

export function whoChoice({ who, stages, flag, segment }: RewardDraft): string {
  if (who === 'stage') return stages.length === 1 ? `stage:${stages[0]}` : 'stages'
  if (who === 'flag') return `flag:${flag}`
  return who === 'own' ? `own:${segment}` : who
}

/** The draft for somebody else. What cannot be asked of a first order is no longer asked. */
export function changedWho(draft: RewardDraft, choice: string): RewardDraft {
  const [kind, which] = choice.split(':')
  if (kind === 'stage') return { ...draft, who: 'stage', stages: [which!] }
  if (kind === 'flag') return { ...draft, who: 'flag', flag: which as RewardDraft['flag'] }
  if (kind === 'own') return { ...draft, who: 'own', segment: which! }
  if (choice === 'everybody') return { ...draft, who: 'everybody' }
  if (choice !== 'first-order') return draft
  const steps = draft.steps.map((step, place) =>
    place === 0 ? { ...step, conditions: step.conditions.filter((one) => !isOfOrders(one)) } : step,
  )
  return { ...draft, who: 'first-order', steps }
}

/** What more there is to say of whom it is for: who may use a shared code, or which stages. */
export function RewardWhoMore({ draft, problems, page, onChange }: RewardFormProps) {
  const { t, f } = useWords()
  if (draft.who === 'first-order' && offeredFor(draft).guests)
    return (
      <ChoiceList
        title={t('rewards.field.guests')}
        choices={(['may-use', 'sign-in'] as const).map((value) => ({
          value,
          label: t(`rewards.guests.${value}`),
          helpText: t(`rewards.guestsHelp.${value}`),
        }))}
        selected={[draft.guests]}
        onChange={([chosen]) => onChange({ ...draft, guests: chosen === 'sign-in' ? 'sign-in' : 'may-use' })}
      />
    )
  if (draft.who === 'first-order') return <Said text={t('rewards.guestsHelp.own')} />
  if (draft.who === 'stage')
    return (
      <ChoiceList
        allowMultiple
        title={t('rewards.field.stages')}
        choices={STAGES.map((stage) => ({ value: stage, label: t(`stage.${stage}`) }))}
        selected={draft.stages}
        error={refusalAt(t, problems, 'who')}
        onChange={(stages) => onChange({ ...draft, stages })}
      />
    )
  const segment = draft.who === 'own' ? page.segments.find(({ id }) => String(id) === draft.segment) : undefined
  if (segment?.customers == null) return null
  return (
    <BlockStack>
      <Said text={t('rewards.inSegment', { count: segment.customers, n: f.number(segment.customers) })} />
    </BlockStack>
  )
}

function Said({ text }: { text: string }) {
  return (
    <Text as="p" tone="subdued">
      {text}
    </Text>
  )
}
