import { BlockStack, Button, Card, InlineGrid, InlineStack, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { ASSUMED_COSTS, costShareOf } from '#app/domain/costs.ts'
import type { Costs } from '#app/domain/costs.ts'
import type { SettingsData } from '#app/domain/settings.ts'
import { useWords } from './i18n.tsx'

type Props = { draft: SettingsData; hasProblem: boolean; onChange: (patch: Partial<SettingsData>) => void }

/** What of an order's money is not kept; until it is named, an assumption that says so. */
export function CostSettings({ draft, hasProblem, onChange }: Props) {
  const { t, f } = useWords()
  const costs = draft.costs ?? ASSUMED_COSTS
  const { share, isAssumed } = costShareOf(draft.costs)
  const change = (part: keyof Costs) => (value: number) => onChange({ costs: { ...costs, [part]: value } })
  return (
    <Card>
      <BlockStack gap="300">
        <InlineGrid columns={{ xs: 1, sm: 3 }} gap="300">
          <ShareField label={t('costs.goods')} share={costs.goodsShare} onChange={change('goodsShare')} />
          <ShareField label={t('costs.payment')} share={costs.paymentShare} onChange={change('paymentShare')} />
          <ShareField label={t('costs.shipping')} share={costs.shippingShare} onChange={change('shippingShare')} />
        </InlineGrid>
        {hasProblem ? (
          <Text as="p" tone="critical">
            {t('costs.all')}
          </Text>
        ) : (
          <Text as="p" tone={isAssumed ? 'caution' : undefined}>
            {isAssumed
              ? t('costs.assumed', { share: f.percent(share), left: f.percent(1 - share) })
              : t('costs.sum', { share: f.percent(share), left: f.percent(1 - share) })}
          </Text>
        )}
        {isAssumed ? null : (
          <InlineStack>
            <Button variant="plain" onClick={() => onChange({ costs: null })}>
              {t('costs.reset')}
            </Button>
          </InlineStack>
        )}
      </BlockStack>
    </Card>
  )
}

/** A share typed as per cent. What is typed stays as it is while it is the same number: "7." on the way to "7.5". */
function ShareField(props: { label: string; share: number; onChange: (share: number) => void }) {
  const { t } = useWords()
  const [typed, setTyped] = useState(percentOf(props.share))
  const shown = shareOf(typed) === props.share ? typed : percentOf(props.share)
  return (
    <TextField
      label={props.label}
      type="number"
      min={0}
      max={100}
      step={0.1}
      suffix="%"
      helpText={t('costs.ofOrder')}
      value={shown}
      onChange={(value) => {
        setTyped(value)
        props.onChange(shareOf(value))
      }}
      autoComplete="off"
    />
  )
}

function percentOf(share: number): string {
  return String(Math.round(share * 1000) / 10)
}

function shareOf(typed: string): number {
  const percent = Number(typed)
  return Math.round((Number.isFinite(percent) ? percent : 0) * 10) / 1000
}
