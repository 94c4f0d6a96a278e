import { Text } from '@shopify/polaris'
import type { StageMove } from '#app/domain/moves.ts'
import type { Stage } from '#app/domain/stages.ts'
import { useWords } from './i18n.tsx'
import { movesLayout, type PlacedStage } from './moves-layout.ts'

const WIDTH = 300
const COLOURS: Record<Stage, string> = {
  prospect: '#8a8a8a',
  new: '#0094d5',
  'one-and-done': '#b98900',
  repeat: '#29845a',
  loyal: '#0c5132',
  'at-risk': '#e8702a',
  lapsed: '#8e1f0b',
}

/** Moves as bands from where customers were to where they are; the table below says the same as text. */
export function MovesPicture({ moves }: { moves: StageMove[] }) {
  const { t, f } = useWords()
  const { height, left, right, bands } = movesLayout(moves)
  const first = moves[0]
  return (
    <div style={{ display: 'grid', gridTemplateColumns: 'minmax(72px, 24%) minmax(0, 1fr) minmax(72px, 24%)', gap: 8 }}>
      <Labels places={left} height={height} isRight />
      <svg
        role="img"
        aria-label={
          first === undefined
            ? t('movesPage.title')
            : t('movesPage.picture', {
                n: f.number(first.customers),
                from: t(`stage.${first.from}`),
                to: t(`stage.${first.to}`),
              })
        }
        viewBox={`0 0 ${WIDTH} ${height}`}
        preserveAspectRatio="none"
        style={{ width: '100%', height, display: 'block' }}
      >
        {bands.map(({ from, to, fromY, toY, thickness }) => (
          <path
            key={`${from}~${to}`}
            d={`M0,${fromY} C${WIDTH / 2},${fromY} ${WIDTH / 2},${toY} ${WIDTH},${toY}`}
            fill="none"
            stroke={COLOURS[from]}
            strokeOpacity={0.55}
            strokeWidth={thickness}
          />
        ))}
      </svg>
      <Labels places={right} height={height} />
    </div>
  )
}

function Labels({ places, height, isRight = false }: { places: PlacedStage[]; height: number; isRight?: boolean }) {
  const { t, f } = useWords()
  return (
    <div style={{ position: 'relative', height }} aria-hidden="true">
      {places.map(({ stage, customers, top, height: own }) => (
        <div
          key={stage}
          style={{
            position: 'absolute',
            top,
            height: own,
            width: '100%',
            display: 'flex',
            flexDirection: 'column',
            justifyContent: 'center',
            textAlign: isRight ? 'right' : 'left',
            lineHeight: 1.15,
          }}
        >
          <Text as="span" variant="bodySm" fontWeight="medium">
            {t(`stage.${stage}`)}
          </Text>
          <Text as="span" variant="bodySm" tone="subdued">
            {f.number(customers)}
          </Text>
        </div>
      ))}
    </div>
  )
}
