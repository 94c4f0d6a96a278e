import { describe, expect, test } from 'vitest'
import { accountsMoved, joinPersons } from '#app/domain/joined-persons.ts'

const pair = (text: string) => [text[0]!, text[1]!] as const
const joined = (links: string[], apart: string[] = []) =>
  joinPersons(
    links.map((link) => ({ profiles: pair(link) })),
    apart.map(pair),
  )

/** Who is one person, as `ab c`. */
function persons({ personOf }: ReturnType<typeof joined>): string {
  const people = new Map<string, string>()
  for (const [account, person] of [...personOf].sort()) people.set(person, (people.get(person) ?? '') + account)
  return [...people.values()].join(' ')
}

describe('accounts that are joined', () => {
  test('a chain of links is one person, and whoever is linked to nobody is not named', () => {
    expect(persons(joined(['ab', 'cd', 'bd']))).toBe('abcd')
    expect(joined(['ab']).personOf.has('e')).toBe(false)
  })

  test('two who are told apart are not joined through a third account', () => {
    const { heldBack, ...people } = joined(['ac', 'cb'], ['ab'])
    expect(persons({ heldBack, ...people })).toBe('ac')
    expect(heldBack).toEqual([{ profiles: ['c', 'b'], apart: ['a', 'b'] }])
  })

  test('nor through a longer way, however it is walked', () => {
    const { heldBack, personOf } = joined(['ab', 'de', 'bc', 'ef', 'cd', 'xy'], ['fa'])
    expect(heldBack).toEqual([{ profiles: ['c', 'd'], apart: ['f', 'a'] }])
    expect(personOf.get('a')).toBe(personOf.get('c'))
    expect(personOf.get('d')).toBe(personOf.get('f'))
    expect(personOf.get('a')).not.toBe(personOf.get('f'))
  })

  test('whom a link would join against an answer is known before it is made', () => {
    const people = joined(['ac'], ['ab'])
    expect(people.apartThrough('c', 'b')).toEqual(['a', 'b'])
    expect(people.apartThrough('b', 'c')).toEqual(['a', 'b'])
    expect(people.apartThrough('c', 'd')).toBeNull()
    expect(people.apartThrough('a', 'c')).toBeNull()
  })

  test('the larger the group, the answers hold: of 300 in a row nobody is joined with the one told apart', () => {
    const row = Array.from({ length: 300 }, (_, i) => `p${i}`)
    const links = row.slice(1).map((each, i) => ({ profiles: [row[i]!, each] as const }))
    const { personOf, heldBack } = joinPersons(links, [['p0', 'p150']])
    expect(heldBack).toEqual([{ profiles: ['p149', 'p150'], apart: ['p0', 'p150'] }])
    expect(new Set(row.map((each) => personOf.get(each))).size).toBe(2)
  })

  test('who is one person with others than before has moved', () => {
    const moved = (before: string[], after: string[]) => accountsMoved(joined(before).personOf, joined(after).personOf)
    expect(moved(['ab', 'cd'], ['ba', 'cd', 'ce'])).toEqual(['c', 'd', 'e'])
    expect(moved(['ab'], [])).toEqual(['a', 'b'])
    expect(moved(['ab', 'bc'], ['ac', 'cb'])).toEqual([])
  })
})
