import type { StageMove } from '#app/domain/moves.ts'
import { STAGES, type Stage } from '#app/domain/stages.ts'

/** A label needs this many pixels, however few customers it stands for. */
const SLOT = 48
const BANDS_HEIGHT = 220
const THINNEST = 1.5

export type PlacedStage = { stage: Stage; customers: number; top: number; height: number }
/** `fromY` and `toY`: the middle of the band at its two ends. */
export type Band = { from: Stage; to: Stage; customers: number; fromY: number; toY: number; thickness: number }
export type MovesLayout = { height: number; left: PlacedStage[]; right: PlacedStage[]; bands: Band[] }

/** Where stages and bands stand in a picture of moves, in pixels: thickness by customers, nothing overlaps a label. */
export function movesLayout(moves: readonly StageMove[]): MovesLayout {
  const all = moves.reduce((sum, { customers }) => sum + customers, 0)
  const thick = (customers: number) => (all === 0 ? 0 : Math.max(THINNEST, (customers / all) * BANDS_HEIGHT))
  const left = placed('from')
  const right = placed('to')
  const height = Math.max(bottomOf(left), bottomOf(right))
  const bands = moves.map((move) => ({ ...move, fromY: 0, toY: 0, thickness: thick(move.customers) }))
  stack(left, 'from', 'to')
  stack(right, 'to', 'from')
  return {
    height,
    left,
    right,
    bands: bands.map(({ from, to, customers, fromY, toY, thickness }) => ({
      from,
      to,
      customers,
      fromY,
      toY,
      thickness,
    })),
  }

  function placed(end: 'from' | 'to'): PlacedStage[] {
    let top = 0
    return STAGES.flatMap((stage) => {
      const theirs = moves.filter((move) => move[end] === stage)
      if (theirs.length === 0) return []
      const height = Math.max(
        SLOT,
        theirs.reduce((sum, { customers }) => sum + thick(customers), 0),
      )
      const place = { stage, customers: theirs.reduce((sum, { customers }) => sum + customers, 0), top, height }
      top += height + 8
      return [place]
    })
  }

  /** Bands leave a stage in the order of where they go, so that they cross as little as they can. */
  function stack(places: PlacedStage[], end: 'from' | 'to', other: 'from' | 'to'): void {
    for (const { stage, top, height } of places) {
      const theirs = bands
        .filter((band) => band[end] === stage)
        .sort((a, b) => STAGES.indexOf(a[other]) - STAGES.indexOf(b[other]))
      let y = top + (height - theirs.reduce((sum, { thickness }) => sum + thickness, 0)) / 2
      for (const band of theirs) {
        band[end === 'from' ? 'fromY' : 'toY'] = y + band.thickness / 2
        y += band.thickness
      }
    }
  }
}

function bottomOf(places: PlacedStage[]): number {
  const last = places.at(-1)
  return last === undefined ? 0 : last.top + last.height
}
