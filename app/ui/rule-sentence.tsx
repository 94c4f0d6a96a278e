import { BlockStack, InlineGrid, Text, TextField } from '@shopify/polaris'
import type { SegmentKey } from '#app/domain/pages.ts'
import { THRESHOLDS_OF } from '#app/domain/stages.ts'
import type { Thresholds } from '#app/domain/stages.ts'
import { useWords } from './i18n.tsx'

/** What each number may be; the server checks the same again. */
const RANGES: Record<keyof Thresholds, { min: number; max: number; step: number }> = {
  windowShare: { min: 0.5, max: 0.99, step: 0.01 },
  windowMaxDays: { min: 1, max: 3650, step: 1 },
  lateRatio: { min: 1, max: 20, step: 0.1 },
  lapsedRatio: { min: 1, max: 40, step: 0.1 },
  loyalOrders: { min: 2, max: 100, step: 1 },
  cherryOccasions: { min: 2, max: 50, step: 1 },
  cherryBenefits: { min: 2, max: 20, step: 1 },
}
const WHOLE: readonly (keyof Thresholds)[] = ['windowMaxDays', 'loyalOrders', 'cherryOccasions', 'cherryBenefits']

export function isNumberValid(key: keyof Thresholds, value: number | null): boolean {
  if (value === null) return key === 'windowMaxDays'
  const { min, max } = RANGES[key]
  return Number.isFinite(value) && value >= min && value <= max && (!WHOLE.includes(key) || Number.isInteger(value))
}

export function isRuleValid(thresholds: Thresholds): boolean {
  const keys = Object.keys(RANGES) as (keyof Thresholds)[]
  return keys.every((key) => isNumberValid(key, thresholds[key])) && thresholds.lapsedRatio > thresholds.lateRatio
}

type Props = {
  segment: SegmentKey
  thresholds: Thresholds
  /** Cherry-picker goes by what the shop's own people have taught, and no longer by a number of orders. */
  isLearned: boolean
  onChange: (thresholds: Thresholds) => void
}

/** The rule in one sentence, and its two numbers to edit below it. */
export function RuleSentence({ segment, thresholds, isLearned, onChange }: Props) {
  const { t, f } = useWords()
  const isByPeople = segment === 'cherry-picker' && isLearned
  const keys = THRESHOLDS_OF[segment].filter((key) => !isByPeople || key !== 'cherryOccasions')
  const limit =
    thresholds.windowMaxDays === null
      ? t('rule.noLimit')
      : t('rule.limit', { days: f.number(thresholds.windowMaxDays) })
  return (
    <BlockStack gap="400">
      <Text as="p" variant="bodyLg">
        {t(`rule.sentence.${isByPeople ? 'cherry-picker-learned' : segment}`, {
          share: f.percent(thresholds.windowShare),
          limit,
          late: f.number(thresholds.lateRatio),
          lapsed: f.number(thresholds.lapsedRatio),
          loyal: f.number(thresholds.loyalOrders),
          occasions: f.number(thresholds.cherryOccasions),
          benefits: f.number(thresholds.cherryBenefits),
        })}
      </Text>
      {segment === 'prospect' ? null : (
        <InlineGrid columns={{ xs: 1, sm: 2 }} gap="400">
          {keys.map((key) => (
            <NumberField key={key} name={key} thresholds={thresholds} onChange={onChange} />
          ))}
        </InlineGrid>
      )}
    </BlockStack>
  )
}

type FieldProps = { name: keyof Thresholds; thresholds: Thresholds; onChange: (thresholds: Thresholds) => void }

function NumberField({ name, thresholds, onChange }: FieldProps) {
  const { t, f } = useWords()
  const value = thresholds[name]
  const isShare = name === 'windowShare'
  const { min, max, step } = RANGES[name]
  const scale = isShare ? 100 : 1
  const shown = value === null || Number.isNaN(value) ? '' : String(Math.round(value * scale * 1000) / 1000)
  const outOfOrder = name === 'lapsedRatio' && value !== null && value <= thresholds.lateRatio
  const error = !isNumberValid(name, value)
    ? t('rule.range', { min: f.number(min * scale), max: f.number(max * scale) })
    : outOfOrder
      ? t('rule.order')
      : undefined
  function change(text: string) {
    const next = text.trim() === '' ? (name === 'windowMaxDays' ? null : Number.NaN) : Number(text) / scale
    onChange({ ...thresholds, [name]: next })
  }
  return (
    <TextField
      label={t(`rule.label.${name}`)}
      type="number"
      inputMode="decimal"
      min={min * scale}
      max={max * scale}
      step={step * scale}
      value={shown}
      suffix={t(`rule.unit.${name}`)}
      placeholder={name === 'windowMaxDays' ? t('rule.none') : undefined}
      helpText={t(`rule.help.${name}`)}
      error={error}
      autoComplete="off"
      onChange={change}
    />
  )
}
