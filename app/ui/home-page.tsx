import { BlockStack, Button, Card, InlineStack, Link, Page, Text } from '@shopify/polaris'
import type { BenefitCodeCard, HomePage } from '#app/domain/pages.ts'
import { CodeProposal, CodeResult } from './benefit-codes.tsx'
import { FreshnessText, FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { ImportCard } from './import-card.tsx'
import { ProblemText } from './problem.tsx'
import { SetupGuide } from './setup-guide.tsx'
import { SixtyDays } from './sixty-days.tsx'

type Props = {
  page: HomePage
  /** A decision that is being saved. */
  savingKey: string | null
  onDecide: (key: string, decision: 'confirmed' | 'declined') => void
  onThemeAdded: () => void
  /** The question for new orders is on its way. */
  isAsking: boolean
  onCheck: () => void
}

export function HomeScreen({ page, savingKey, onDecide, onThemeAdded, isAsking, onCheck }: Props) {
  const { t } = useWords()
  const isSetUp = page.steps.every((step) => step.isDone)
  // Until it is done, the setup guide shows the import.
  const isImportDone = page.steps.some((step) => step.step === 'import' && step.isDone)
  const shopIsEmpty = page.import.state === 'done' && page.import.orders.read === 0
  return (
    <Page title={t('nav.home')}>
      <BlockStack gap="400">
        {page.seesAllOrders && !page.freshness.isLimited ? null : <SixtyDays hasSteps />}
        {isSetUp ? null : <SetupGuide page={page} onThemeAdded={onThemeAdded} />}
        {page.import.state === 'failed' && isImportDone ? <ImportCard progress={page.import} /> : null}
        {shopIsEmpty ? <NoOrders /> : null}
        {page.week === null || shopIsEmpty ? null : <WeekCard week={page.week} isLimited={page.freshness.isLimited} />}
        {page.week === null || shopIsEmpty || page.freshness.isLimited ? null : (
          <CodesCard codes={page.codes} savingKey={savingKey} onDecide={onDecide} />
        )}
        {page.pairsToReview === 0 ? null : <PairsCard pairs={page.pairsToReview} />}
        <FreshnessCard page={page} isAsking={isAsking} onCheck={onCheck} />
      </BlockStack>
    </Page>
  )
}

function NoOrders() {
  const { t } = useWords()
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {t('home.empty.title')}
        </Text>
        <Text as="p">{t('home.empty.text')}</Text>
      </BlockStack>
    </Card>
  )
}

/** `isLimited`: nobody's last order older than 60 days is known, so nobody is seen to be late. */
function WeekCard({ week, isLimited }: { week: NonNullable<HomePage['week']>; isLimited: boolean }) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('home.week.title')}
        </Text>
        <Text as="p">
          {week.atRiskCount === 0
            ? isLimited
              ? t('home.week.hidden')
              : t('home.week.none')
            : week.atRisk12m === null
              ? t('home.week.atRiskCount', { count: week.atRiskCount, n: f.number(week.atRiskCount) })
              : t('home.week.atRisk', {
                  count: week.atRiskCount,
                  n: f.number(week.atRiskCount),
                  money: f.moneyShort(week.atRisk12m),
                })}
        </Text>
        {week.thinnest === null ? null : (
          <Text as="p">
            {t('home.week.thinnest', {
              stage: t(`stage.${week.thinnest.stage}`),
              share: f.percent(week.thinnest.share),
            })}
          </Text>
        )}
        <InlineStack gap="300">
          {week.atRiskCount === 0 ? null : <Button url="/app/segments/at-risk">{t('home.week.open')}</Button>}
          <Button url="/app/segments" variant="plain">
            {t('home.week.all')}
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

function PairsCard({ pairs }: { pairs: number }) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('people.home.title', { count: pairs, n: f.number(pairs) })}
        </Text>
        <Text as="p">{t('people.home.text')}</Text>
        <div>
          <Button url="/app/people">{t('linking.review')}</Button>
        </div>
      </BlockStack>
    </Card>
  )
}

type CodesProps = { codes: BenefitCodeCard[]; savingKey: string | null; onDecide: Props['onDecide'] }

function CodesCard({ codes, savingKey, onDecide }: CodesProps) {
  const { t } = useWords()
  const confirmed = codes.filter((code) => code.state === 'confirmed')
  const proposed = codes.filter((code) => code.state === 'proposed')
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {t('codes.title')}
        </Text>
        {confirmed.map((code) => (
          <CodeResult key={code.key} code={code} />
        ))}
        {proposed.map((code) => (
          <CodeProposal key={code.key} code={code} isSaving={savingKey === code.key} onDecide={onDecide} />
        ))}
        {confirmed.length + proposed.length === 0 ? <Text as="p">{t('codes.none')}</Text> : null}
        <div>
          <Link url="/app/settings#codes">{t('codes.choose')}</Link>
        </div>
      </BlockStack>
    </Card>
  )
}

type FreshnessProps = Pick<Props, 'page' | 'isAsking' | 'onCheck'>

function FreshnessCard({ page, isAsking, onCheck }: FreshnessProps) {
  const { t, f } = useWords()
  const { lastOrderAt } = page.freshness
  const isChecking = isAsking || page.check === 'checking'
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {t('freshness.title')}
        </Text>
        <Text as="p">
          {lastOrderAt === null ? t('freshness.noOrder') : t('freshness.lastOrder', { time: f.dateTime(lastOrderAt) })}
        </Text>
        <div aria-live="polite">
          <Text as="p">
            {isChecking ? (
              <Text as="span" tone="subdued">
                {t('freshness.checking')}
              </Text>
            ) : page.check === 'working-out' ? (
              <Text as="span" tone="subdued">
                {t('import.state.working-out')}
              </Text>
            ) : (
              <FreshnessText freshness={page.freshness} />
            )}
          </Text>
        </div>
        {page.import.state === 'done' && page.import.problem !== null ? (
          <BlockStack gap="100">
            <Text as="p" fontWeight="semibold" tone="critical">
              {t(`problem.${page.import.problem.kind}.title`)}
            </Text>
            <ProblemText problem={page.import.problem} />
          </BlockStack>
        ) : null}
        <FreshnessTrouble freshness={page.freshness} />
        {page.check === 'not-yet' || page.freshness.live.state !== 'live' ? null : (
          <Text as="p" tone="subdued">
            {t('freshness.byThemselves', { minutes: f.number(Math.round(page.freshness.live.promisedMs / 60_000)) })}
          </Text>
        )}
        <InlineStack gap="300" blockAlign="center">
          {page.check === 'not-yet' || page.week === null ? null : (
            <Button onClick={onCheck} loading={isChecking}>
              {t('freshness.check')}
            </Button>
          )}
          <Link url="/app/activity">{t('freshness.activity')}</Link>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}
