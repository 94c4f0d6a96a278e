import { Badge, Banner, BlockStack, Button, Card, InlineStack, List, Page, Text } from '@shopify/polaris'
import type { PickProduct, RecommendationsPage } from '#app/domain/recommendations/pages.ts'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { EmptyCard } from './page-states.tsx'
import { ProblemBanner } from './problem.tsx'
import { RecommendationChoices } from './recommendations-choices.tsx'
import { RecommendationPreview } from './recommendations-preview.tsx'
import { RecommendationTest } from './recommendations-test.tsx'

export type RecommendationsProps = {
  page: RecommendationsPage
  isBusy: boolean
  /** The merchant has not agreed to a scope just asked for. */
  isDeclined: boolean
  /** All pins are taken. */
  isFull: boolean
  search: string
  onSwitch: (isOn: boolean) => void
  onAllow: () => void
  onSearch: (search: string) => void
  onChoose: (product: string, kind: 'pin' | 'exclude' | 'free') => void
  onCustomer: (customer: string) => void
}

/** What is recommended to whom, how good it is, and what the merchant has to say about it. */
export function RecommendationsScreen(props: RecommendationsProps) {
  const { t } = useWords()
  const { page } = props
  return (
    <Page
      title={t('nav.recommendations')}
      subtitle={t('recommendations.subtitle')}
      secondaryActions={
        page.themeEditorUrl === null
          ? []
          : [{ content: t('recommendations.toTheme'), url: page.themeEditorUrl, target: '_top' as const }]
      }
    >
      <BlockStack gap="400">
        <FreshnessTrouble freshness={page.freshness} />
        {page.problem === null ? null : <ProblemBanner problem={page.problem} />}
        <Storefront {...props} />
        {page.made === null ? (
          <EmptyCard title={t('recommendations.notYet.title')} text={t('recommendations.notYet.text')} />
        ) : (
          <>
            <RecommendationTest made={page.made} page={page} />
            <First first={page.first} />
            <RecommendationPreview page={page} onCustomer={props.onCustomer} />
          </>
        )}
        {page.products === 0 ? null : <RecommendationChoices {...props} />}
      </BlockStack>
    </Page>
  )
}

/** Whether shoppers see them, and what is missing for it. */
function Storefront({ page, isBusy, isDeclined, onSwitch, onAllow }: RecommendationsProps) {
  const { t, f } = useWords()
  const { isOn, shown, asks } = page
  return (
    <Card>
      <BlockStack gap="300" inlineAlign="start">
        <InlineStack gap="200" blockAlign="center">
          <Text as="h2" variant="headingMd">
            {t('recommendations.store.title')}
          </Text>
          <Badge tone={isOn ? 'success' : undefined}>{t(`recommendations.store.${isOn ? 'on' : 'off'}`)}</Badge>
        </InlineStack>
        <Text as="p">{t('recommendations.store.text')}</Text>
        {isOn ? (
          <Text as="p" tone="subdued">
            {t('recommendations.store.customers', { count: shown.customers, n: f.number(shown.customers) })}{' '}
            {shown.waiting === 0
              ? t('recommendations.store.allThere')
              : t('recommendations.store.waiting', { count: shown.waiting, n: f.number(shown.waiting) })}
          </Text>
        ) : null}
        <Button variant={isOn ? undefined : 'primary'} loading={isBusy} onClick={() => onSwitch(!isOn)}>
          {t(`recommendations.store.${isOn ? 'switchOff' : 'switchOn'}`)}
        </Button>
        {isOn && asks.length > 0 ? (
          <Banner
            title={t('recommendations.products.title')}
            action={{ content: t('recommendations.products.allow'), onAction: onAllow }}
          >
            <Text as="p">{t(isDeclined ? 'recommendations.products.declined' : 'recommendations.products.text')}</Text>
          </Banner>
        ) : null}
      </BlockStack>
    </Card>
  )
}

function First({ first }: { first: PickProduct[] }) {
  const { t } = useWords()
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {t('recommendations.first.title')}
        </Text>
        <Text as="p" tone="subdued">
          {t('recommendations.first.text')}
        </Text>
        {first.length === 0 ? (
          <Text as="p">{t('recommendations.first.none')}</Text>
        ) : (
          <List type="number">
            {first.map(({ id, title }) => (
              <List.Item key={id}>{title}</List.Item>
            ))}
          </List>
        )}
      </BlockStack>
    </Card>
  )
}
