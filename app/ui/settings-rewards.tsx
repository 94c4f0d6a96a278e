import { BlockStack, Card, InlineGrid, TextField } from '@shopify/polaris'
import { useState } from 'react'
import type { SettingsData } from '#app/domain/settings.ts'
import { useWords } from './i18n.tsx'

type Rules = SettingsData['rewards']
type Props = {
  draft: SettingsData
  /** Field path → key of what is wrong with it. */
  problems: Record<string, string>
  onChange: (patch: Partial<SettingsData>) => void
}

/** What holds for all rewards together: how often a person gets one, what delivery means, and where is sold to. */
export function RewardSettings({ draft, problems, onChange }: Props) {
  const { t, f } = useWords()
  const { rewards } = draft
  const change = (part: Partial<Rules>) => onChange({ rewards: { ...rewards, ...part } })
  const errorOf = (field: keyof Rules) => {
    const key = Object.entries(problems).find(([path]) => path.startsWith(`rewards.${field}`))?.[1]
    return key === undefined ? undefined : t(`rewardRules.refused.${key}`)
  }
  const whole = (field: 'mostPerYear' | 'coolDays' | 'deliveryDays') => ({
    label: t(`rewardRules.${field}`),
    helpText: t(`rewardRules.${field}Help`),
    value: rewards[field],
    error: errorOf(field),
    onChange: (value: number) => change({ [field]: value }),
  })
  return (
    <Card>
      <BlockStack gap="300">
        <InlineGrid columns={{ xs: 1, sm: 2 }} gap="300">
          <WholeField {...whole('mostPerYear')} />
          <WholeField {...whole('coolDays')} />
        </InlineGrid>
        <WholeField {...whole('deliveryDays')} />
        <Countries
          countries={rewards.countries}
          error={errorOf('countries')}
          names={f.list(rewards.countries.filter((code) => /^[A-Z]{2}$/.test(code)).map((code) => f.country(code)))}
          onChange={(countries) => change({ countries })}
        />
      </BlockStack>
    </Card>
  )
}

/** A whole number; what is typed stays as it is while it is none. */
function WholeField(props: {
  label: string
  helpText: string
  value: number
  error: string | undefined
  onChange: (value: number) => void
}) {
  const [typed, setTyped] = useState(String(props.value))
  const isSame = Object.is(numberOf(typed), props.value)
  return (
    <TextField
      label={props.label}
      helpText={props.helpText}
      error={props.error}
      inputMode="numeric"
      value={isSame ? typed : String(props.value)}
      onChange={(value) => {
        setTyped(value)
        props.onChange(numberOf(value))
      }}
      autoComplete="off"
    />
  )
}

function Countries(props: {
  countries: string[]
  names: string
  error: string | undefined
  onChange: (countries: string[]) => void
}) {
  const { t } = useWords()
  const [typed, setTyped] = useState(props.countries.join(', '))
  const isSame = codesOf(typed).join() === props.countries.join()
  return (
    <TextField
      label={t('rewardRules.countries')}
      helpText={props.names === '' ? t('rewardRules.countriesHelp') : props.names}
      placeholder="KR, US"
      error={props.error}
      value={isSame ? typed : props.countries.join(', ')}
      onChange={(value) => {
        setTyped(value)
        props.onChange(codesOf(value))
      }}
      autoComplete="off"
    />
  )
}

function numberOf(typed: string): number {
  return /^\d{1,6}$/.test(typed.trim()) ? Number(typed) : NaN
}

function codesOf(typed: string): string[] {
  return [
    ...new Set(
      typed
        .toUpperCase()
        .split(/[\s,]+/)
        .filter((code) => code !== ''),
    ),
  ]
}
