import {
  BlockStack,
  Button,
  ButtonGroup,
  Card,
  DataTable,
  Divider,
  InlineStack,
  Link,
  Page,
  Text,
  TextField,
} from '@shopify/polaris'
import { useState } from 'react'
import { MOVES_DAYS, type MovesPage, type StagePair } from '#app/domain/moves.ts'
import { FreshnessTrouble } from './freshness.tsx'
import { FlowsCard } from './moves-flows.tsx'
import { useWords } from './i18n.tsx'
import { MovesPicture } from './moves-picture.tsx'
import { EmptyCard } from './page-states.tsx'
import { reasonText } from './reason.ts'

type Props = { page: MovesPage; onPeriod: (period: { days: number } | { from: string; to: string }) => void }

/** The address of the same period with one move opened. */
export function moveAddress({ period }: Pick<MovesPage, 'period'>, { from, to }: StagePair): string {
  const { days } = period
  const when: Record<string, string> = days === null ? { from: period.from, to: period.to } : { days: String(days) }
  return `/app/moves?${new URLSearchParams({ ...when, move: `${from}~${to}` }).toString()}`
}

/** Who went from which stage to which, as a picture and as a table that opens the people. */
export function MovesScreen({ page, onPeriod }: Props) {
  const { t, f } = useWords()
  const { period, moves } = page
  return (
    <Page title={t('movesPage.title')} backAction={{ content: t('nav.segments'), url: '/app/segments' }}>
      <BlockStack gap="400">
        <FreshnessTrouble freshness={page.freshness} />
        <Card>
          <BlockStack gap="400">
            <Period key={`${period.from} ${period.to}`} page={page} onPeriod={onPeriod} />
            <BlockStack gap="100">
              <Text as="h2" variant="headingMd">
                {t('movesPage.between', { from: f.day(period.from), to: f.day(period.to) })}
              </Text>
              <Text as="p" tone="subdued">
                {sourceText()}
              </Text>
            </BlockStack>
            {moves.length === 0 ? null : <MovesPicture moves={moves} />}
            {page.cameBack === 0 ? null : (
              <Text as="p" tone="subdued">
                {t('movesPage.cameBack', { count: page.cameBack, n: f.number(page.cameBack) })}
              </Text>
            )}
          </BlockStack>
        </Card>
        {moves.length === 0 ? (
          <EmptyCard title={t('movesPage.empty.title')} text={t('movesPage.empty.text')} />
        ) : (
          <Table page={page} />
        )}
        {page.chosen === null ? null : <Chosen page={page} chosen={page.chosen} />}
        {page.flows.length === 0 ? null : <FlowsCard flows={page.flows} />}
      </BlockStack>
    </Page>
  )

  function sourceText(): string {
    if (page.knownFrom === null) return t('movesPage.notYet')
    const date = f.date(page.knownFrom)
    const some = { looked: f.number(page.lookedAt), n: f.number(page.total) }
    const isSampled = page.lookedAt < page.total
    if (page.source === 'replayed')
      return isSampled ? t('movesPage.sampled', { date, ...some }) : t('movesPage.replayed', { date })
    const told = t(page.source === 'cut' ? 'movesPage.cut' : 'movesPage.recorded', { date })
    return isSampled ? `${told} ${t('movesPage.someRecorded', some)}` : told
  }
}

function Period({ page: { period }, onPeriod }: Props) {
  const { t } = useWords()
  const [from, setFrom] = useState(period.from)
  const [to, setTo] = useState(period.to)
  const isWhole = from !== '' && to !== '' && from <= to
  return (
    <BlockStack gap="300">
      <ButtonGroup variant="segmented">
        {MOVES_DAYS.map((days) => (
          <Button key={days} pressed={period.days === days} onClick={() => onPeriod({ days })}>
            {t(`movesPage.days.${days}`)}
          </Button>
        ))}
      </ButtonGroup>
      <InlineStack gap="200" blockAlign="end">
        <TextField label={t('movesPage.firstDay')} type="date" value={from} onChange={setFrom} autoComplete="off" />
        <TextField label={t('movesPage.lastDay')} type="date" value={to} onChange={setTo} autoComplete="off" />
        <Button disabled={!isWhole} onClick={() => onPeriod({ from, to })}>
          {t('movesPage.show')}
        </Button>
      </InlineStack>
    </BlockStack>
  )
}

function Table({ page }: { page: MovesPage }) {
  const { t, f } = useWords()
  return (
    <Card padding="0">
      <DataTable
        columnContentTypes={['text', 'text', 'numeric', 'numeric']}
        headings={[t('movesPage.from'), t('movesPage.to'), t('table.customers'), t('movesPage.money')]}
        rows={page.moves.map((move) => [
          t(`stage.${move.from}`),
          t(`stage.${move.to}`),
          <BlockStack key="customers">
            <Link
              url={moveAddress(page, move)}
              accessibilityLabel={t('movesPage.open', {
                n: f.number(move.customers),
                from: t(`stage.${move.from}`),
                to: t(`stage.${move.to}`),
              })}
            >
              {f.number(move.customers)}
            </Link>
            {move.plusMinus === 0 ? null : (
              <Text as="span" tone="subdued" variant="bodySm">
                {t('movesPage.plusMinus', { n: f.number(move.plusMinus) })}
              </Text>
            )}
          </BlockStack>,
          move.money12m === null ? '–' : f.moneyShort(move.money12m),
        ])}
      />
    </Card>
  )
}

function Chosen({ page, chosen }: { page: MovesPage; chosen: NonNullable<MovesPage['chosen']> }) {
  const { t, f } = useWords()
  const { customers } = chosen
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {t('movesPage.chosen', { from: t(`stage.${chosen.from}`), to: t(`stage.${chosen.to}`) })}
          </Text>
          <Text as="p" tone="subdued">
            {customers.length === 0
              ? t('movesPage.nobody')
              : page.source === 'replayed'
                ? t('movesPage.shownNow', { n: f.number(customers.length) })
                : t('movesPage.shown', { n: f.number(customers.length) })}
          </Text>
        </BlockStack>
        {customers.map(({ customer, at, cause, reason, money12m }) => (
          <BlockStack key={customer} gap="100">
            <Divider />
            <InlineStack gap="200" align="space-between">
              <Link url={`/app/customers/${customer}`}>{t('customer.title', { id: customer })}</Link>
              <Text as="span" tone="subdued">
                {f.date(at)}
                {money12m === null ? '' : ` · ${f.money(money12m)}`}
              </Text>
            </InlineStack>
            {cause === null ? null : <Text as="p">{t(`moves.cause.${cause}`)}.</Text>}
            <Text as="p" tone="subdued">
              {reasonText(t, f, reason)}
            </Text>
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  )
}
