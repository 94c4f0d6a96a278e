import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tallied } from '#app/domain/insight-tally.ts'
import { INSIGHT_PERIODS } from '#app/domain/insights.ts'
import { DAY_MS } from '#app/domain/order.ts'

const ASOF = Date.UTC(2026, 9, 15)
const WINDOW = 60
const PRODUCTS = ['11', '12', '13', '14']

const person = fc.record({
  days: fc.integer({ min: 0, max: 500 }),
  gap: fc.option(fc.integer({ min: 1, max: 200 })),
  isPicker: fc.boolean(),
  first: fc.array(fc.nat(3), { maxLength: 4 }),
  second: fc.array(fc.nat(3), { maxLength: 4 }),
})

test('columns are counted as people one by one would be, in every period', () => {
  fc.assert(
    fc.property(fc.array(person, { maxLength: 60 }), (told) => {
      const people = told.map((one) => ({ ...one, second: one.gap === null ? [] : one.second }))
      const rows = people.flatMap(({ first, second }, place) => [
        ...first.map((product) => ({ place: 2 * place, product })),
        ...second.map((product) => ({ place: 2 * place + 1, product })),
      ])
      const found = tallied(
        {
          count: people.length,
          firstAt: Float64Array.from(people, ({ days }) => ASOF - days * DAY_MS),
          firstGapDays: Float64Array.from(people, ({ gap }) => gap ?? NaN),
          isPicker: Uint8Array.from(people, ({ isPicker }) => (isPicker ? 1 : 0)),
        },
        {
          count: rows.length,
          place: Int32Array.from(rows, ({ place }) => place),
          product: Int32Array.from(rows, ({ product }) => product),
          products: PRODUCTS,
        },
        WINDOW,
        ASOF,
      )
      for (const period of INSIGHT_PERIODS) {
        const longest = period === 'all' ? Infinity : Number(period)
        const { all, products, seconds, pairs } = found.get(period)!
        const figures = (some: typeof people) => ({
          buyers: some.length,
          matured: some.filter(({ days }) => days >= WINDOW).length,
          cameBack: some.filter(({ days, gap }) => days >= WINDOW && gap !== null && gap <= WINDOW).length,
          pickers: some.filter(({ isPicker }) => isPicker).length,
        })
        const began = people.filter(({ days }) => days < longest)
        const again = people.filter(({ days, gap }) => gap !== null && days - gap < longest)
        expect(all).toEqual(figures(began))
        expect(seconds).toBe(again.length)
        const expected = PRODUCTS.map((product, place) => ({
          product,
          title: '',
          ...figures(began.filter(({ first }) => first.includes(place))),
        })).filter(({ buyers }) => buyers > 0)
        expect([...products].sort((a, b) => (a.product < b.product ? -1 : 1))).toEqual(expected)
        for (const [from, fromId] of PRODUCTS.entries())
          for (const [to, toId] of PRODUCTS.entries()) {
            const had = again.filter(({ first }) => first.includes(from))
            const customers = had.filter(({ second }) => second.includes(to)).length
            expect(pairs.find((pair) => pair.from === fromId && pair.to === toId)).toEqual(
              customers < 5
                ? undefined
                : {
                    from: fromId,
                    to: toId,
                    fromTitle: '',
                    toTitle: '',
                    customers,
                    ofFrom: had.length,
                    ofTo: again.filter(({ second }) => second.includes(to)).length,
                  },
            )
          }
      }
    }),
  )
})
