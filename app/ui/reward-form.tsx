import { Checkbox, ChoiceList, FormLayout, Select, TextField } from '@shopify/polaris'
import { NAME_MAX, type RewardDefinition, type RewardGift } from '#app/domain/rewards/reward.ts'
import { useWords } from './i18n.tsx'
import type { RewardDraft } from './reward-draft.ts'

const KINDS: readonly RewardGift['kind'][] = ['percent', 'amount', 'free-shipping']

type Props = {
  draft: RewardDraft
  currency: string
  /** Only the name, the last day and the budget may change: what shoppers were promised stays. */
  isLive: boolean
  refused: Partial<Record<keyof RewardDefinition, string>>
  onChange: (draft: RewardDraft) => void
}

/** The blanks of a reward's sentence. */
export function RewardForm({ draft, currency, isLive, refused, onChange }: Props) {
  const { t } = useWords()
  const field = (
    key: 'name' | 'code' | 'percent' | 'amount' | 'minimum' | 'budget' | 'endsOn',
    of: keyof RewardDefinition,
  ) => ({
    label: t(`rewards.field.${key}`),
    value: draft[key],
    onChange: (value: string) => onChange({ ...draft, [key]: value }),
    autoComplete: 'off',
    ...(refused[of] === undefined ? {} : { error: t(`rewards.refused.${refused[of]}`) }),
  })
  const money = { suffix: currency, inputMode: 'decimal' as const }
  return (
    <FormLayout>
      <TextField {...field('name', 'name')} maxLength={NAME_MAX} helpText={t('rewards.help.name')} />
      {isLive ? null : (
        <FormLayout.Group>
          <Select
            label={t('rewards.field.gift')}
            options={KINDS.map((value) => ({ value, label: t(`rewards.kind.${value}`) }))}
            value={draft.kind}
            onChange={(kind) => onChange({ ...draft, kind: kind as RewardGift['kind'] })}
          />
          {draft.kind === 'percent' ? (
            <TextField {...field('percent', 'steps')} suffix="%" inputMode="numeric" />
          ) : draft.kind === 'amount' ? (
            <TextField {...field('amount', 'steps')} {...money} />
          ) : null}
        </FormLayout.Group>
      )}
      {isLive ? null : (
        <FormLayout.Group>
          <TextField {...field('code', 'code')} helpText={t('rewards.help.code')} />
          <TextField {...field('minimum', 'minimumMinor')} {...money} helpText={t('rewards.help.minimum')} />
        </FormLayout.Group>
      )}
      {isLive ? null : (
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
      )}
      <FormLayout.Group>
        <TextField {...field('endsOn', 'endsOn')} type="date" helpText={t('rewards.help.endsOn')} />
        {draft.kind === 'free-shipping' ? null : (
          <TextField {...field('budget', 'budgetMinor')} {...money} helpText={t('rewards.help.budget')} />
        )}
      </FormLayout.Group>
      {isLive ? null : (
        <Checkbox
          label={t('rewards.field.combines')}
          helpText={t('rewards.help.combines')}
          checked={draft.combines}
          onChange={(combines) => onChange({ ...draft, combines })}
        />
      )}
    </FormLayout>
  )
}
