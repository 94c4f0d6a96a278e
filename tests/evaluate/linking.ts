import { createHmac } from 'node:crypto'
import { joinPersons } from '#app/domain/joined-persons.ts'
import { accountKeysOf, suggestedLinks, type Account, type HashOf } from '#app/domain/same-person.ts'
import { InvalidInput } from '#app/errors.ts'
import { phoneNumberOf } from '#app/outside/phone-number.server.ts'
import { LABELLED_COLUMNS } from './linking-people.ts'
import { readTable } from './table.ts'

const hash: HashOf = (kind, normal) =>
  createHmac('sha256', 'evaluation').update(`${kind}\n${normal}`).digest('base64url')

/** The person of every account that is linked with another, every suggestion taken. */
export function personsOf(accounts: readonly Account[]): Map<string, string> {
  return joinPersons(suggestedLinks(accounts.map((account) => accountKeysOf(account, phoneNumberOf, hash)))).personOf
}

export type LinkingFigures = {
  accounts: number
  people: number
  /** Pairs of accounts of one person: suggested, and not; and suggested pairs of two people. */
  found: number
  missed: number
  wrong: number
  caughtShare: number
  /** People of whom an account was put together with somebody else's. */
  joinedPeople: number
  joinedShare: number
}

export function linkingFigures(accounts: readonly (Omit<Account, 'profile'> & { person: string })[]): LinkingFigures {
  const named = accounts.map((account, index) => ({ ...account, profile: String(index) }))
  const personOf = personsOf(named)
  const people = counted(named.map((each) => each.person))
  const groups = counted(named.map((each) => personOf.get(each.profile) ?? each.profile))
  const both = counted(named.map((each) => `${personOf.get(each.profile) ?? each.profile}|${each.person}`))
  const pairs = (counts: Map<string, number>) => [...counts.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0)
  const found = pairs(both)
  const inGroup = new Map<string, Set<string>>()
  for (const { profile, person } of named) {
    const group = personOf.get(profile) ?? profile
    inGroup.set(group, (inGroup.get(group) ?? new Set()).add(person))
  }
  const joined = new Set([...inGroup.values()].filter((persons) => persons.size > 1).flatMap((persons) => [...persons]))
  return {
    accounts: named.length,
    people: people.size,
    found,
    missed: pairs(people) - found,
    wrong: pairs(groups) - found,
    caughtShare: pairs(people) === 0 ? 1 : found / pairs(people),
    joinedPeople: joined.size,
    joinedShare: joined.size / people.size,
  }
}

function counted(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** `npm run evaluate -- linking FILE`: accounts with the person each is of, header email,phone,address,zip,country,person. */
export async function evaluate([file]: string[], say: (line: string) => void): Promise<LinkingFigures> {
  if (!file) throw new InvalidInput(`give a file with the columns ${LABELLED_COLUMNS.join(',')}`)
  const figures = linkingFigures(await readTable(file, LABELLED_COLUMNS))
  const per = (share: number) => `${(share * 100).toFixed(2)} %`
  say(`${figures.accounts} accounts of ${figures.people} people`)
  say(`pairs of one person: ${figures.found} found, ${figures.missed} missed (${per(figures.caughtShare)} caught)`)
  say(
    `pairs of two people: ${figures.wrong} wrong; ${figures.joinedPeople} people joined (${per(figures.joinedShare)})`,
  )
  return figures
}
