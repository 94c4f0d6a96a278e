import { BlockStack, Button, Card, InlineStack, Link, Text } from '@shopify/polaris'
import type { Exclusion } from '#app/domain/exclusions.ts'
import type { OwnEditor } from '#app/domain/own-pages.ts'
import type { CustomerRewardsPage } from '#app/domain/rewards/person-pages.ts'
import { CustomerRewards } from './customer-rewards.tsx'
import { ExcludeForm } from './exclude-form.tsx'
import type { Excluding } from './excluding.ts'
import { exclusionText } from './exclusion-text.ts'
import { useWords } from './i18n.tsx'

type Props = { customer: string; rewards: CustomerRewardsPage; exclusions: Exclusion[]; excluding: Excluding }

/** What a customer got of rewards and why not the others; whether they are kept out of rewards, by what and until when, and the way in and out. */
export function RewardsCard({ customer, rewards, exclusions, excluding }: Props) {
  const { t, f } = useWords()
  const isNamed = exclusions.some(({ segment }) => segment === null)
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('exclude.card')}
        </Text>
        <CustomerRewards page={rewards} />
        {exclusions.length === 0 ? (
          <Text as="p" tone="subdued">
            {t('exclude.notOut')}
          </Text>
        ) : (
          exclusions.map((exclusion) => (
            <InlineStack key={exclusion.id} align="space-between" blockAlign="center" gap="200">
              <Text as="p">{exclusionText(t, f, exclusion)}</Text>
              {exclusion.segment === null ? (
                <Button onClick={() => excluding.onEnd(exclusion.id)} loading={excluding.isBusy}>
                  {t('exclude.endIt')}
                </Button>
              ) : (
                <Link url="/app/exclusions">{t('exclude.seeList')}</Link>
              )}
            </InlineStack>
          ))
        )}
        {isNamed ? null : <ExcludeForm key={exclusions.length} who={{ customer }} excluding={excluding} />}
      </BlockStack>
    </Card>
  )
}

/** How many of a segment's customers are kept out of rewards; nothing where nobody is. */
export function KeptOutLine({ customers }: { customers: number }) {
  const { t, f } = useWords()
  if (customers === 0) return null
  return (
    <Text as="p" tone="subdued">
      {t('exclude.ofThem', { count: customers, n: f.number(customers) })}{' '}
      <Link url="/app/exclusions">{t('exclude.seeList')}</Link>
    </Text>
  )
}

/** The same of one of the merchant's own segments, with what keeps out all of them; nothing where nobody is. */
export function KeptOutCard({ page: { keptOut, exclusion } }: { page: Pick<OwnEditor, 'keptOut' | 'exclusion'> }) {
  const { t, f } = useWords()
  if (keptOut === 0 && exclusion === null) return null
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {t('exclude.card')}
        </Text>
        {exclusion === null ? null : <Text as="p">{exclusionText(t, f, { ...exclusion, segment: null })}</Text>}
        <KeptOutLine customers={keptOut} />
      </BlockStack>
    </Card>
  )
}
