import { Banner, BlockStack, Card, DataTable, Text } from '@shopify/polaris'
import type { ArmResult, RewardComparison, RewardPage } from '#app/domain/rewards/pages.ts'
import { useWords } from './i18n.tsx'

type Props = { page: RewardPage; comparison: RewardComparison }

/** Both arms of a reward side by side, whether they were divided as planned, and how long until they can tell anything. */
export function RewardComparisonCard({ page, comparison }: Props) {
  const { t, f } = useWords()
  const { arms, texts, mixed, ratio, outlook, windowDays, overshootMinor } = comparison
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('rewards.pays.title')}
        </Text>
        <Text as="p" variant="bodyLg">
          {outlook.kind === 'weeks'
            ? t('rewards.pays.weeks', { count: outlook.weeks, n: f.number(outlook.weeks) })
            : t(`rewards.pays.${outlook.kind}`)}
        </Text>
        {!ratio.isOff ? null : (
          <Banner tone="critical" title={t('rewards.pays.off.title')}>
            <Text as="p">{t('rewards.pays.off.text')}</Text>
          </Banner>
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
            <Side
              headings={[page.definition.texts[0]!, page.definition.texts[1]!]}
              arms={texts}
              currency={page.currency}
              days={windowDays}
            />
          </>
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

function Side(props: { headings: [string, string]; arms: [ArmResult, ArmResult]; currency: string; days: number }) {
  const { t, f } = useWords()
  const of = (part: number, all: number) =>
    all === 0 ? f.number(part) : t('rewards.pays.share', { n: f.number(part), share: f.percent(part / all) })
  const money = (minor: number) => f.money({ minor, currency: props.currency })
  const line = (label: string, value: (arm: ArmResult) => string) => [label, ...props.arms.map(value)]
  return (
    <DataTable
      columnContentTypes={['text', 'numeric', 'numeric']}
      headings={['', ...props.headings]}
      increasedTableDensity
      rows={[
        line(t('rewards.pays.people'), ({ people }) => f.number(people)),
        line(t('rewards.pays.saw'), ({ saw, people }) => of(saw, people)),
        line(t('rewards.pays.clicked'), ({ clicked, people }) => of(clicked, people)),
        line(t('rewards.pays.used'), ({ used, people }) => of(used, people)),
        line(t('rewards.pays.cost'), ({ costMinor }) => money(costMinor)),
        line(t('rewards.pays.watched', { days: f.number(props.days) }), ({ watched }) => f.number(watched)),
        line(t('rewards.pays.bought'), ({ bought, watched }) => of(bought, watched)),
        line(t('rewards.pays.again'), ({ boughtAgain, watched }) => of(boughtAgain, watched)),
        line(t('rewards.pays.net'), ({ netMinor }) => money(netMinor)),
      ]}
    />
  )
}
