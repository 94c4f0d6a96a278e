import { describe, expect, test } from 'vitest'
import { stageAmong, stagePair, type StageMove } from '#app/domain/moves.ts'
import type { StageSpan } from '#app/domain/stages.ts'
import { movesLayout } from '#app/ui/moves-layout.ts'

const SPANS: StageSpan[] = [
  { stage: 'new', from: 100, to: 200 },
  { stage: 'repeat', from: 200, to: null },
]

describe('moves between stages', () => {
  test.each([
    [99, 'prospect'],
    [100, 'new'],
    [199, 'new'],
    [200, 'repeat'],
    [900, 'repeat'],
  ] as const)('at %i somebody of these spans is %s', (at, stage) => {
    expect(stageAmong(SPANS, at)).toBe(stage)
  })

  test('a move in an address is two different stages, and nothing else', () => {
    expect(stagePair('at-risk~repeat')).toEqual({ from: 'at-risk', to: 'repeat' })
    for (const text of ['', 'new', 'new~new', 'new~vip', 'new~repeat~loyal', '~']) expect(stagePair(text)).toBeNull()
  })
})

describe('the picture of moves', () => {
  const move = (from: StageMove['from'], to: StageMove['to'], customers: number): StageMove => ({
    from,
    to,
    customers,
    plusMinus: 0,
    money12m: null,
  })
  const MOVES = [
    move('new', 'one-and-done', 600),
    move('new', 'repeat', 200),
    move('repeat', 'at-risk', 199),
    move('at-risk', 'repeat', 1),
  ]

  test('gives every label its place, and no band leaves its stage', () => {
    const { left, right, bands, height } = movesLayout(MOVES)
    expect(left.map(({ stage, customers }) => [stage, customers])).toEqual([
      ['new', 800],
      ['repeat', 199],
      ['at-risk', 1],
    ])
    expect(right.map(({ stage }) => stage)).toEqual(['one-and-done', 'repeat', 'at-risk'])
    for (const side of [left, right])
      for (const [place, { top, height: own }] of side.entries()) {
        expect(own).toBeGreaterThanOrEqual(48)
        if (place > 0) expect(top).toBeGreaterThanOrEqual(side[place - 1]!.top + side[place - 1]!.height)
        expect(top + own).toBeLessThanOrEqual(height)
      }
    for (const band of bands) {
      const from = left.find(({ stage }) => stage === band.from)!
      const to = right.find(({ stage }) => stage === band.to)!
      expect(band.fromY - band.thickness / 2).toBeGreaterThanOrEqual(from.top - 1e-9)
      expect(band.fromY + band.thickness / 2).toBeLessThanOrEqual(from.top + from.height + 1e-9)
      expect(band.toY - band.thickness / 2).toBeGreaterThanOrEqual(to.top - 1e-9)
      expect(band.toY + band.thickness / 2).toBeLessThanOrEqual(to.top + to.height + 1e-9)
    }
    // Three times as many customers are three times as thick; a single one is still seen.
    expect(bands[0]!.thickness / bands[1]!.thickness).toBeCloseTo(3, 9)
    expect(bands[3]!.thickness).toBeGreaterThan(1)
  })

  test('of nothing is nothing', () => {
    expect(movesLayout([])).toEqual({ height: 0, left: [], right: [], bands: [] })
  })
})
