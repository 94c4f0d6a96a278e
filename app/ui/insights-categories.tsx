import { BlockStack, Button, Card, DataTable, InlineStack, Text } from '@shopify/polaris'
import { useState } from 'react'
import type { InsightsPage, SpenderCategories } from '#app/domain/insights.ts'
import { DownloadButton } from './download-button.tsx'
import { useWords } from './i18n.tsx'

const BAR_HEIGHT = 8

/** What each segment spends on: a picture with a small chart each, and the same as a table. */
export function CategoriesCard({ categories, isUnderWay }: Pick<InsightsPage, 'categories' | 'isUnderWay'>) {
  const { t } = useWords()
  const [isTable, setIsTable] = useState(false)
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {t('insights.categories.title')}
          </Text>
          <Text as="p" tone="subdued">
            {t('insights.categories.text')}
          </Text>
        </BlockStack>
        {categories === null ? (
          <Text as="p">{isUnderWay ? t('insights.empty.working.text') : t('insights.categories.unread')}</Text>
        ) : categories.every((each) => each.categories.length === 0) ? (
          <Text as="p">{t('insights.categories.none')}</Text>
        ) : (
          <>
            <div
              style={{
                display: 'grid',
                gridTemplateColumns: 'repeat(auto-fill, minmax(min(240px, 100%), 1fr))',
                gap: 24,
              }}
            >
              {categories.map((each) => (
                <Bars key={each.by} of={each} />
              ))}
            </div>
            <div>
              <Button variant="plain" ariaExpanded={isTable} onClick={() => setIsTable(!isTable)}>
                {isTable ? t('insights.categories.hideTable') : t('insights.categories.showTable')}
              </Button>
            </div>
            {isTable ? <Table categories={categories} /> : null}
            <DownloadButton url="/app/insights/categories" fileName="categories.csv">
              {t('insights.download')}
            </DownloadButton>
          </>
        )}
      </BlockStack>
    </Card>
  )
}

function Table({ categories }: { categories: SpenderCategories[] }) {
  const { t, f } = useWords()
  return (
    <DataTable
      columnContentTypes={['text', 'text', 'numeric', 'numeric']}
      headings={[
        t('insights.categories.segment'),
        t('insights.categories.category'),
        t('insights.categories.spent'),
        t('insights.categories.share'),
      ]}
      rows={categories.flatMap(({ by, categories: theirs }) =>
        theirs.map(({ title, money, share }) => [t(`stage.${by}`), title, f.moneyShort(money), f.percent(share)]),
      )}
    />
  )
}

function Bars({ of: { by, customers, spent, categories } }: { of: SpenderCategories }) {
  const { t, f } = useWords()
  return (
    <BlockStack gap="200">
      <BlockStack>
        <Text as="h3" variant="headingSm">
          {t(`stage.${by}`)}
        </Text>
        <Text as="p" variant="bodySm" tone="subdued">
          {t('insights.categories.of', {
            count: customers,
            n: f.number(customers),
            money: f.moneyShort(spent),
          })}
        </Text>
      </BlockStack>
      {categories.length === 0 ? <Text as="p">{t('insights.categories.nothing')}</Text> : null}
      {categories.map(({ title, share }) => (
        <div key={title}>
          <InlineStack align="space-between" gap="200" wrap={false}>
            <div style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
              <Text as="span" variant="bodySm">
                {title}
              </Text>
            </div>
            <Text as="span" variant="bodySm" tone="subdued">
              {f.percent(share)}
            </Text>
          </InlineStack>
          <svg
            aria-hidden="true"
            viewBox={`0 0 100 ${BAR_HEIGHT}`}
            preserveAspectRatio="none"
            style={{ width: '100%', height: BAR_HEIGHT, display: 'block' }}
          >
            <rect width={100} height={BAR_HEIGHT} fill="#ebebeb" />
            <rect width={100 * Math.min(1, share)} height={BAR_HEIGHT} fill="#0094d5" />
          </svg>
        </div>
      ))}
    </BlockStack>
  )
}
