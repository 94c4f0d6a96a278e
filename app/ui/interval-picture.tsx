import { Text } from '@shopify/polaris'
import { besideShare, type Share } from '#app/domain/interval.ts'
import { useWords } from './i18n.tsx'

const WIDTH = 100
const ROW_HEIGHT = 32
const TWO_LINES_HEIGHT = 44
/** Good, in the merchant's eyes; not so; not to be told from the shop's own. */
const COLOURS = { good: '#29845a', bad: '#c4560c', alike: '#8a8a8a' }

type Props = {
  /** `then`: a second line of the name. `beside`: what the share is held against, 0–1. */
  rows: { key: string; name: string; then?: string; share: Share; beside: number }[]
  /** More than the shop's own is good news, or bad. */
  more: 'good' | 'bad'
  label: string
}

/** Shares as dots with their intervals, each beside what it is held against; the table below says the same as text. */
export function IntervalPicture({ rows, more, label }: Props) {
  const { f } = useWords()
  const top = niceTop(Math.max(...rows.map(({ share, beside }) => Math.max(share.high, beside))))
  const x = (share: number) => (share / top) * WIDTH
  const rowHeight = rows.some(({ then }) => then !== undefined) ? TWO_LINES_HEIGHT : ROW_HEIGHT
  const height = rows.length * rowHeight
  const colour = (share: Share, known: number) => {
    const beside = besideShare(share, known)
    if (beside === 'alike') return COLOURS.alike
    return COLOURS[(beside === 'above') === (more === 'good') ? 'good' : 'bad']
  }
  return (
    <div style={{ display: 'grid', gridTemplateColumns: 'minmax(96px, 34%) minmax(0, 1fr)', columnGap: 12 }}>
      <div aria-hidden="true">
        {rows.map(({ key, name, then }) => (
          <div
            key={key}
            style={{
              height: rowHeight,
              display: 'flex',
              flexDirection: 'column',
              justifyContent: 'center',
              lineHeight: 1.2,
            }}
          >
            <Name>{name}</Name>
            {then === undefined ? null : <Name>{`→ ${then}`}</Name>}
          </div>
        ))}
      </div>
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 0 ${WIDTH} ${height}`}
        preserveAspectRatio="none"
        style={{ width: '100%', height, display: 'block', overflow: 'visible' }}
      >
        {rows.map(({ key, share, beside }, place) => {
          const y = (place + 0.5) * rowHeight
          const line = {
            stroke: colour(share, beside),
            vectorEffect: 'non-scaling-stroke',
            strokeLinecap: 'round',
          } as const
          return (
            <g key={key}>
              <line
                x1={x(beside)}
                x2={x(beside)}
                y1={place * rowHeight}
                y2={(place + 1) * rowHeight}
                stroke="#303030"
                strokeDasharray="4 4"
                vectorEffect="non-scaling-stroke"
              />
              <line x1={x(share.low)} x2={x(share.high)} y1={y} y2={y} strokeWidth={3} strokeOpacity={0.5} {...line} />
              {/* A line of no length with round ends is a dot however the picture is stretched. */}
              <line x1={x(share.share)} x2={x(share.share)} y1={y} y2={y} strokeWidth={10} {...line} />
            </g>
          )
        })}
      </svg>
      <span />
      <div style={{ display: 'flex', justifyContent: 'space-between' }} aria-hidden="true">
        {[0, top / 2, top].map((share) => (
          <Text as="span" variant="bodySm" tone="subdued" key={share}>
            {f.percent(share)}
          </Text>
        ))}
      </div>
    </div>
  )
}

function Name({ children }: { children: string }) {
  return (
    <div style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', textAlign: 'right' }}>
      <Text as="span" variant="bodySm">
        {children}
      </Text>
    </div>
  )
}

/** The next even tenth above, 100 % at most. */
function niceTop(share: number): number {
  return Math.min(1, Math.max(0.1, Math.ceil(share * 10) / 10))
}
