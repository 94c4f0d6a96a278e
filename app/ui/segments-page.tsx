import { BlockStack, Box, Button, Card, InlineGrid, InlineStack, Link, Page, Text } from '@shopify/polaris'
import { useState } from 'react'
import type { Freshness, SegmentKey, SegmentsPage, StageRow } from '#app/domain/pages.ts'
import type { Estimates } from '#app/domain/stages.ts'
import { WatchFirstCard } from './first-card.tsx'
import { FlagsRow } from './flags.tsx'
import { FlowTick } from './flow-tick.tsx'
import { FreshnessTrouble, isTroubled } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { ImportCard, isImporting } from './import-card.tsx'
import { OwnList } from './own-list.tsx'
import { EmptyCard } from './page-states.tsx'
import { SixtyDays, isHidden } from './sixty-days.tsx'
import { StageTable } from './stage-table.tsx'

const OTHERS: readonly SegmentKey[] = ['prospect', 'one-and-done', 'lapsed']

type Props = {
  page: SegmentsPage
  isSaving: boolean
  /** `announce`: Shopify Flow is told of the moves. */
  onEstimates: (version: number, decision: 'adopt' | 'keep', announce: boolean) => void
  onDismissFirst: () => void
}

export function SegmentsScreen({ page, isSaving, onEstimates, onDismissFirst }: Props) {
  const { t } = useWords()
  if (page.rows.length === 0 || page.totalCustomers === 0) return <NothingYet page={page} />
  return (
    <Page
      title={t('nav.segments')}
      secondaryActions={[
        { content: t('segments.tagging'), url: '/app/tagging' },
        { content: t('movesPage.title'), url: '/app/moves' },
        { content: t('exclude.title'), url: '/app/exclusions' },
        { content: t('linking.title'), url: '/app/people' },
        { content: t('first.title'), url: '/app/segments/first' },
      ]}
    >
      <BlockStack gap="400">
        {page.import.state === 'failed' ? <ImportCard progress={page.import} /> : null}
        {page.freshness.isLimited ? <SixtyDays /> : null}
        {isTroubled(page.freshness) ? (
          <Box paddingInline={{ xs: '400', sm: '0' }}>
            <FreshnessTrouble freshness={page.freshness} />
          </Box>
        ) : null}
        {page.estimates === null || page.freshness.isLimited ? null : (
          <Box paddingInline={{ xs: '400', sm: '0' }}>
            <Text as="p" variant="bodyLg">
              <Headline estimates={page.estimates} />
            </Text>
          </Box>
        )}
        {page.asksWatchFirst ? <WatchFirstCard isSaving={isSaving} onDismiss={onDismissFirst} /> : null}
        <Cards page={page} />
        <Others page={page} />
        {page.freshness.isLimited ? null : <FlagsRow flags={page.flags} />}
        {page.proposal === null ? null : (
          <ProposalCard
            proposal={page.proposal}
            hasFlow={page.announceMoves}
            current={page.estimates}
            isSaving={isSaving}
            onEstimates={onEstimates}
          />
        )}
        <Card padding="0">
          <StageTable rows={page.rows} freshness={page.freshness} taggingOn={page.taggingOn} />
        </Card>
        <OwnList rows={page.own} />
        {page.lastOrderUnknown === 0 ? null : <LastOrderUnknown customers={page.lastOrderUnknown} />}
        {page.watched === 0 ? null : <WatchCard watched={page.watched} />}
      </BlockStack>
    </Page>
  )
}

/** Whom no segment holds, because Shopify hides when they last ordered. */
function LastOrderUnknown({ customers }: { customers: number }) {
  const { t, f } = useWords()
  return (
    <Box paddingInline={{ xs: '400', sm: '0' }}>
      <Text as="p" tone="subdued">
        {t('sixtyDays.unknown', { count: customers, n: f.number(customers) })}
      </Text>
    </Box>
  )
}

function NothingYet({ page }: { page: SegmentsPage }) {
  const { t } = useWords()
  const isWaiting = isImporting(page.import) || page.import.state === 'failed'
  return (
    <Page title={t('nav.segments')}>
      {isWaiting ? (
        <ImportCard progress={page.import} />
      ) : (
        <EmptyCard title={t('segments.empty.title')} text={t('segments.empty.text')} />
      )}
    </Page>
  )
}

/** When people reorder here; a starting value is called one. */
export function Headline({ estimates }: { estimates: Estimates }) {
  const { t, f } = useWords()
  if (estimates.source === 'starting' || estimates.medianFirstGapDays === null || estimates.p80FirstGapDays === null)
    return (
      <>
        {t('segments.starting', { days: f.number(Math.round(estimates.cycleDays)), n: f.number(estimates.reorderers) })}
      </>
    )
  return (
    <>
      {t('segments.headline', {
        half: f.number(Math.round(estimates.medianFirstGapDays)),
        most: f.number(Math.round(estimates.p80FirstGapDays)),
      })}
    </>
  )
}

