import { Banner, BlockStack, Card, DataTable, List, Text } from '@shopify/polaris'
import type { ArmResult, RewardComparison, RewardPage } from '#app/domain/rewards/pages.ts'
import { useWords } from './i18n.tsx'

type Props = { page: RewardPage; comparison: RewardComparison }

/** Both arms of a reward side by side, whether they were divided as planned, and how long until they can tell anything. */
export function RewardComparisonCard({ page, comparison }: Props) {
  const { t, f } = useWords()
  const { arms, texts, mixed, windowDays, overshootMinor, ratio } = comparison
  const [first, second] = page.definition.texts
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('rewards.pays.title')}
        </Text>
        {ratio.isOff ? (
          <Banner tone="critical" title={t('rewards.pays.off.title')}>
            <Text as="p">{t('rewards.pays.off.text')}</Text>
          </Banner>
        ) : (
          <Text as="p" variant="bodyLg">
            <Outlook page={page} comparison={comparison} />
          </Text>
        )}
        <Side
          headings={[t('rewards.pays.reward'), t('rewards.pays.comparison')]}
          arms={[arms.reward, arms.comparison]}
          currency={page.currency}
          days={windowDays}
        />
        {texts === null ? null : (
          <>
            <Text as="h3" variant="headingSm">
              {t('rewards.pays.texts')}
            </Text>
            <List type="number">
              <List.Item>{first}</List.Item>
              <List.Item>{second}</List.Item>
            </List>
            <Side
              headings={[t('rewards.pays.text1'), t('rewards.pays.text2')]}
              arms={texts}
              currency={page.currency}
              days={windowDays}
            />
          </>
        )}
        {page.probablySeen === 0 ? null : (
          <Text as="p">{t('rewards.pays.probably', { count: page.probablySeen, n: f.number(page.probablySeen) })}</Text>
        )}
        {mixed === 0 ? null : <Text as="p">{t('rewards.pays.mixed', { count: mixed, n: f.number(mixed) })}</Text>}
        {overshootMinor === 0 ? null : (
          <Text as="p">
            {t('rewards.pays.overshot', { money: f.money({ minor: overshootMinor, currency: page.currency }) })}
          </Text>
        )}
        <Text as="p" tone="subdued">
          {t('rewards.pays.how', { days: f.number(windowDays) })}
        </Text>
      </BlockStack>
    </Card>
  )
}

/** Nobody new comes into a reward that is over: weeks to come are promised of a live one alone. */
function Outlook({ page, comparison: { outlook } }: Props) {
  const { t, f } = useWords()
  if (outlook.kind === 'none' || outlook.kind === 'enough') return t(`rewards.pays.${outlook.kind}`)
  if (page.state === 'ended') return t('rewards.pays.ended')
  return outlook.kind === 'unknown'
    ? t('rewards.pays.unknown')
    : t('rewards.pays.weeks', { count: outlook.weeks, n: f.number(outlook.weeks) })
}

/** The arms differ in size: what they did stands as a share of their people, what they spent for each of them. */
function Side(props: { headings: [string, string]; arms: [ArmResult, ArmResult]; currency: string; days: number }) {
  const { t, f } = useWords()
  const nothing = t('rewards.pays.nothing')
  const of = (part: number, all: number) =>
    all === 0 ? nothing : t('rewards.pays.share', { n: f.number(part), share: f.percent(part / all) })
  // Of who is shown nothing there is nothing to count.
  const ifAny = (part: number, all: number) => (part === 0 ? nothing : of(part, all))
  const money = (minor: number) => f.money({ minor, currency: props.currency })
  const line = (label: string, value: (arm: ArmResult) => string) => [label, ...props.arms.map(value)]
  return (
    <DataTable
      columnContentTypes={['text', 'numeric', 'numeric']}
      headings={['', ...props.headings]}
      increasedTableDensity
      rows={[
        line(t('rewards.pays.people'), ({ people }) => f.number(people)),
        line(t('rewards.pays.saw'), ({ saw, people }) => ifAny(saw, people)),
        line(t('rewards.pays.clicked'), ({ clicked, people }) => ifAny(clicked, people)),
        line(t('rewards.pays.used'), ({ used, people }) => ifAny(used, people)),
        line(t('rewards.pays.cost'), ({ costMinor }) => (costMinor === 0 ? nothing : money(costMinor))),
        line(t('rewards.pays.watched', { days: f.number(props.days) }), ({ watched }) => f.number(watched)),
        line(t('rewards.pays.bought'), ({ bought, watched }) => of(bought, watched)),
        line(t('rewards.pays.again'), ({ boughtAgain, watched }) => of(boughtAgain, watched)),
        line(t('rewards.pays.net'), ({ netMinor, watched }) =>
          watched === 0 ? nothing : money(Math.round(netMinor / watched)),
        ),
      ]}
    />
  )
}
