import { describe, expect, test } from 'vitest'
import { labelledAccounts } from './linking-people.ts'
import { linkingFigures } from './linking.ts'

describe('accounts of ten thousand invented people', () => {
  test.each(['1', '2', '3'])('seed %s: alias tricks are caught, honest people are left apart', (seed) => {
    const figures = linkingFigures(labelledAccounts(seed))
    process.stdout.write(`linking, seed ${seed}: ${JSON.stringify(figures)}\n`)
    expect(figures.people).toBeGreaterThanOrEqual(10_000)
    expect(figures.found + figures.missed).toBeGreaterThan(1_000)
    expect(figures.caughtShare).toBeGreaterThanOrEqual(0.95)
    expect(figures.joinedShare).toBeLessThanOrEqual(0.005)
    // People who share a mobile are there, and cannot be told: a set without a wrong pair would be too easy.
    expect(figures.wrong).toBeGreaterThan(0)
  })
})

test('pairs are counted by person and by group', () => {
  const account = { email: '', phone: '', address: '', zip: '', country: 'KR' }
  expect(
    linkingFigures([
      { ...account, email: 'jiwoo@naver.com', person: 'a' },
      { ...account, email: 'jiwoo+1@naver.com', person: 'a' },
      { ...account, email: 'other@naver.com', person: 'a' },
      { ...account, email: 'JIWOO@naver.com', person: 'b' },
    ]),
  ).toEqual({
    accounts: 4,
    people: 2,
    found: 1,
    missed: 2,
    wrong: 2,
    caughtShare: 1 / 3,
    joinedPeople: 2,
    joinedShare: 1,
  })
})
