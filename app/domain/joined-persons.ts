/** Which accounts are one person, by what was confirmed and by what was told apart. */
import type { LinkConflict } from './people-pages.ts'

type Pair = readonly [string, string]

export type JoinedPersons = {
  /** The person of every linked account, named by one of the accounts; who is linked to nobody is not in it. */
  personOf: Map<string, string>
  /** Links that join nobody, because two accounts that are told apart would be one person by them: those two, as given. */
  heldBack: { profiles: Pair; apart: Pair }[]
  /** Two accounts told apart, as given, that would be one person if these two were; null: none. */
  apartThrough(one: string, other: string): Pair | null
}

/**
 * Joins accounts link by link: A with B and B with C are one person. That two are told apart outranks every link, also
 * through third accounts: of links that contradict it together, the later one is held back.
 *
 * Known value: a–c, then c–b, with a and b told apart: a and c are one person, and c–b is held back.
 *
 * @param links  in the order in which they were confirmed
 * @param apart  pairs that are not one person
 */
export function joinPersons(links: readonly { profiles: Pair }[], apart: readonly Pair[] = []): JoinedPersons {
  const apartFrom = new Map<string, { other: string; pair: Pair }[]>()
  for (const pair of apart)
    for (const [one, other] of [pair, [pair[1], pair[0]] as const])
      apartFrom.set(one, [...(apartFrom.get(one) ?? []), { other, pair }])
  const personOf = new Map<string, string>()
  const accountsOf = new Map<string, string[]>()
  const personIs = (profile: string) => personOf.get(profile) ?? profile
  const accountsIn = (person: string) => accountsOf.get(person) ?? [person]

  function apartThrough(one: string, other: string): Pair | null {
    const [to, from] = bySize(one, other)
    for (const account of accountsIn(from))
      for (const { other: told, pair } of apartFrom.get(account) ?? []) if (personIs(told) === to) return pair
    return null
  }

  /** The larger person first: walking through the smaller one alone keeps a long chain cheap. */
  function bySize(one: string, other: string): [string, string] {
    const [a, b] = [personIs(one), personIs(other)]
    return accountsIn(a).length < accountsIn(b).length ? [b, a] : [a, b]
  }

  const heldBack: JoinedPersons['heldBack'] = []
  for (const { profiles } of links) {
    const [to, from] = bySize(...profiles)
    if (to === from) continue
    const contradicted = apartThrough(...profiles)
    if (contradicted) {
      heldBack.push({ profiles, apart: contradicted })
      continue
    }
    const all = accountsIn(to)
    accountsOf.set(to, all)
    personOf.set(to, to)
    for (const account of accountsIn(from)) {
      personOf.set(account, to)
      all.push(account)
    }
    accountsOf.delete(from)
  }
  return { personOf, heldBack, apartThrough }
}

/** What was confirmed and what was told apart where the two contradict each other: by pair, as `a b`, what it does not go with. */
export function contradictionsIn({ heldBack }: JoinedPersons): Map<string, LinkConflict> {
  const conflicts = new Map<string, LinkConflict>()
  for (const { profiles, apart } of heldBack) {
    conflicts.set(profiles.join(' '), { is: 'held-back', with: apart })
    conflicts.set(apart.join(' '), { is: 'outranks', with: profiles })
  }
  return conflicts
}

/** Accounts that are one person with others than before. @param before, after  `personOf` */
export function accountsMoved(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const [was, is] = [fellowsIn(before), fellowsIn(after)]
  return [...new Set([...before.keys(), ...after.keys()])].filter((each) => was.get(each) !== is.get(each)).sort()
}

/** For each account those of its person, as a text that is the same for the same accounts. */
function fellowsIn(personOf: ReadonlyMap<string, string>): Map<string, string> {
  const accountsOf = new Map<string, string[]>()
  for (const [account, person] of personOf) accountsOf.set(person, [...(accountsOf.get(person) ?? []), account])
  const textOf = new Map([...accountsOf].map(([person, accounts]) => [person, accounts.sort().join(' ')]))
  return new Map([...personOf].map(([account, person]) => [account, textOf.get(person)!]))
}
