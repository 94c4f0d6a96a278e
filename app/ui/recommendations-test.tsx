import { BlockStack, Card, DataTable, Text } from '@shopify/polaris'
import { TESTED_NEEDED, type ModelName } from '#app/domain/recommendations/choice.ts'
import type { RecommendationsPage } from '#app/domain/recommendations/pages.ts'
import { useWords } from './i18n.tsx'

const ROWS: ModelName[] = ['ease', 'cosine', 'popularity']

type Props = { made: NonNullable<RecommendationsPage['made']>; page: Pick<RecommendationsPage, 'costs' | 'products'> }

/** What each way would have found of everybody's last order, and which one is used because of it. */
export function RecommendationTest({ made, page: { costs, products } }: Props) {
  const { t, f } = useWords()
  const { choice } = made
  const { figures } = choice
  const found = (share: number) => f.percent(share)
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('recommendations.test.title')}
        </Text>
        <Text as="p" fontWeight="semibold">
          {t(`recommendations.test.${choice.because}`, { model: t(`recommendations.model.${choice.model}`) })}
        </Text>
        {figures === null ? (
          <Text as="p" tone="subdued">
            {t('recommendations.test.tooFew', {
              count: choice.tested,
              n: f.number(choice.tested),
              needed: f.number(TESTED_NEEDED),
            })}
          </Text>
        ) : (
          <>
            <Text as="p" tone="subdued">
              {t('recommendations.test.how', { count: choice.tested, n: f.number(choice.tested) })}
            </Text>
            <DataTable
              columnContentTypes={['text', 'numeric', 'numeric', 'numeric']}
              headings={['way', 'hit', 'recall', 'order'].map((heading) => t(`recommendations.test.${heading}`))}
              rows={ROWS.map((name) => [
                name === choice.model
                  ? t('recommendations.test.used', { model: t(`recommendations.model.${name}`) })
                  : t(`recommendations.model.${name}`),
                found(figures[name].hit10),
                found(figures[name].recall10),
                found(figures[name].ndcg10),
              ])}
            />
          </>
        )}
        <Text as="p" tone="subdued">
          {t('recommendations.test.from', {
            time: f.dateTime(made.at),
            customers: f.number(made.customers),
            orders: f.number(made.baskets),
            products: f.number(made.products),
          })}
        </Text>
        {products === 0 ? null : (
          <Text as="p" tone="subdued">
            {t('recommendations.costs.why')}{' '}
            {costs.known === products
              ? t('recommendations.costs.all')
              : t(`recommendations.costs.${costs.isAssumed ? 'assumed' : 'named'}`, {
                  known: f.number(costs.known),
                  products: f.number(products),
                  share: f.percent(costs.goodsShare),
                })}
          </Text>
        )}
      </BlockStack>
    </Card>
  )
}
