import { Banner, BlockStack, Button, ButtonGroup, Card, Page, Text } from '@shopify/polaris'
import { INSIGHT_PERIODS, type InsightPeriod, type InsightsPage } from '#app/domain/insights.ts'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { CategoriesCard } from './insights-categories.tsx'
import { FirstOrdersCard, PickersCard, SecondOrdersCard } from './insights-products.tsx'
import { EmptyCard } from './page-states.tsx'
import { SixtyDays } from './sixty-days.tsx'

type Props = { page: InsightsPage; onPeriod: (period: InsightPeriod) => void }

/** What products and categories say of the shop's customers, as tables and pictures. */
export function InsightsScreen({ page, onPeriod }: Props) {
  const { t, f } = useWords()
  const { state, insights, period, asOf } = page
  return (
    <Page title={t('insights.title')} subtitle={t('insights.subtitle')}>
      <BlockStack gap="400">
        <FreshnessTrouble freshness={page.freshness} />
        {state === 'limited' ? <SixtyDays /> : null}
        {state === 'failed' ? (
          <Banner tone="warning" title={t('insights.failed.title')}>
            {t('insights.failed.text')}
          </Banner>
        ) : null}
        {state === 'none' || state === 'limited' || state === 'working' ? (
          <EmptyCard title={t(`insights.empty.${state}.title`)} text={t(`insights.empty.${state}.text`)} />
        ) : null}
        {insights === null || asOf === null ? null : (
          <>
            <Card>
              <BlockStack gap="300">
                <ButtonGroup variant="segmented">
                  {INSIGHT_PERIODS.map((each) => (
                    <Button key={each} pressed={period === each} onClick={() => onPeriod(each)}>
                      {t(`insights.period.${each}`)}
                    </Button>
                  ))}
                </ButtonGroup>
                <Text as="p">
                  {t('insights.about', {
                    count: insights.all.buyers,
                    n: f.number(insights.all.buyers),
                    time: f.dateTime(asOf),
                  })}
                </Text>
                <Text as="p" tone="subdued">
                  {t('insights.notCause')}
                </Text>
              </BlockStack>
            </Card>
            <FirstOrdersCard insights={insights} period={period} />
            <SecondOrdersCard insights={insights} period={period} />
            <PickersCard insights={insights} period={period} />
            <CategoriesCard categories={page.categories} isUnderWay={page.isUnderWay} />
          </>
        )}
      </BlockStack>
    </Page>
  )
}
