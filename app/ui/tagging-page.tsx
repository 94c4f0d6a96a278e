import { Badge, BlockStack, Box, Button, Card, DataTable, InlineStack, Page, ProgressBar, Text } from '@shopify/polaris'
import { useId } from 'react'
import type { ReactNode } from 'react'
import type {
  DryRun,
  TagAnswer,
  TaggingPage,
  TagQuestion,
  TagQuestions,
  TagRun,
  UndoPreview,
} from '#app/domain/pages.ts'
import { DownloadButton } from './download-button.tsx'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { ImportCard } from './import-card.tsx'
import { EmptyCard } from './page-states.tsx'
import { ProblemBanner, Refused } from './problem.tsx'
import { HandsCard } from './tag-hands.tsx'
import { UndoCard } from './tag-undo.tsx'

type Props = {
  page: TaggingPage
  /** A click is on its way. */
  isBusy: boolean
  /** Why the last click changed nothing, as the key of a text; null: it did. */
  refused: string | null
  onStart: () => void
  onAnswer: (question: TagQuestion, answer: TagAnswer) => void
  onWhenRemoved: (whenRemoved: TagQuestions['whenRemoved']) => void
  /** What undo would change, once that was asked for. */
  undo: UndoPreview | null
  isLooking: boolean
  onLook: () => void
  onUndo: () => void
}

export function TaggingScreen(props: Props) {
  const { page, isBusy, refused, onStart, onAnswer, onWhenRemoved } = props
  const { t, f } = useWords()
  const isImported = page.import.state === 'done'
  const handsProps = { hands: page.hands, taggingOn: page.taggingOn, isBusy, onAnswer, onWhenRemoved }
  return (
    <Page
      title={t('tagging.title')}
      titleMetadata={
        <Badge tone={page.taggingOn ? 'success' : undefined}>
          {page.taggingOn ? t('tagging.on') : t('tagging.off')}
        </Badge>
      }
      backAction={{ content: t('nav.segments'), url: '/app/segments' }}
      secondaryActions={<Button url="/app/tagging/history">{t('history.title')}</Button>}
    >
      <BlockStack gap="400">
        {refused === null ? null : <Refused why={refused} />}
        {isImported ? null : <ImportCard progress={page.import} />}
        {page.hands.questions.length === 0 ? null : <HandsCard {...handsProps} />}
        {page.lastRun === null ? null : <RunCard run={page.lastRun} taggingOn={page.taggingOn} />}
        {isImported && !isRunning(page) ? <DryRunCard page={page} isBusy={isBusy} onStart={onStart} /> : null}
        {page.lastRun !== null && isUndoable(page.lastRun) ? (
          <UndoCard
            run={page.lastRun}
            undo={props.undo?.run.id === page.lastRun.id ? props.undo : null}
            isLooking={props.isLooking}
            isBusy={isBusy}
            onLook={props.onLook}
            onUndo={props.onUndo}
          />
        ) : null}
        {isImported && page.hands.questions.length === 0 ? <HandsCard {...handsProps} /> : null}
        {isImported ? (
          <Box paddingInline={{ xs: '400', sm: '0' }}>
            <Text as="p" tone="subdued">
              {t('tagging.asOf', { time: f.dateTime(page.asOf) })}
            </Text>
            <FreshnessTrouble freshness={page.freshness} />
          </Box>
        ) : null}
      </BlockStack>
    </Page>
  )
}

export function isRunning(page: DryRun): boolean {
  return page.lastRun?.state === 'planned' || page.lastRun?.state === 'running'
}

/** An undo is not undone, and what is under way has to end first. */
function isUndoable({ kind, state }: TagRun): boolean {
  return (kind === 'start' || kind === 'update') && (state === 'done' || state === 'failed')
}

