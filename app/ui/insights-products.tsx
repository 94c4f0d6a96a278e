import { BlockStack, Badge, Card, DataTable, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'
import {
  type InsightPeriod,
  type InsightPair,
  type InsightProduct,
  type Insights,
  type InsightTable,
  type Standing,
} from '#app/domain/insights.ts'
import { besideShare, SHARE_NEEDS, type Share } from '#app/domain/interval.ts'
import { DownloadButton } from './download-button.tsx'
import { useWords } from './i18n.tsx'
import { IntervalPicture } from './interval-picture.tsx'

/** Rows of a picture; the table has more. */
const DRAWN = 8

type Props = { insights: Insights; period: InsightPeriod }

/** Products that bring first orders, and how many of their buyers came back. */
export function FirstOrdersCard({ insights: { first, all, windowDays }, period }: Props) {
  const { t, f } = useWords()
  const days = f.number(Math.round(windowDays))
  return (
    <TableCard
      table="first-orders"
      period={period}
      title={t('insights.first.title')}
      text={t('insights.first.text', { days })}
      shown={first}
      isEmpty={first.rows.length === 0}
    >
      <ShopsOwn share={all.cameBack} words="cameBack" />
      <Picture
        rows={first.rows}
        of={(row) => row.cameBack}
        known={all.cameBack}
        more="good"
        label={t('insights.first.picture')}
      />
      <StandingOut standing={first.standing} />
      <DataTable
        columnContentTypes={['text', 'numeric', 'numeric', 'text']}
        headings={[
          t('insights.product'),
          t('insights.first.orders'),
          t('insights.first.share'),
          t('insights.first.cameBack', { days }),
        ]}
        rows={first.rows.map((row) => [
          row.title,
          f.number(row.buyers),
          f.percent(row.share),
          <ShareCell key="share" share={row.cameBack} known={all.cameBack} />,
        ])}
      />
    </TableCard>
  )
}

/** Which first product led to which second one. */
export function SecondOrdersCard({ insights: { second }, period }: Props) {
  const { t, f } = useWords()
  const drawn = second.rows.flatMap(({ from, to, fromTitle, toTitle, share, usual }) =>
    share === null ? [] : [{ key: `${from} ${to}`, name: fromTitle, then: toTitle, share, beside: usual }],
  )
  return (
    <TableCard
      table="second-orders"
      period={period}
      title={t('insights.second.title')}
      text={t('insights.second.text', { count: second.seconds, n: f.number(second.seconds) })}
      shown={{ rows: [...second.rows, ...second.again], of: second.of }}
      isEmpty={second.rows.length === 0 && second.again.length === 0}
    >
      {drawn.length === 0 ? null : (
        <IntervalPicture rows={drawn.slice(0, DRAWN)} more="good" label={t('insights.second.picture')} />
      )}
      {second.standing.compared === 0 ? null : (
        <Text as="p" tone="subdued">
          {t('insights.second.standingOut', {
            count: second.standing.out,
            n: f.number(second.standing.out),
            of: f.number(second.standing.compared),
          })}
        </Text>
      )}
      {second.rows.length === 0 ? null : <Pairs rows={second.rows} />}
      {second.again.length === 0 ? null : (
        <BlockStack gap="200">
          <Text as="h3" variant="headingSm">
            {t('insights.second.again')}
          </Text>
          <Pairs rows={second.again} isAgain />
        </BlockStack>
      )}
    </TableCard>
  )
}

function Pairs({ rows, isAgain = false }: { rows: InsightPair[]; isAgain?: boolean }) {
  const { t, f } = useWords()
  return (
    <DataTable
      columnContentTypes={['text', 'numeric', 'text', 'numeric']}
      headings={[
        isAgain ? t('insights.product') : `${t('insights.second.from')} → ${t('insights.second.to')}`,
        t('table.customers'),
        t('insights.second.share'),
        t('insights.second.usual'),
      ]}
      rows={rows.map((row) => [
        // In one column: two of them do not fit on a phone.
        isAgain ? row.fromTitle : `${row.fromTitle} → ${row.toTitle}`,
        f.number(row.customers),
        <ShareCell key="share" share={row.share} known={null} />,
        f.percent(row.usual),
      ])}
    />
  )
}

/** Products whose first-order buyers are cherry-pickers more often than the shop's. */
export function PickersCard({ insights: { pickers, all }, period }: Props) {
  const { t, f } = useWords()
  return (
    <TableCard
      table="cherry-pickers"
      period={period}
      title={t('insights.pickers.title')}
      text={t('insights.pickers.text')}
      shown={pickers}
      isEmpty={pickers.rows.length === 0 || all.pickers === null}
    >
      <ShopsOwn share={all.pickers} words="pickers" />
      <Picture
        rows={pickers.rows}
        of={(row) => row.pickers}
        known={all.pickers}
        more="bad"
        label={t('insights.pickers.picture')}
      />
      <StandingOut standing={pickers.standing} />
      <DataTable
        columnContentTypes={['text', 'numeric', 'text']}
        headings={[t('insights.product'), t('insights.first.orders'), t('insights.pickers.share')]}
        rows={pickers.rows.map((row) => [
          row.title,
          f.number(row.buyers),
          <ShareCell key="share" share={row.pickers} known={all.pickers} />,
        ])}
      />
    </TableCard>
  )
}

type TableCardProps = {
  table: InsightTable
  period: InsightPeriod
  title: string
  text: string
  shown: { rows: unknown[]; of: number }
  isEmpty: boolean
  children: ReactNode
}

function TableCard({ table, period, title, text, shown, isEmpty, children }: TableCardProps) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {title}
          </Text>
          <Text as="p" tone="subdued">
            {text}
          </Text>
        </BlockStack>
        {isEmpty ? <Text as="p">{t('insights.tooFew', { n: f.number(SHARE_NEEDS) })}</Text> : children}
        {isEmpty ? null : (
          <BlockStack gap="200">
            {shown.of > shown.rows.length ? (
              <Text as="p" tone="subdued">
                {t('insights.shown', { n: f.number(shown.rows.length), of: f.number(shown.of) })}
              </Text>
            ) : null}
            <DownloadButton url={`/app/insights/${table}?period=${period}`} fileName={`${table}-${period}.csv`}>
              {t('insights.download')}
            </DownloadButton>
          </BlockStack>
        )}
      </BlockStack>
    </Card>
  )
}

