import { Text } from '@shopify/polaris'
import { besideShare, type Share } from '#app/domain/interval.ts'
import { useWords } from './i18n.tsx'

const WIDTH = 100
const ROW = 32
/** Good, in the merchant's eyes; not so; not to be told from the shop's own. */
const COLOURS = { good: '#29845a', bad: '#c4560c', alike: '#8a8a8a' }

type Props = {
  rows: { key: string; name: string; share: Share }[]
  /** The shop's own share, drawn as a line through all rows. */
  known: Share
  /** More than the shop's own is good news, or bad. */
  more: 'good' | 'bad'
  label: string
}

/** Shares as dots with their intervals beside the shop's own; the table below says the same as text. */
export function IntervalPicture({ rows, known, more, label }: Props) {
  const { f } = useWords()
  const top = niceTop(Math.max(known.share, ...rows.map(({ share }) => share.high)))
  const x = (share: number) => (share / top) * WIDTH
  const height = rows.length * ROW
  const colour = (share: Share) => {
    const beside = besideShare(share, known.share)
    if (beside === 'alike') return COLOURS.alike
    return COLOURS[(beside === 'above') === (more === 'good') ? 'good' : 'bad']
  }
  return (
    <div style={{ display: 'grid', gridTemplateColumns: 'minmax(96px, 34%) minmax(0, 1fr)', columnGap: 12 }}>
      <div aria-hidden="true">
        {rows.map(({ key, name }) => (
          <div key={key} style={{ height: ROW, display: 'flex', alignItems: 'center', justifyContent: 'flex-end' }}>
            <div style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
              <Text as="span" variant="bodySm">
                {name}
              </Text>
            </div>
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
        <line
          x1={x(known.share)}
          x2={x(known.share)}
          y1={0}
          y2={height}
          stroke="#303030"
          strokeDasharray="4 3"
          vectorEffect="non-scaling-stroke"
        />
        {rows.map(({ key, share }, place) => {
          const y = place * ROW + ROW / 2
          const line = { stroke: colour(share), vectorEffect: 'non-scaling-stroke', strokeLinecap: 'round' } as const
          return (
            <g key={key}>
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

/** The next even tenth above, 100 % at most. */
function niceTop(share: number): number {
  return Math.min(1, Math.max(0.1, Math.ceil(share * 10) / 10))
}
