import { BlockStack, Card, Checkbox, ChoiceList, DataTable, Text } from '@shopify/polaris'
import type { SettingsData } from '#app/domain/settings.ts'
import { useWords } from './i18n.tsx'
import type { SettingsView } from './settings-page.tsx'

const STATUSES = ['PAID', 'PARTIALLY_PAID', 'PARTIALLY_REFUNDED', 'PENDING', 'AUTHORIZED'] as const

type Props = {
  draft: SettingsData
  orders: SettingsView['orders']
  hasProblem: boolean
  onChange: (patch: Partial<SettingsData>) => void
}

/** Which orders count, and how many that leaves out and why. */
export function OrderRuleSettings({ draft, orders, hasProblem, onChange }: Props) {
  const { t } = useWords()
  const rule = draft.orderRule
  return (
    <Card>
      <BlockStack gap="400">
        <ChoiceList
          allowMultiple
          title={t('orderRule.statuses')}
          choices={STATUSES.map((status) => ({ value: status, label: t(`orderRule.status.${status}`) }))}
          selected={rule.statuses}
          error={hasProblem ? t('orderRule.oneStatus') : undefined}
          onChange={(selected) => onChange({ orderRule: { ...rule, statuses: selected as typeof rule.statuses } })}
        />
        <Checkbox
          label={t('orderRule.tests')}
          checked={rule.countTests}
          onChange={(countTests) => onChange({ orderRule: { ...rule, countTests } })}
        />
        <Checkbox
          label={t('orderRule.cancelled')}
          checked={rule.countCancelled}
          onChange={(countCancelled) => onChange({ orderRule: { ...rule, countCancelled } })}
        />
        <LeftOut orders={orders} />
      </BlockStack>
    </Card>
  )
}

function LeftOut({ orders }: { orders: SettingsView['orders'] }) {
  const { t, f } = useWords()
  if (orders === null)
    return (
      <Text as="p" tone="subdued">
        {t('orderRule.notYet')}
      </Text>
    )
  return (
    <BlockStack gap="200">
      <Text as="p" fontWeight="medium">
        {t('orderRule.leftOut', {
          left: f.number(orders.orders - orders.counted),
          all: f.number(orders.orders),
          counted: f.number(orders.counted),
        })}
      </Text>
      {orders.reasons.length === 0 ? null : (
        <DataTable
          columnContentTypes={['text', 'numeric']}
          headings={[t('orderRule.why'), t('orderRule.orders')]}
          rows={orders.reasons.map((line) => [t(`leftOutWhy.${line.reason}`), f.number(line.orders)])}
        />
      )}
    </BlockStack>
  )
}
