import { BlockStack, Card, Link, Text } from '@shopify/polaris'
import type { TFunction } from 'i18next'
import type { CustomerOutlook, ShopOutlook } from '#app/domain/outlook-pages.ts'
import { exclusionText } from './exclusion-text.ts'
import type { Formats } from './formats.ts'
import { useWords } from './i18n.tsx'

type Known = Extract<ShopOutlook, { state: 'known' }>

/** A chance as people count: out of ten, or one in so many where it is small. */
function chanceText(t: TFunction, f: Formats, share: number, horizonDays: number): string {
  const days = f.number(horizonDays)
  if (share < 0.02) return t('outlook.chance.hardly', { days })
  if (share < 0.15) return t('outlook.chance.rare', { n: f.number(Math.round(1 / share)), days })
  if (share >= 0.95) return t('outlook.chance.nearly', { days })
  return t('outlook.chance.tenths', { n: f.number(Math.round(share * 10)), days })
}

/** Why nothing is said of anybody in this shop. */
function silenceText(t: TFunction, f: Formats, shop: Exclude<ShopOutlook, Known>): string {
  if (shop.state !== 'too-little') return t(`outlook.none.${shop.state}`)
  const { lacking, found, needed } = shop.lacking
  return t(`outlook.none.${lacking}`, { found: f.number(found), needed: f.number(needed) })
}

/** How much, or why nothing. */
function priorityText(t: TFunction, f: Formats, { expected, priority }: NonNullable<CustomerOutlook['worth']>): string {
  const text = t('outlook.priority', { money: f.money({ ...expected, minor: priority.minor }) })
  return priority.keptOutBy === null ? text : `${text} (${exclusionText(t, f, priority.keptOutBy)})`
}

/** In a list: the priority and the chance, on one line. */
export function OutlookLine({ outlook, horizonDays }: { outlook: CustomerOutlook; horizonDays: number }) {
  const { t, f } = useWords()
  const priority = outlook.worth === null ? [] : [priorityText(t, f, outlook.worth)]
  return <Text as="p">{[...priority, chanceText(t, f, outlook.shareBuying, horizonDays)].join(' · ')}</Text>
}

/** Over a ranked list: by what it is ranked, what that rests on, and that the stage does not rest on it. */
export function RankedBy({ shop }: { shop: ShopOutlook }) {
  const { t, f } = useWords()
  if (shop.state !== 'known')
    return (
      <Text as="p" tone="subdued">
        {`${t('outlook.unranked')} ${silenceText(t, f, shop)}`}
      </Text>
    )
  return (
    <BlockStack gap="100">
      <Text as="p">{t('outlook.ranked')}</Text>
      <Costs shop={shop} />
      <Text as="p" tone="subdued">
        {t('outlook.stageStays')}
      </Text>
    </BlockStack>
  )
}

function Costs({ shop: { costs } }: { shop: Known }) {
  const { t, f } = useWords()
  const share = f.percent(costs.share)
  return (
    <Text as="p" tone="subdued">
      {costs.isAssumed ? t('outlook.assumed', { share }) : t('outlook.named', { share })}{' '}
      <Link url="/app/settings#costs">{t('outlook.change')}</Link>
    </Text>
  )
}

/** Why the score leans on the purchase cycle, where it does. */
export function LeansOn({ shop }: { shop: Known }) {
  const { t, f } = useWords()
  if (shop.because === null) return null
  return (
    <Text as="p" tone="subdued">
      {t(`outlook.cycle.${shop.because}`, { count: shop.repeatBuyers, n: f.number(shop.repeatBuyers) })}
    </Text>
  )
}

/** On a customer's page. */
export function OutlookCard({ shop, customer }: { shop: ShopOutlook; customer: CustomerOutlook | null }) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {t('outlook.title')}
        </Text>
        {shop.state !== 'known' ? (
          <Text as="p">{silenceText(t, f, shop)}</Text>
        ) : customer === null ? (
          <Text as="p">{t('outlook.none.customer')}</Text>
        ) : (
          <>
            <Text as="p" variant="bodyLg">
              {chanceText(t, f, customer.shareBuying, shop.horizonDays)}
            </Text>
            <Worth shop={shop} customer={customer} />
            <LeansOn shop={shop} />
          </>
        )}
      </BlockStack>
    </Card>
  )
}

function Worth({ shop, customer: { worth } }: { shop: Known; customer: CustomerOutlook }) {
  const { t, f } = useWords()
  if (worth === null) return <Text as="p">{t('outlook.noWorth')}</Text>
  const { expected, low, high, priority } = worth
  return (
    <>
      <Text as="p" fontWeight="medium">
        {t('outlook.worth', { money: f.money(expected) })}
      </Text>
      <Text as="p">
        {high.minor === 0
          ? t('outlook.rangeNothing')
          : low.minor === 0
            ? t('outlook.rangeNone', { high: f.money(high) })
            : t('outlook.range', { low: f.money(low), high: f.money(high) })}
      </Text>
      <Text as="p">
        {`${priorityText(t, f, worth)}. ${priority.keptOutBy === null ? t('outlook.priorityText') : ''}`}
      </Text>
      <Costs shop={shop} />
    </>
  )
}
