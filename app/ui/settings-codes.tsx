import { BlockStack, Button, Card, Divider, InlineGrid, Select, Text } from '@shopify/polaris'
import { useState } from 'react'
import type { BenefitCodeCard } from '#app/domain/pages.ts'
import type { SettingsData } from '#app/domain/settings.ts'
import { useWords } from './i18n.tsx'

const FIRST_SHOWN = 8

type Props = {
  draft: SettingsData
  codes: BenefitCodeCard[]
  /** Why there may be no code to show: none was used, the import is not done, or Shopify hides older orders. */
  whyNone: 'empty' | 'notYet' | 'waits'
  onChange: (patch: Partial<SettingsData>) => void
}

/** Every code and automatic discount with its share of first orders; the merchant says which are first-purchase benefits. */
export function CodeSettings({ draft, codes, whyNone, onChange }: Props) {
  const { t, f } = useWords()
  const [shown, setShown] = useState(FIRST_SHOWN)
  if (codes.length === 0)
    return (
      <Card>
        <Text as="p">{t(`codes.${whyNone}`)}</Text>
      </Card>
    )
  function decide(key: string, value: string) {
    const benefitCodes = { ...draft.benefitCodes }
    if (value === 'confirmed' || value === 'declined') benefitCodes[key] = value
    onChange({ benefitCodes })
  }
  return (
    <Card>
      <BlockStack gap="300">
        {codes.slice(0, shown).map((code, index) => (
          <BlockStack gap="300" key={code.key}>
            {index === 0 ? null : <Divider />}
            <InlineGrid columns={{ xs: 1, sm: ['twoThirds', 'oneThird'] }} gap="200" alignItems="center">
              <BlockStack>
                <Text as="p" fontWeight="medium">
                  {code.label}
                </Text>
                <Text as="p" tone="subdued">
                  {t('codes.uses', { count: code.uses, n: f.number(code.uses), share: f.percent(code.shareOnFirst) })}
                </Text>
              </BlockStack>
              <Select
                label={t('codes.isBenefit', { code: code.label })}
                labelHidden
                value={draft.benefitCodes[code.key] ?? ''}
                options={[
                  ...(draft.benefitCodes[code.key] === undefined
                    ? [{ value: '', label: code.state === 'proposed' ? t('codes.proposed') : t('codes.undecided') }]
                    : []),
                  { value: 'confirmed', label: t('codes.confirmed') },
                  { value: 'declined', label: t('codes.declined') },
                ]}
                onChange={(value) => decide(code.key, value)}
              />
            </InlineGrid>
          </BlockStack>
        ))}
        {codes.length <= shown ? null : (
          <div>
            <Button variant="plain" onClick={() => setShown(codes.length)}>
              {t('codes.showAll', { n: f.number(codes.length) })}
            </Button>
          </div>
        )}
      </BlockStack>
    </Card>
  )
}
