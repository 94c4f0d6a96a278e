import { BlockStack, Button, DataTable, Text } from '@shopify/polaris'
import { useState, type ReactNode } from 'react'
import { useWords } from './i18n.tsx'

type Point = { day: string; customers: number }
type Props = { points: Point[]; replayedUntil: string | null }

const HEIGHT = 160
const WIDTH = 600

/** Customers at the end of each day: plain SVG, so that it is in the server's page, with its labels as text beside it. */
export function TrendChart({ points, replayedUntil }: Props) {
  const { t, f } = useWords()
  const [isTable, setIsTable] = useState(false)
  const first = points[0]
  const last = points[points.length - 1]
  if (first === undefined || last === undefined || points.length < 2)
    return (
      <Text as="p" tone="subdued">
        {t('trend.tooEarly')}
      </Text>
    )
  const top = niceTop(Math.max(...points.map((point) => point.customers)))
  const values = points.map((point) => point.customers)
  const middle = points[Math.floor((points.length - 1) / 2)] ?? first
  const split = replayedUntil === null ? 0 : points.filter((point) => point.day <= replayedUntil).length
  return (
    <BlockStack gap="200">
      <Text as="h3" variant="headingSm">
        {t('trend.title')}
      </Text>
      {isTable ? (
        <TrendTable points={points} />
      ) : (
        <ChartFrame
          top={top}
          ticks={[first, middle, last].map((point) => f.day(point.day))}
          label={t('trend.label', {
            from: f.day(first.day),
            to: f.day(last.day),
            start: f.number(first.customers),
            end: f.number(last.customers),
          })}
        >
          <ChartLine values={values} from={0} to={split} top={top} isDashed />
          <ChartLine values={values} from={Math.max(0, split - 1)} to={points.length} top={top} />
        </ChartFrame>
      )}
      {replayedUntil === null ? null : (
        <Text as="p" tone="subdued" variant="bodySm">
          {t('trend.replayed', { date: f.day(replayedUntil) })}
        </Text>
      )}
      <div>
        <Button variant="plain" onClick={() => setIsTable(!isTable)}>
          {isTable ? t('trend.asChart') : t('trend.asTable')}
        </Button>
      </div>
    </BlockStack>
  )
}

type FrameProps = { top: number; ticks: string[]; label: string; children: ReactNode }

/** Lines above an axis that begins at 0, with its labels as text beside it. `ticks`: first, middle and last. */
export function ChartFrame({ top, ticks, label, children }: FrameProps) {
  const { f } = useWords()
  return (
    <div style={{ display: 'grid', gridTemplateColumns: 'auto minmax(0, 1fr)', columnGap: 8 }}>
      <div
        style={{
          display: 'flex',
          flexDirection: 'column',
          justifyContent: 'space-between',
          textAlign: 'right',
          height: HEIGHT,
        }}
      >
        {[top, top / 2, 0].map((value) => (
          <Text as="span" variant="bodySm" tone="subdued" key={value}>
            {f.number(value)}
          </Text>
        ))}
      </div>
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        style={{ width: '100%', height: HEIGHT, display: 'block', overflow: 'visible' }}
      >
        {[0, 0.5, 1].map((share) => (
          <line
            key={share}
            x1={0}
            x2={WIDTH}
            y1={HEIGHT * share}
            y2={HEIGHT * share}
            stroke="var(--p-color-border-secondary)"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {children}
      </svg>
      <span />
      <div style={{ display: 'flex', justifyContent: 'space-between', gap: 8, paddingTop: 4 }}>
        {ticks.map((tick) => (
          <Text as="span" variant="bodySm" tone="subdued" key={tick}>
            {tick}
          </Text>
        ))}
      </div>
    </div>
  )
}

type LineProps = { values: number[]; from: number; to: number; top: number; isDashed?: boolean }

/** The values from one place up to another as a line over the whole width of all of them. */
export function ChartLine({ values, from, to, top, isDashed = false }: LineProps) {
  if (to - from < 2) return null
  const coordinates = values.slice(from, to).map((value, index) => {
    const x = ((from + index) / (values.length - 1)) * WIDTH
    const y = HEIGHT - (value / top) * HEIGHT
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  return (
    <polyline
      points={coordinates.join(' ')}
      fill="none"
      stroke="var(--p-color-icon-info, #0094d5)"
      strokeWidth={2}
      strokeDasharray={isDashed ? '5 4' : undefined}
      vectorEffect="non-scaling-stroke"
    />
  )
}

/** The same figures as text: about a dozen days, evenly spread, the last one included. */
function TrendTable({ points }: { points: Point[] }) {
  const { t, f } = useWords()
  const step = Math.max(1, Math.ceil(points.length / 12))
  const shown = points.filter((_, index) => (points.length - 1 - index) % step === 0)
  return (
    <DataTable
      columnContentTypes={['text', 'numeric']}
      headings={[t('trend.day'), t('table.customers')]}
      rows={shown.map((point) => [f.day(point.day), f.number(point.customers)])}
    />
  )
}

/** The next round number whose half is whole too. */
export function niceTop(value: number): number {
  if (value <= 2) return 2
  const power = 10 ** Math.floor(Math.log10(value))
  const steps = [1, 2, 4, 6, 8, 10].map((step) => step * power)
  return Math.max(2, steps.find((step) => step >= value) ?? 10 * power)
}
