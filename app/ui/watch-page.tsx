import { BlockStack, Card, Page, Text } from '@shopify/polaris'
import type { WatchPage } from '#app/domain/pages.ts'
import { CustomerList } from './customer-list.tsx'
import { FreshnessLine } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { ListPages } from './list-pages.tsx'
import { EmptyCard } from './page-states.tsx'

/** Those who have only used a first-purchase benefit so far: shown, never tagged. */
export function WatchScreen({ page, onPage }: { page: WatchPage; onPage: (page: number) => void }) {
  const { t, f } = useWords()
  return (
    <Page title={t('watch.title')} backAction={{ content: t('nav.segments'), url: '/app/segments' }}>
      {page.freshness.asOf === null ? (
        <EmptyCard title={t('watch.notYet.title')} text={t('watch.notYet.text')} />
      ) : page.rows.length === 0 ? (
        <EmptyCard title={t('watch.empty.title')} text={t('watch.empty.text')} />
      ) : (
        <Card>
          <BlockStack gap="300">
            <Text as="p" variant="bodyLg">
              {t('watch.text', { n: f.number(page.total) })}
            </Text>
            <FreshnessLine freshness={page.freshness} />
            <CustomerList rows={page.rows} about="watched" />
            <ListPages list={page} words="watch" onPage={onPage} />
          </BlockStack>
        </Card>
      )}
    </Page>
  )
}
