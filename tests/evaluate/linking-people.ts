import { InvalidInput } from '#app/errors.ts'
import { between, chanceFrom, oneOf, wholeBetween } from '#tests/shop/chance.ts'
import {
  aliasOf,
  colleague,
  detailsOf,
  emailOf,
  otherEmail,
  Town,
  type Details,
  type Identity,
} from './invented-people.ts'
import { writeTable } from './table.ts'

export type LabelledAccount = Details & { person: string }

const PEOPLE = 10_500
/** Of all people, those who come with more accounts than one. */
const SHARE_WITH_SEVERAL = 0.06

/**
 * Labelled accounts of at least 10,000 people. Most have one account, alone at their address, in a household (one address
 * and surname, sometimes one landline), a dorm, an office with one switchboard, or where somebody else lived before; some
 * have names that differ by a dot that their provider does read. A few have two to five accounts by alias tricks. Two kinds
 * of honest people cannot be told from tricks by anything that is kept, and are here for that: couples who share one
 * mobile, and people whose number was somebody else's before.
 */
export function labelledAccounts(seed: string): LabelledAccount[] {
  const random = chanceFrom(`linking ${seed}`)
  const town = new Town(random)
  const accounts: LabelledAccount[] = []
  let people = 0
  const one = (who: Identity, email = emailOf(who), digits: string | null = town.mobile(who.door.country)) => {
    people += 1
    accounts.push({ ...detailsOf(who, email, digits, random), person: `p${people}` })
  }
  while (people < PEOPLE) {
    const kind = random()
    if (kind < 0.12) household(town, random, one)
    else if (kind < 0.125) dorm(town, random, one)
    else if (kind < 0.14) office(town, random, one)
    else if (kind < 0.16) movedOut(town, one)
    else if (kind < 0.17) nearMiss(town, random, one)
    else if (kind < 0.1712) oneMobile(town, one)
    else if (kind < 0.1712 + SHARE_WITH_SEVERAL) {
      people += 1
      for (const details of severalAccounts(town.identity(), town, random))
        accounts.push({ ...details, person: `p${people}` })
    } else {
      const who = town.identity()
      one(who, emailOf(who), random() < 0.85 ? town.mobile(who.door.country) : null)
    }
  }
  return shuffled(accounts, random)
}

type One = (who: Identity, email?: string, digits?: string | null) => void

function household(town: Town, random: () => number, one: One): void {
  const first = town.identity()
  const landline = random() < 0.1 ? town.landline(first.door.country) : null
  const size = wholeBetween(random, 2, 4)
  for (let i = 0; i < size; i += 1) {
    const who = i === 0 ? first : town.identity({ door: first.door, last: first.last })
    // A number that an American household shares looks like one person's: those are told by oneMobile.
    one(
      who,
      emailOf(who),
      landline !== null && first.door.country !== 'US' ? landline : town.mobile(first.door.country),
    )
  }
}

function dorm(town: Town, random: () => number, one: One): void {
  const door = town.door(town.country())
  const desk = town.landline(door.country)
  const size = wholeBetween(random, 20, 60)
  for (let i = 0; i < size; i += 1) {
    const who = town.identity({ door })
    one(who, emailOf(who), random() < 0.2 ? desk : town.mobile(door.country))
  }
}

function office(town: Town, random: () => number, one: One): void {
  const door = town.door(town.country())
  const switchboard = town.landline(door.country)
  const company = `${town.identity().last.replace('ü', 'ue')}-${wholeBetween(random, 1, 999)}.com`
  const size = Math.round(2 * Math.exp(between(random, 0, 3)))
  for (let i = 0; i < size; i += 1) {
    const { who, email } = colleague(town, random, door, company)
    one(who, email, random() < 0.7 ? switchboard : town.mobile(door.country))
  }
}

function movedOut(town: Town, one: One): void {
  const before = town.identity()
  one(before)
  one(town.identity({ door: before.door }))
}

/** A dot in a name is read by most providers: two mailboxes of two people. */
function nearMiss(town: Town, random: () => number, one: One): void {
  const who = {
    ...town.identity(),
    name: `${oneOf(random, ['yuna', 'emma', 'paul'])}.${wholeBetween(random, 10_000, 99_999)}`,
    domain: 'naver.com',
  }
  one(who)
  const other = { ...town.identity(), domain: 'naver.com' }
  one(other, `${who.name.replace('.', '')}@naver.com`)
}

function oneMobile(town: Town, one: One): void {
  const who = town.identity()
  const digits = town.mobile(who.door.country)
  one(who, emailOf(who), digits)
  const other = town.identity({ door: who.door, last: who.last })
  one(other, emailOf(other), digits)
}

/** Two to five accounts of one person, each linked with the first by at least one trick. */
export function severalAccounts(
  who: Identity,
  town: Town,
  random: () => number,
  count = wholeBetween(random, 2, 5),
): Details[] {
  const digits = town.mobile(who.door.country)
  const made = [detailsOf(who, emailOf(who), digits, random)]
  // Whoever owns two or three phones and a parents' address mixes those in as well.
  const elsewhere = town.identity({ last: who.last, door: town.door(who.door.country) })
  while (made.length < count) {
    const kind = random()
    const at = random() < 0.25 ? { ...who, door: elsewhere.door } : who
    if (kind < 0.55)
      made.push(detailsOf(at, aliasOf(who, random), random() < 0.5 ? digits : town.mobile(who.door.country), random))
    else if (kind < 0.93) made.push(detailsOf(at, otherEmail(town, who), digits, random))
    else {
      const domain = oneOf(
        random,
        ['outlook.com', 'yahoo.com', 'naver.com'].filter((each) => each !== who.domain),
      )
      made.push(detailsOf(who, emailOf({ name: who.name, domain }), town.mobile(who.door.country), random))
    }
  }
  return made
}

function shuffled<T>(list: T[], random: () => number): T[] {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1))
    ;[list[i], list[j]] = [list[j]!, list[i]!]
  }
  return list
}

export const LABELLED_COLUMNS = ['email', 'phone', 'address', 'zip', 'country', 'person'] as const

/** `npm run evaluate -- linking-people SEED FILE`: writes a labelled file. */
export async function evaluate([seed, file]: string[]): Promise<unknown> {
  if (!seed || !file) throw new InvalidInput('give a seed and the file to write: linking-people 1 people.csv')
  const accounts = labelledAccounts(seed)
  await writeTable(
    file,
    LABELLED_COLUMNS,
    accounts.map((each) => LABELLED_COLUMNS.map((column) => each[column])),
  )
  return { file, accounts: accounts.length, people: new Set(accounts.map((each) => each.person)).size }
}
