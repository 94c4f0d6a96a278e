import { BlockStack, Button, Checkbox, ChoiceList, FormLayout, InlineStack, TextField } from '@shopify/polaris'
import { TEXT_MAX } from '#app/domain/rewards/reward.ts'
import { useWords } from './i18n.tsx'
import { offeredFor, type RewardDraft } from './reward-draft.ts'
import type { RewardFormProps } from './reward-form.tsx'
import { refusalAt } from './reward-refusal.ts'

type TextKey = 'code' | 'minimum' | 'products' | 'budget' | 'takers' | 'validDays' | 'endsOn' | 'comparison' | 'name'

/** A text field of the draft, with what is wrong with it. @param at  the field of the definition */
export function useRewardField({ draft, problems, onChange }: RewardFormProps) {
  const { t } = useWords()
  return (key: TextKey, at: string) => ({
    label: t(`rewards.field.${key}`),
    value: draft[key],
    onChange: (value: string) => onChange({ ...draft, [key]: value }),
    error: refusalAt(t, problems, at),
    autoComplete: 'off',
  })
}

/** How it is taken, its code, and where it ends. */
export function RewardLimits(props: RewardFormProps) {
  const { draft, page, onChange, onPick } = props
  const { t } = useWords()
  const field = useRewardField(props)
  const offered = offeredFor(draft)
  const money = { suffix: page.currency, inputMode: 'decimal' as const }
  const pick = async () => {
    const picked = await onPick?.(
      'products',
      draft.products.split(/[\s,]+/).filter((id) => id !== ''),
    )
    if (picked) onChange({ ...draft, products: picked.map(({ product }) => product).join(', ') })
  }
  return (
    <FormLayout>
      {!offered.claimed ? null : (
        <ChoiceList
          title={t('rewards.field.take')}
          choices={(['given', 'claimed'] as const).map((value) => ({
            value,
            label: t(`rewards.take.${value}`),
            helpText: t(`rewards.takeHelp.${value}`),
          }))}
          selected={[draft.take]}
          onChange={([take]) => onChange({ ...draft, take: take === 'claimed' ? 'claimed' : 'given' })}
        />
      )}
      <FormLayout.Group>
        <TextField
          {...field('code', 'code')}
          helpText={offered.isShared ? t('rewards.help.code') : t('rewards.help.codeBegin')}
        />
        {offered.minimum ? (
          <TextField {...field('minimum', 'minimumMinor')} {...money} helpText={t('rewards.help.minimum')} />
        ) : null}
      </FormLayout.Group>
      {offered.products ? (
        <BlockStack gap="200">
          <TextField {...field('products', 'products')} helpText={t('rewards.help.products')} />
          {onPick === null ? null : (
            <InlineStack>
              <Button onClick={() => void pick()}>{t('rewards.pick.products')}</Button>
            </InlineStack>
          )}
        </BlockStack>
      ) : null}
      {offered.isShared ? null : (
        <FormLayout.Group>
          <TextField
            {...field('takers', 'takers')}
            suffix={t('rewards.people')}
            inputMode="numeric"
            helpText={t('rewards.help.takers')}
          />
          <TextField
            {...field('validDays', 'validDays')}
            suffix={t('rewards.days')}
            inputMode="numeric"
            helpText={t('rewards.help.validDays')}
          />
        </FormLayout.Group>
      )}
      <Checkbox
        label={t('rewards.field.combines')}
        helpText={t('rewards.help.combines')}
        checked={draft.combines}
        onChange={(combines) => onChange({ ...draft, combines })}
      />
      {!offered.suspects ? null : (
        <ChoiceList
          title={t('rewards.field.suspects')}
          choices={(['same', 'credit'] as const).map((value) => ({
            value,
            label: t(`rewards.suspects.${value}`),
            helpText: t(`rewards.suspectsHelp.${value}`),
          }))}
          selected={[draft.suspects]}
          onChange={([chosen]) => onChange({ ...draft, suspects: chosen === 'credit' ? 'credit' : 'same' })}
        />
      )}
    </FormLayout>
  )
}

/** What makes its worth visible: people who are shown nothing, and two headlines. Of guests nothing is known to divide them by. */
export function RewardComparison(props: RewardFormProps) {
  const { draft, problems, onChange } = props
  const { t } = useWords()
  const field = useRewardField(props)
  const headline = (place: 0 | 1) => ({
    label: place === 0 ? t('rewards.field.text1') : t('rewards.field.text2'),
    value: draft.texts[place],
    onChange: (value: string) => onChange({ ...draft, texts: textsWith(draft, place, value) }),
    error: refusalAt(t, problems, `texts.${placeSaid(draft, place)}`),
    // Of a headline far too long its beginning is kept, and what is wrong is said.
    maxLength: TEXT_MAX * 2,
    autoComplete: 'off',
  })
  return (
    <FormLayout>
      <TextField
        {...field('comparison', 'comparisonPercent')}
        suffix="%"
        inputMode="numeric"
        helpText={t('rewards.help.comparison')}
      />
      <FormLayout.Group>
        <TextField {...headline(0)} helpText={t('rewards.help.text1')} />
        <TextField {...headline(1)} helpText={t('rewards.help.text2')} />
      </FormLayout.Group>
    </FormLayout>
  )
}

function textsWith(draft: RewardDraft, place: 0 | 1, value: string): [string, string] {
  return place === 0 ? [value, draft.texts[1]] : [draft.texts[0], value]
}

/** Where a headline stands in the definition, which holds no empty ones. */
function placeSaid({ texts }: RewardDraft, place: 0 | 1): number {
  return place === 1 && texts[0].trim() === '' ? 0 : place
}
