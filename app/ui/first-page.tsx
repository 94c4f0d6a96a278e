import { BlockStack, Box, Button, Card, InlineStack, Page, Select, Text } from '@shopify/polaris'
import { useState } from 'react'
import { CHANNELS, SELLS, WORRIES, type FirstAnswers } from '#app/domain/first-answers.ts'
import { halfWindowDays, type FirstKey, type FirstPage, type FirstProposal } from '#app/domain/first-segments.ts'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { EmptyCard } from './page-states.tsx'
import { Headline } from './segments-page.tsx'
import { SixtyDays } from './sixty-days.tsx'

type Props = {
  page: FirstPage
  isSaving: boolean
  onAnswer: (answers: FirstAnswers) => void
  onDismiss: () => void
}

/** Three questions, and the segments that they propose to watch first. */
export function FirstScreen({ page, isSaving, onAnswer, onDismiss }: Props) {
  const { t } = useWords()
  const [isAsking, setIsAsking] = useState(page.answers === null)
  const { answers, estimates, freshness, result } = page
  if (estimates === null)
    return (
      <Page title={t('first.title')} backAction={{ content: t('nav.segments'), url: '/app/segments' }}>
        <EmptyCard title={t('first.notYet.title')} text={t('first.notYet.text')} />
      </Page>
    )
  return (
    <Page title={t('first.title')} backAction={{ content: t('nav.segments'), url: '/app/segments' }}>
      <BlockStack gap="400">
        <FreshnessTrouble freshness={freshness} />
        {freshness.isLimited ? (
          <SixtyDays />
        ) : (
          <Box paddingInline={{ xs: '400', sm: '0' }}>
            <Text as="p" variant="bodyLg">
              <Headline estimates={estimates} />
            </Text>
          </Box>
        )}
        {isAsking || answers === null || result === null ? (
          <Questions
            answers={answers}
            isSaving={isSaving}
            onAnswer={(given) => {
              setIsAsking(false)
              onAnswer(given)
            }}
            onDismiss={page.isDismissed ? null : onDismiss}
          />
        ) : (
          <>
            <Given answers={answers} isSaving={isSaving} onAgain={() => setIsAsking(true)} />
            {result.proposals.length === 0 ? (
              <Card>
                <Text as="p">{t('first.none')}</Text>
              </Card>
            ) : (
              result.proposals.map((proposal) => (
                <Proposal key={proposal.key} proposal={proposal} page={page} channel={answers.channel} />
              ))
            )}
            <Skipped skipped={result.skipped} />
          </>
        )}
      </BlockStack>
    </Page>
  )
}

type QuestionsProps = {
  answers: FirstAnswers | null
  isSaving: boolean
  onAnswer: Props['onAnswer']
  /** Null: put away already. */
  onDismiss: (() => void) | null
}

function Questions({ answers, isSaving, onAnswer, onDismiss }: QuestionsProps) {
  const { t } = useWords()
  const [given, setGiven] = useState<FirstAnswers>(
    answers ?? { sells: 'used-up', worry: 'no-return', channel: 'email' },
  )
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="p">{t('first.ask')}</Text>
        <Select
          label={t('first.sells.label')}
          options={SELLS.map((value) => ({ value, label: t(`first.sells.${value}`) }))}
          value={given.sells}
          onChange={(sells) => setGiven({ ...given, sells: sells as FirstAnswers['sells'] })}
        />
        <Select
          label={t('first.worry.label')}
          options={WORRIES.map((value) => ({ value, label: t(`first.worry.${value}`) }))}
          value={given.worry}
          onChange={(worry) => setGiven({ ...given, worry: worry as FirstAnswers['worry'] })}
        />
        <Select
          label={t('first.channel.label')}
          options={CHANNELS.map((value) => ({ value, label: t(`first.channel.${value}`) }))}
          value={given.channel}
          onChange={(channel) => setGiven({ ...given, channel: channel as FirstAnswers['channel'] })}
        />
        <InlineStack gap="200">
          <Button variant="primary" loading={isSaving} onClick={() => onAnswer(given)}>
            {t('first.show')}
          </Button>
          {answers !== null || onDismiss === null ? null : (
            <Button variant="plain" disabled={isSaving} onClick={onDismiss}>
              {t('first.later')}
            </Button>
          )}
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

function Given({ answers, isSaving, onAgain }: { answers: FirstAnswers; isSaving: boolean; onAgain: () => void }) {
  const { t } = useWords()
  return (
    <Box paddingInline={{ xs: '400', sm: '0' }}>
      <InlineStack align="space-between" blockAlign="center" gap="200">
        <Text as="p" tone="subdued">
          {t('first.given', {
            sells: t(`first.sells.${answers.sells}`),
            worry: t(`first.worry.${answers.worry}`),
            channel: t(`first.channel.${answers.channel}`),
          })}
        </Text>
        <Button variant="plain" disabled={isSaving} onClick={onAgain}>
          {t('first.again')}
        </Button>
      </InlineStack>
    </Box>
  )
}

type ProposalProps = { proposal: FirstProposal; page: FirstPage; channel: FirstAnswers['channel'] }

function Proposal({ proposal, page, channel }: ProposalProps) {
  const { t, f } = useWords()
  const nameOf = useNames()
  const { key, rule, codeShare, reachable } = proposal
  const { customers, plusMinus } = proposal.customers
  const number = (value: number, isAbout: boolean) =>
    isAbout ? t('first.about', { n: f.number(value) }) : f.number(value)
  const name = nameOf(key)
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {name}
        </Text>
        <Text as="p">
          {t(`first.why.${key}`, {
            count: customers,
            n: number(customers, plusMinus > 0),
            half: f.number(halfWindowDays(page.windowDays)),
            window: f.number(page.windowDays),
            orders: f.number(page.loyalOrders),
          })}
          {codeShare === null ? null : ` ${t('first.codes', { share: f.percent(codeShare) })}`}
        </Text>
        {reachable === null || channel === 'shop' ? null : (
          <Text as="p" tone="subdued">
            {t(`first.reach.${channel}`, {
              n: number(Math.min(reachable.customers, customers), reachable.plusMinus > 0),
              share: f.percent(Math.min(1, reachable.customers / customers)),
            })}
          </Text>
        )}
        <div>
          {rule === null ? (
            <Button url={`/app/segments/${key}`}>{t('first.open')}</Button>
          ) : (
            <Button
              url={`/app/segments/own/new?${new URLSearchParams({ rule: JSON.stringify(rule), name }).toString()}`}
            >
              {t('first.prepared')}
            </Button>
          )}
        </div>
      </BlockStack>
    </Card>
  )
}

function Skipped({ skipped }: { skipped: NonNullable<FirstPage['result']>['skipped'] }) {
  const { t } = useWords()
  const nameOf = useNames()
  if (skipped.length === 0) return null
  return (
    <Box paddingInline={{ xs: '400', sm: '0' }}>
      <BlockStack gap="100">
        {skipped.map(({ key, why }) => (
          <Text key={key} as="p" tone="subdued">
            {t(`first.skipped.${why}`, { name: nameOf(key) })}
          </Text>
        ))}
      </BlockStack>
    </Box>
  )
}

function useNames(): (key: FirstKey) => string {
  const { t } = useWords()
  return (key) => {
    switch (key) {
      case 'bought-once':
      case 'due':
      case 'loyal-quiet':
      case 'code-once':
      case 'full-price':
        return t(`first.name.${key}`)
      default:
        return t(`stage.${key}`)
    }
  }
}
