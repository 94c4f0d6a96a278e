import { Badge, BlockStack, Box, Card, Divider, InlineStack, Page, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'
import type { ActivityEntry, ActivityPage } from '#app/domain/pages.ts'
import { DownloadButton } from './download-button.tsx'
import { FreshnessLine } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { EmptyCard } from './page-states.tsx'
import { ProblemText } from './problem.tsx'
import { RunFigures } from './tagging-page.tsx'

type Of<What extends ActivityEntry['what']> = Extract<ActivityEntry, { what: What }>

export function ActivityScreen({ page }: { page: ActivityPage }) {
  const { t } = useWords()
  return (
    <Page title={t('nav.activity')}>
      <BlockStack gap="400">
        <Box paddingInline={{ xs: '400', sm: '0' }}>
          <FreshnessLine freshness={page.freshness} />
        </Box>
        {page.entries.length === 0 ? (
          <EmptyCard title={t('activity.empty.title')} text={t('activity.empty.text')} />
        ) : (
          <Card padding="0">
            {page.entries.map((entry, index) => (
              <div key={keyOf(entry)}>
                {index === 0 ? null : <Divider />}
                <Box padding="400">
                  <Entry entry={entry} />
                </Box>
              </div>
            ))}
          </Card>
        )}
      </BlockStack>
    </Page>
  )
}

function keyOf(entry: ActivityEntry): string {
  if (entry.what === 'work') return `work-${entry.kind}-${entry.at}`
  if (entry.what === 'moves') return `moves-${entry.day}`
  return entry.what === 'health' ? 'health' : `${entry.what}-${entry.id}`
}

function Entry({ entry }: { entry: ActivityEntry }) {
  if (entry.what === 'import') return <ImportEntry entry={entry} />
  if (entry.what === 'tag-run') return <RunEntry entry={entry} />
  if (entry.what === 'moves') return <MovesEntry entry={entry} />
  if (entry.what === 'health') return <HealthEntry entry={entry} />
  return entry.what === 'work' ? <WorkEntry entry={entry} /> : <PrivacyEntry entry={entry} />
}

type LineProps = { title: string; when: string; badge: ReactNode; children?: ReactNode }

function Line({ title, when, badge, children }: LineProps) {
  return (
    <BlockStack gap="100">
      <InlineStack gap="200" blockAlign="center" align="space-between">
        <InlineStack gap="200" blockAlign="center">
          <Text as="h2" variant="headingSm">
            {title}
          </Text>
          {badge}
        </InlineStack>
        <Text as="span" tone="subdued">
          {when}
        </Text>
      </InlineStack>
      {children}
    </BlockStack>
  )
}

function useWhen(startedAt: number, finishedAt: number | null): string {
  const { t, f } = useWords()
  return finishedAt === null
    ? t('activity.startedAt', { time: f.dateTime(startedAt) })
    : t('activity.finishedAt', { time: f.dateTime(finishedAt) })
}

function ImportEntry({ entry }: { entry: Of<'import'> }) {
  const { t, f } = useWords()
  const when = useWhen(entry.startedAt, entry.finishedAt)
  const hasFailed = entry.state === 'failed'
  const badge = hasFailed ? (
    <Badge tone="critical">{t('activity.failed')}</Badge>
  ) : entry.finishedAt === null ? (
    <Badge tone="info">{t('activity.running')}</Badge>
  ) : (
    <Badge tone="success">{t('activity.done')}</Badge>
  )
  return (
    <Line title={t(`activity.import.${entry.kind}.${entry.subject}`)} when={when} badge={badge}>
      <Text as="p">
        {entry.kind === 'catch-up' && entry.rows === 0 && entry.finishedAt !== null
          ? t('activity.nothingNew')
          : t(`activity.rows.${entry.subject}`, { count: entry.rows, n: f.number(entry.rows) })}
      </Text>
      {entry.badLines === 0 ? null : (
        <Text as="p" tone="critical">
          {t('activity.badLines', { count: entry.badLines, n: f.number(entry.badLines) })}
        </Text>
      )}
      {entry.problem === null ? null : <RedProblem problem={entry.problem} />}
    </Line>
  )
}

function RunEntry({ entry }: { entry: Of<'tag-run'> }) {
  const { t } = useWords()
  const when = useWhen(entry.startedAt, entry.finishedAt)
  const tone = entry.state === 'failed' ? 'critical' : entry.state === 'done' ? 'success' : 'info'
  const state = entry.state === 'failed' ? 'failed' : entry.state === 'done' ? 'done' : 'running'
  return (
    <Line
      title={t(`activity.run.${entry.kind}`)}
      when={when}
      badge={<Badge tone={tone}>{t(`activity.${state}`)}</Badge>}
    >
      <RunFigures run={entry} />
      {entry.problem === null ? null : <RedProblem problem={entry.problem} />}
    </Line>
  )
}

function WorkEntry({ entry }: { entry: Of<'work'> }) {
  const { t, f } = useWords()
  const tone = entry.state === 'waiting' ? 'attention' : 'critical'
  return (
    <Line
      title={t(`activity.work.${entry.kind}`)}
      when={f.dateTime(entry.at)}
      badge={<Badge tone={tone}>{t(`activity.workState.${entry.state}`)}</Badge>}
    >
      <RedProblem problem={entry.problem} />
      <Text as="p" tone="subdued">
        {t(`activity.workNext.${entry.state}`, { count: entry.attempts, n: f.number(entry.attempts) })}
      </Text>
    </Line>
  )
}

function MovesEntry({ entry }: { entry: Of<'moves'> }) {
  const { t, f } = useWords()
  const moves = entry.causes.reduce((sum, one) => sum + one.moves, 0)
  const causes = entry.causes.map((one) =>
    t(`activity.moves.cause.${one.cause}`, { count: one.moves, n: f.number(one.moves) }),
  )
  return (
    <Line title={t('activity.moves.title')} when={f.day(entry.day)} badge={null}>
      <Text as="p">{t('activity.moves.text', { count: moves, n: f.number(moves), causes: f.list(causes) })}</Text>
    </Line>
  )
}

/** What did not come from Shopify by itself, and what was done about it. */
function HealthEntry({ entry }: { entry: Of<'health'> }) {
  const { t, f } = useWords()
  const isOpen = entry.missing.length > 0 || entry.problem !== null
  const subjectsOf = (topics: string[]) =>
    f.list([...new Set(topics.map(subjectOf))].map((subject) => t(`activity.health.subject.${subject}`)))
  return (
    <Line
      title={t('activity.health.title')}
      when={f.dateTime(entry.at)}
      badge={
        <Badge tone={isOpen ? 'attention' : 'success'}>
          {isOpen ? t('activity.open') : t('activity.health.solved')}
        </Badge>
      }
    >
      {entry.registered.length === 0 ? null : (
        <Text as="p">{t('activity.health.registered', { subjects: subjectsOf(entry.registered) })}</Text>
      )}
      {entry.missing.length === 0 ? null : (
        <Text as="p" tone="critical">
          {t('activity.health.missing', { subjects: subjectsOf(entry.missing) })}
        </Text>
      )}
      {entry.problem === null ? null : (
        <>
          <RedProblem problem={entry.problem} />
          <Text as="p">{t('activity.health.unasked')}</Text>
        </>
      )}
    </Line>
  )
}

function subjectOf(topic: string): 'orders' | 'customers' | 'other' {
  if (/^(orders|refunds)/.test(topic)) return 'orders'
  return topic.startsWith('customer') ? 'customers' : 'other'
}

function PrivacyEntry({ entry }: { entry: Of<'privacy'> }) {
  const { t, f } = useWords()
  const badge =
    entry.doneAt === null ? (
      <Badge tone="attention">{t('activity.open')}</Badge>
    ) : (
      <Badge tone="success">{t('activity.done')}</Badge>
    )
  return (
    <Line title={t(`activity.privacy.${entry.kind}`)} when={f.dateTime(entry.at)} badge={badge}>
      <Text as="p">
        {entry.doneAt === null
          ? t('activity.due', { date: f.date(entry.dueAt) })
          : t('activity.finishedAt', { time: f.dateTime(entry.doneAt) })}
      </Text>
      {entry.hasExport ? (
        <DownloadButton url={`/app/exports/${entry.id}`} fileName={`morello-data-request-${entry.id}.json`}>
          {t('activity.export')}
        </DownloadButton>
      ) : null}
    </Line>
  )
}

function RedProblem({ problem }: { problem: Of<'work'>['problem'] }) {
  const { t } = useWords()
  return (
    <BlockStack gap="100">
      <Text as="p" tone="critical" fontWeight="medium">
        {t(`problem.${problem.kind}.title`)}
      </Text>
      <ProblemText problem={problem} />
    </BlockStack>
  )
}