function Cards({ page }: { page: SegmentsPage }) {
  const { t, f } = useWords()
  const rows = new Map(page.rows.map((row) => [row.segment, row]))
  const loyal = rows.get('loyal')
  const repeat = rows.get('repeat')
  return (
    <InlineGrid columns={{ xs: 2, md: 4 }} gap="400">
      <BigCard
        segment="new"
        customers={rows.get('new')?.customers ?? 0}
        share={rows.get('new')?.share ?? 0}
        freshness={page.freshness}
      />
      <BigCard
        segment="repeat"
        customers={(repeat?.customers ?? 0) + (loyal?.customers ?? 0)}
        share={(repeat?.share ?? 0) + (loyal?.share ?? 0)}
        note={t('segments.ofThemLoyal', { n: f.number(loyal?.customers ?? 0) })}
        freshness={page.freshness}
      />
      <BigCard
        segment="at-risk"
        customers={rows.get('at-risk')?.customers ?? 0}
        share={rows.get('at-risk')?.share ?? 0}
        freshness={page.freshness}
      />
      <BigCard
        segment="cherry-picker"
        customers={rows.get('cherry-picker')?.customers ?? 0}
        share={rows.get('cherry-picker')?.share ?? 0}
        freshness={page.freshness}
      />
    </InlineGrid>
  )
}

type BigCardProps = { segment: SegmentKey; customers: number; share: number; note?: string; freshness: Freshness }

function BigCard({ segment, customers, share, note, freshness }: BigCardProps) {
  const { t, f } = useWords()
  const isWaiting = isHidden(segment, customers, freshness)
  return (
    <Card>
      <BlockStack gap="200">
        <Link url={`/app/segments/${segment}`} monochrome>
          <Text as="span" variant="headingSm">
            {t(`stage.${segment}`)}
          </Text>
        </Link>
        <Text as="p" variant="headingXl">
          {isWaiting ? '–' : f.number(customers)}
        </Text>
        <Text as="p" tone="subdued">
          {isWaiting ? t('sixtyDays.hidden') : t('segments.shareOfAll', { share: f.percent(share) })}
          {note === undefined ? null : (
            <>
              <br />
              <Link url="/app/segments/loyal">{note}</Link>
            </>
          )}
        </Text>
        <Text as="p" tone="subdued" variant="bodySm">
          {t(`segments.help.${segment}`)}
        </Text>
      </BlockStack>
    </Card>
  )
}

function Others({ page }: { page: SegmentsPage }) {
  const { t, f } = useWords()
  const [isOpen, setIsOpen] = useState(false)
  const rows = page.rows.filter((row) => OTHERS.includes(row.segment))
  const customers = rows.reduce((sum, row) => sum + row.customers, 0)
  return (
    <Card background="bg-surface-secondary">
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="bodyMd" tone="subdued">
            {t('segments.others', { n: f.number(customers) })}
          </Text>
          <Button
            variant="plain"
            disclosure={isOpen ? 'up' : 'down'}
            ariaExpanded={isOpen}
            onClick={() => setIsOpen(!isOpen)}
          >
            {isOpen ? t('segments.hideOthers') : t('segments.showOthers')}
          </Button>
        </InlineStack>
        {isOpen ? rows.map((row) => <OtherRow key={row.segment} row={row} />) : null}
      </BlockStack>
    </Card>
  )
}

function OtherRow({ row }: { row: StageRow }) {
  const { t, f } = useWords()
  return (
    <InlineStack align="space-between" gap="200">
      <Link url={`/app/segments/${row.segment}`}>{t(`stage.${row.segment}`)}</Link>
      <Text as="span" tone="subdued">
        {t('count.customersShare', { n: f.number(row.customers), count: row.customers, share: f.percent(row.share) })}
      </Text>
    </InlineStack>
  )
}

type ProposalProps = {
  proposal: NonNullable<SegmentsPage['proposal']>
  hasFlow: boolean
  current: Estimates | null
  isSaving: boolean
  onEstimates: Props['onEstimates']
}

function ProposalCard({ proposal, hasFlow, current, isSaving, onEstimates }: ProposalProps) {
  const { t, f } = useWords()
  const [announce, setAnnounce] = useState(false)
  const before = current === null ? null : Math.round(current.windowDays)
  const after = Math.round(proposal.estimates.windowDays)
  const direction = before === null || before === after ? 'same' : before < after ? 'later' : 'sooner'
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t(`estimates.${direction}`)}
        </Text>
        <Text as="p">
          {t('estimates.moves', { count: proposal.moves, n: f.number(proposal.moves) })}{' '}
          {before === null ? null : t('estimates.window', { before: f.number(before), after: f.number(after) })}
        </Text>
        <Text as="p">
          <Headline estimates={proposal.estimates} />
        </Text>
        {hasFlow && proposal.moves > 0 ? (
          <FlowTick moves={proposal.moves} isTicked={announce} onTick={setAnnounce} />
        ) : null}
        <InlineStack gap="200">
          <Button
            variant="primary"
            loading={isSaving}
            onClick={() => onEstimates(proposal.estimates.version, 'adopt', announce)}
          >
            {t('estimates.adopt')}
          </Button>
          <Button disabled={isSaving} onClick={() => onEstimates(proposal.estimates.version, 'keep', false)}>
            {t('estimates.keep')}
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

function WatchCard({ watched }: { watched: number }) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {t('watch.title')}
        </Text>
        <Text as="p">{t('watch.text', { n: f.number(watched) })}</Text>
        <div>
          <Link url="/app/segments/watched">{t('watch.see')}</Link>
        </div>
      </BlockStack>
    </Card>
  )
}
