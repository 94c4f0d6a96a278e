import { BlockStack, Card, Text } from '@shopify/polaris'
import type { CalibrationBin } from '#app/domain/calibration.ts'
import type { ShopOutlook } from '#app/domain/outlook-pages.ts'
import { dayText } from '#app/domain/shop-calendar.ts'
import { useWords } from './i18n.tsx'
import { LeansOn } from './outlook.tsx'

/** How often we were right: what would have been said one window ago, beside what has happened since. */
export function RightnessCard({ shop }: { shop: Extract<ShopOutlook, { state: 'known' }> }) {
  const { t, f } = useWords()
  const { rightness, horizonDays } = shop
  const days = f.number(horizonDays)
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('outlook.right.title')}
        </Text>
        {rightness.kind === 'tested' ? (
          <>
            <Text as="p">
              {t('outlook.right.text', {
                date: f.day(dayText(rightness.cutDay)),
                count: rightness.customers,
                n: f.number(rightness.customers),
                days,
              })}{' '}
              {t('outlook.right.off', { points: f.number(Math.round(rightness.error * 1000) / 10) })}
            </Text>
            <Bars bins={rightness.bins} />
            <Text as="p" tone="subdued" variant="bodySm">
              {t('outlook.right.legend')}
            </Text>
          </>
        ) : (
          <Text as="p">{t('outlook.right.none', { days })}</Text>
        )}
        <LeansOn shop={shop} />
      </BlockStack>
    </Card>
  )
}

/** A line for each group, highest chance first: what was said and what came true in words, and the same drawn to scale. */
function Bars({ bins }: { bins: CalibrationBin[] }) {
  const { t, f } = useWords()
  const most = Math.max(0.1, ...bins.flatMap((bin) => [bin.given, bin.cameTrue]))
  const width = (share: number) => `${(100 * share) / most}%`
  return (
    <ul style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 8 }}>
      {bins.toReversed().map((bin, index) => (
        <li
          key={index}
          style={{
            display: 'grid',
            gridTemplateColumns: 'minmax(0, 14rem) minmax(0, 1fr)',
            columnGap: 12,
            alignItems: 'center',
          }}
        >
          <div>
            <Text as="p">
              {t('outlook.right.line', { given: f.percent(bin.given), came: f.percent(bin.cameTrue) })}
            </Text>
            <Text as="p" variant="bodySm" tone="subdued">
              {t('outlook.right.customers', { count: bin.customers, n: f.number(bin.customers) })}
            </Text>
          </div>
          <div
            aria-hidden
            style={{ position: 'relative', height: 20, background: 'var(--p-color-bg-surface-secondary)' }}
          >
            <div
              style={{ width: width(bin.cameTrue), height: '100%', background: 'var(--p-color-icon-info, #0094d5)' }}
            />
            <div
              style={{
                position: 'absolute',
                left: width(bin.given),
                top: -3,
                width: 2,
                height: 26,
                background: 'var(--p-color-text)',
              }}
            />
          </div>
        </li>
      ))}
    </ul>
  )
}
