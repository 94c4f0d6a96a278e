import { BlockStack, Button, InlineStack, Text } from '@shopify/polaris'
import type { BenefitCodeCard } from '#app/domain/pages.ts'
import { useWords } from './i18n.tsx'

/** How a confirmed first-purchase code did; never as if the code had caused it. */
export function CodeResult({ code }: { code: BenefitCodeCard }) {
  const { t, f } = useWords()
  const uses = t('codes.result', {
    code: code.label,
    orders: t('codes.firstOrders', { count: code.firstOrders, n: f.number(code.firstOrders) }),
    given: f.moneyShort(code.given),
  })
  return (
    <BlockStack gap="100">
      <Text as="p">{uses}</Text>
      <Text as="p">
        {code.cameBackShare === null
          ? t('codes.tooEarly', { days: f.number(code.windowDays) })
          : code.cameBackShareWithout === null
            ? t('codes.cameBackAlone', { share: f.percent(code.cameBackShare), days: f.number(code.windowDays) })
            : t('codes.cameBack', {
                share: f.percent(code.cameBackShare),
                days: f.number(code.windowDays),
                without: f.percent(code.cameBackShareWithout),
              })}
      </Text>
      {code.cameBackShare === null || code.cameBackShareWithout === null ? null : (
        <Text as="p" tone="subdued">
          {t('codes.caution')}
        </Text>
      )}
    </BlockStack>
  )
}

type ProposalProps = {
  code: BenefitCodeCard
  isSaving: boolean
  onDecide: (key: string, decision: 'confirmed' | 'declined') => void
}

export function CodeProposal({ code, isSaving, onDecide }: ProposalProps) {
  const { t, f } = useWords()
  return (
    <BlockStack gap="200">
      <Text as="p">
        {t('codes.proposal', { code: code.label, share: f.percent(code.shareOnFirst), n: f.number(code.uses) })}
      </Text>
      <InlineStack gap="200">
        <Button
          onClick={() => onDecide(code.key, 'confirmed')}
          loading={isSaving}
          accessibilityLabel={t('codes.yesFor', { code: code.label })}
        >
          {t('codes.yes')}
        </Button>
        <Button
          onClick={() => onDecide(code.key, 'declined')}
          disabled={isSaving}
          accessibilityLabel={t('codes.noFor', { code: code.label })}
        >
          {t('codes.no')}
        </Button>
      </InlineStack>
    </BlockStack>
  )
}