function DryRunCard({ page, isBusy, onStart }: Pick<Props, 'page' | 'isBusy' | 'onStart'>) {
  const { t, f } = useWords()
  const changes = page.tags.filter((tag) => tag.adds + tag.removes > 0)
  if (changes.length === 0 && page.metafields === 0)
    return (
      <NothingToWrite page={page}>
        <Button variant="primary" onClick={onStart} loading={isBusy}>
          {t('tagging.start')}
        </Button>
      </NothingToWrite>
    )
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="200">
          <Text as="h2" variant="headingMd">
            {t('tagging.dryRun')}
          </Text>
          <DryRunSentences page={page} />
        </BlockStack>
        <DryRunTable page={page} />
        {page.taggingOn ? (
          <Text as="p">{t('tagging.soon')}</Text>
        ) : (
          <Text as="p" tone="subdued">
            {page.metafields === 0 ? '' : `${t('tagging.whatStarts', { n: f.number(page.metafields) })} `}
            {t('tagging.follows')}
          </Text>
        )}
        <InlineStack gap="300">
          {page.taggingOn ? null : (
            <Button variant="primary" onClick={onStart} loading={isBusy}>
              {t('tagging.start')}
            </Button>
          )}
          <DownloadButton url="/app/tagging/list" fileName="morello-dry-run.csv">
            {t('tagging.download')}
          </DownloadButton>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

/** Why no tag would change; `children` starts tagging where it was on before. */
function NothingToWrite({ page, children }: { page: TaggingPage; children: ReactNode }) {
  const { t } = useWords()
  if (page.taggingOn) {
    const text = page.hands.questions.length === 0 ? t('tagging.upToDate.text') : t('tagging.upToDate.asked')
    return <EmptyCard title={t('tagging.upToDate.title')} text={text} />
  }
  // A shop that was tagged before has its tags still.
  if (page.lastRun !== null)
    return <EmptyCard title={t('tagging.same.title')} text={t('tagging.same.text')} action={children} />
  return <EmptyCard title={t('tagging.empty.title')} text={t('tagging.empty.text')} />
}

/** The dry run in words, the merchant's own tags last. */
export function DryRunSentences({ page }: { page: DryRun }) {
  const { t, f } = useWords()
  const sentences = page.tags
    .filter((tag) => tag.adds + tag.removes > 0)
    .map((tag) => {
      const adds = t('tagging.adds', { count: tag.adds, n: f.number(tag.adds), tag: tag.tag })
      const removes = t('tagging.removes', { count: tag.removes, n: f.number(tag.removes), tag: tag.tag })
      return tag.removes === 0 ? adds : tag.adds === 0 ? removes : `${adds} ${removes}`
    })
  return (
    <BlockStack gap="100">
      <Text as="p">{sentences.slice(0, 2).join(' ')}</Text>
      <Text as="p" fontWeight="semibold">
        {t('tagging.own', { n: f.number(page.foreignTagsChanged) })}
      </Text>
      {page.preexisting === 0 ? null : (
        <Text as="p">{t('tagging.preexisting', { count: page.preexisting, n: f.number(page.preexisting) })}</Text>
      )}
    </BlockStack>
  )
}

export function DryRunTable({ page }: { page: DryRun }) {
  const { t, f } = useWords()
  return (
    <DataTable
      columnContentTypes={['text', 'numeric', 'numeric']}
      headings={[t('tagging.tag'), t('tagging.get'), t('tagging.lose')]}
      rows={page.tags.map((tag) => [tag.tag, f.number(tag.adds), f.number(tag.removes)])}
    />
  )
}

function RunCard({ run, taggingOn }: { run: TagRun; taggingOn: boolean }) {
  const { t, f } = useWords()
  const id = useId()
  const isOver = run.state === 'done' || run.state === 'failed'
  // A run may change tags alone: only while it is under way do the stages written say how far it is.
  const written = run.state === 'done' ? run.customers - run.failures : run.statesWritten
  const share = run.customers === 0 ? 0 : Math.min(1, written / run.customers)
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t(`run.${run.kind}.${run.state}`)}
        </Text>
        {run.problem === null ? null : <ProblemBanner problem={run.problem} />}
        <Text as="p" id={id}>
          {run.state === 'planned'
            ? t('preview.busy')
            : t('run.written', { n: f.number(written), total: f.number(run.customers) })}
        </Text>
        {isOver ? null : (
          <ProgressBar progress={Math.floor(share * 100)} size="small" animated={false} ariaLabelledBy={id} />
        )}
        <RunFigures run={run} />
        {run.kind === 'undo' && !taggingOn ? <Text as="p">{t('run.paused')}</Text> : null}
      </BlockStack>
    </Card>
  )
}

export function RunFigures({ run }: { run: TagRun }) {
  const { t, f } = useWords()
  return (
    <BlockStack gap="100">
      <Text as="p">{t('run.figures', { added: f.number(run.tagsAdded), removed: f.number(run.tagsRemoved) })}</Text>
      {run.failures === 0 ? null : (
        <Text as="p" tone="critical">
          {t('run.failures', { count: run.failures, n: f.number(run.failures) })}
        </Text>
      )}
    </BlockStack>
  )
}
