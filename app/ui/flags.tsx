import { BlockStack, Box, Card, InlineStack, Text } from '@shopify/polaris'
import type { TFunction } from 'i18next'
import type { FlagCounts, FlagReason } from '#app/domain/pages.ts'
import type { Formats } from './formats.ts'
import { useWords } from './i18n.tsx'

/** Why somebody carries a flag, in one sentence with its numbers. */
export function flagText(t: TFunction, f: Formats, reason: FlagReason): string {
  switch (reason.flag) {
    case 'vip':
      return t('flags.reason.vip', { spent: f.money(reason.spent12m), from: f.money(reason.from) })
    case 'buys-in-sales':
      return t('flags.reason.buys-in-sales', { n: f.number(reason.inSales), orders: f.number(reason.orders) })
    case 'regular':
      return t('flags.reason.regular', {
        orders: f.number(reason.orders),
        days: f.number(reason.gapDays),
        more: f.number(reason.deviationDays),
      })
  }
}

/** The flags that a customer carries beside the stage, each with its reason. */
export function FlagsCard({ flags }: { flags: FlagReason[] }) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        {flags.map((reason) => (
          <BlockStack key={reason.flag} gap="100">
            <Text as="h2" variant="headingSm">
              {t(`flags.name.${reason.flag}`)}
            </Text>
            <Text as="p">{flagText(t, f, reason)}</Text>
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  )
}

const NAMES = { vip: 'vip', buysInSales: 'buys-in-sales', regular: 'regular' } as const

/** How many carry each flag: small, because nobody is moved by it. */
export function FlagsRow({ flags }: { flags: FlagCounts }) {
  const { t, f } = useWords()
  return (
    <Box paddingInline={{ xs: '400', sm: '0' }}>
      <InlineStack gap="400">
        {(Object.keys(NAMES) as (keyof typeof NAMES)[]).map((key) => (
          <Text key={key} as="p" tone="subdued">
            {t('flags.count', { name: t(`flags.name.${NAMES[key]}`), n: f.number(flags[key]) })}
          </Text>
        ))}
      </InlineStack>
    </Box>
  )
}
