import { BlockStack, Card, List, Text } from '@shopify/polaris'
import type { GrantSums, RewardPage, RewardResult } from '#app/domain/rewards/pages.ts'
import { useWords } from './i18n.tsx'

/** Fewer than this many first orders say nothing of who comes back. */
const SHARE_NEEDS = 20

/** What became of a reward since it went live, and what that does not prove. */
export function RewardResultCard({ page }: { page: RewardPage }) {
  if (page.result !== null) return <SharedResult page={page} result={page.result} />
  return page.grants === null ? null : <GrantedResult page={page} grants={page.grants} />
}

/** Of a reward that each person has a code or credit of their own of. */
function GrantedResult({ page, grants }: { page: RewardPage; grants: GrantSums }) {
  const { t } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('rewards.result.title')}
        </Text>
        <Text as="p" variant="bodyLg">
          <GrantsText grants={grants} currency={page.currency} />
        </Text>
        <List>
          <Since page={page} />
        </List>
      </BlockStack>
    </Card>
  )
}

/** "Granted to 12 people, used by 5, ₩15,000 given." */
export function GrantsText({ grants, currency }: { grants: GrantSums; currency: string }) {
  const { t, f } = useWords()
  const people = { count: grants.granted, n: f.number(grants.granted) }
  if (grants.granted === 0) return t('rewards.grantedNone')
  if (grants.used === 0) return t('rewards.grantedUnused', people)
  return t('rewards.granted', {
    ...people,
    used: f.number(grants.used),
    money: f.money({ minor: grants.spentMinor, currency }),
  })
}

/** "Used on 31 orders, which had ₩246,000 off." What shipping would have cost is not known. */
export function UsesText(props: { uses: number; spentMinor: number; isShipping: boolean; currency: string }) {
  const { t, f } = useWords()
  const uses = { count: props.uses, n: f.number(props.uses) }
  if (props.uses === 0) return t('rewards.usedNone')
  if (props.isShipping) return t('rewards.used', uses)
  return t('rewards.usedFor', { ...uses, money: f.money({ minor: props.spentMinor, currency: props.currency }) })
}

function Since({ page }: { page: RewardPage }) {
  const { t, f } = useWords()
  return (
    <>
      {page.startedAt === null ? null : (
        <List.Item>{t('rewards.result.since', { day: f.date(page.startedAt) })}</List.Item>
      )}
      {page.endedAt === null || page.endedBy === null ? null : (
        <List.Item>{t(`rewards.result.ended.${page.endedBy}`, { day: f.date(page.endedAt) })}</List.Item>
      )}
    </>
  )
}

function SharedResult({ page, result }: { page: RewardPage; result: RewardResult }) {
  const { t, f } = useWords()
  const money = (minor: number) => f.money({ minor, currency: page.currency })
  const isShipping = page.definition.steps[0]!.what.kind === 'free-shipping'
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('rewards.result.title')}
        </Text>
        <Text as="p" variant="bodyLg">
          <UsesText {...result} isShipping={isShipping} currency={page.currency} />
        </Text>
        <List>
          <Since page={page} />
          {result.uses === 0 ? null : (
            <List.Item>{t('rewards.result.sold', { money: money(result.soldMinor) })}</List.Item>
          )}
          {result.usesOfOthers === 0 ? null : (
            <List.Item>
              {t('rewards.result.others', { count: result.usesOfOthers, n: f.number(result.usesOfOthers) })}
            </List.Item>
          )}
          <List.Item>
            {result.matured < SHARE_NEEDS
              ? t('rewards.result.early', { days: f.number(result.windowDays), n: f.number(result.matured) })
              : t('rewards.result.back', {
                  share: f.percent(result.cameBack / result.matured),
                  n: f.number(result.matured),
                  days: f.number(result.windowDays),
                })}
          </List.Item>
          {page.forecast?.costMinor == null ? null : (
            <List.Item>
              {t('rewards.result.forecast', {
                n: f.number(page.forecast.orders),
                money: f.moneyShort({ minor: page.forecast.costMinor, currency: page.currency }),
              })}
            </List.Item>
          )}
        </List>
        <Text as="p" tone="subdued">
          {t('rewards.result.unproven')}
        </Text>
      </BlockStack>
    </Card>
  )
}