/** What the shop as a whole has: every product is held against it. */
function ShopsOwn({ share, words }: { share: Share | null; words: 'cameBack' | 'pickers' }) {
  const { t, f } = useWords()
  return (
    <Text as="p">
      {share === null
        ? t('insights.own.tooFew', { n: f.number(SHARE_NEEDS) })
        : t(`insights.own.${words}`, { share: f.percent(share.share), n: f.number(share.of) })}
    </Text>
  )
}

type PictureProps = {
  rows: InsightProduct[]
  of: (row: InsightProduct) => Share | null
  known: Share | null
  more: 'good' | 'bad'
  label: string
}

function Picture({ rows, of, known, more, label }: PictureProps) {
  const drawn = rows.flatMap((row) => {
    const share = of(row)
    return share === null || known === null ? [] : [{ key: row.product, name: row.title, share, beside: known.share }]
  })
  if (drawn.length === 0) return null
  return <IntervalPicture rows={drawn.slice(0, DRAWN)} more={more} label={label} />
}

function StandingOut({ standing: { out, compared } }: { standing: Standing }) {
  const { t, f } = useWords()
  if (compared === 0) return null
  return (
    <Text as="p" tone="subdued">
      {t('insights.standingOut', { count: out, n: f.number(out), of: f.number(compared) })}
    </Text>
  )
}

function ShareCell({ share, known }: { share: Share | null; known: Share | null }) {
  const { t, f } = useWords()
  if (share === null)
    return (
      <Text as="span" tone="subdued">
        {t('insights.few')}
      </Text>
    )
  const beside = known === null ? 'alike' : besideShare(share, known.share)
  return (
    <BlockStack gap="050" inlineAlign="start">
      <Text as="span">
        {t('insights.share', { share: f.percent(share.share), low: f.percent(share.low), high: f.percent(share.high) })}
      </Text>
      <Text as="span" variant="bodySm" tone="subdued">
        {t('insights.ofN', { n: f.number(share.count), of: f.number(share.of) })}
      </Text>
      {beside === 'alike' ? null : <Badge>{t(`insights.beside.${beside}`)}</Badge>}
    </BlockStack>
  )
}
