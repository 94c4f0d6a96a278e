/**
 * One person with several accounts. What is personal is made normal, hashed with a key of the shop's, and forgotten; only
 * hashes are compared. A link is a suggestion: the merchant confirms it.
 */
import { addressKey } from './address-key.ts'

/** What an account says of its owner, as written; empty where it says nothing. */
export type Account = { profile: string; email: string; phone: string; address: string; zip: string; country: string }

/** A number in E.164. `mobile` is one person's, `fixed` a place's, and `either` does not say. */
export type PhoneNumber = { e164: string; kind: 'mobile' | 'fixed' | 'either' }

/** A keyed one-way hash of the shop's (HMAC); the kind is part of what is hashed, so that keys of two kinds never meet. */
export type HashOf = (kind: 'email' | 'phone' | 'address' | 'name-at-address' | 'workplace', normal: string) => string

/** All that is kept of an account. */
export type AccountKeys = {
  profile: string
  email: string | null
  phone: string | null
  phoneKind: PhoneNumber['kind'] | null
  address: string | null
  /** The name part of the e-mail address together with the address: jiwoo.kim at two providers, at one door. */
  nameAtAddress: string | null
  /** The domain of an e-mail address that no known provider of private mailboxes has. */
  workplace: string | null
}

export type Link = { profiles: [string, string]; because: 'email' | 'phone' | 'name-at-address' }

/** Providers whose domains are one mailbox, and what they do not read in a name. Domains that stand alone end on themselves. */
const PROVIDERS: { domains: string[]; unread: RegExp | null }[] = [
  { domains: ['gmail.com', 'googlemail.com'], unread: /\./g },
  { domains: ['proton.me', 'protonmail.com', 'pm.me'], unread: /[.\-_]/g },
  { domains: ['icloud.com', 'me.com', 'mac.com'], unread: null },
  { domains: ['hanmail.net', 'daum.net'], unread: null },
  { domains: ['yandex.com', 'yandex.ru', 'ya.ru', 'yandex.by', 'yandex.kz'], unread: null },
]
const PROVIDER_OF = new Map(PROVIDERS.flatMap((each) => each.domains.map((domain) => [domain, each])))
const PRIVATE_DOMAINS = new Set([
  ...PROVIDER_OF.keys(),
  ...`naver.com kakao.com nate.com outlook.com outlook.kr hotmail.com hotmail.co.uk hotmail.de live.com msn.com yahoo.com
   yahoo.co.uk yahoo.co.jp yahoo.de aol.com gmx.de gmx.net gmx.com web.de t-online.de freenet.de btinternet.com sky.com
   virginmedia.com comcast.net verizon.net att.net sbcglobal.net docomo.ne.jp ezweb.ne.jp softbank.ne.jp mail.ru qq.com
   163.com 126.com fastmail.com zoho.com example.com example.org example.net`.split(/\s+/),
])
/** Names that are an office's, whoever reads them. */
const ROLES = /^(info|admin|sales|contact|office|hello|support|orders?|shop|mail|noreply|test|team)\d*$/
const SHORTEST_NAME = 5

/** So many e-mail identities may share a number of one person's, and a number that does not say whose it is. */
const MOST_BY_MOBILE = 6
const MOST_BY_EITHER = 4
/** A mailbox with more numbers than this is an office's, or the shop's own for customers without one. */
const MOST_NUMBERS_OF_MAILBOX = 6
const MOST_AT_ADDRESS = 4
/** A domain that goes with more numbers than this is a provider's that is not in the list, not a company's. */
export const MOST_NUMBERS_OF_COMPANY = 50
/** What more identities share than this is a place's by every rule below: such accounts need not even be read. */
export const MOST_IDENTITIES = Math.max(MOST_BY_MOBILE, MOST_BY_EITHER, MOST_AT_ADDRESS)

/**
 * An e-mail address so that all spellings of one mailbox are one text: compatibility forms (full-width) folded, invisible
 * characters gone, lower case, what follows a + off, dots only where the provider ignores them, a provider's other domains.
 * Null if it is none.
 *
 * Known value: "Ｊane.Doe+promo@GoogleMail.com" → "janedoe@gmail.com".
 */
export function mailboxOf(email: string): string | null {
  const text = email
    .normalize('NFKC')
    .replace(/[\p{Cf}\s]/gu, '')
    .replaceAll('。', '.')
    .toLowerCase()
  const at = text.lastIndexOf('@')
  const [name, domain] = [text.slice(0, at).replace(/\+.*$/, ''), text.slice(at + 1).replace(/\.+$/, '')]
  if (at < 1 || name === '' || !/^[^@]+\.[^@.]+$/.test(domain)) return null
  const provider = PROVIDER_OF.get(domain)
  if (!provider) return `${name}@${domain}`
  const read = provider.unread ? name.replace(provider.unread, '') : name
  return read === '' ? null : `${read}@${provider.domains[0]}`
}

/** What is kept of an account: hashes only. */
export function accountKeysOf(
  account: Account,
  phoneNumberOf: (text: string, country: string | null) => PhoneNumber | null,
  hash: HashOf,
): AccountKeys {
  const mailbox = mailboxOf(account.email)
  const number = account.phone === '' ? null : phoneNumberOf(account.phone, account.country || null)
  const door = addressKey(account.address, account.zip, account.country)
  const [name, domain] = mailbox === null ? ['', ''] : (mailbox.split('@') as [string, string])
  const plainName = name.replace(/[^\p{L}\p{N}]/gu, '')
  const isOwnName = plainName.length >= SHORTEST_NAME && /\p{L}/u.test(plainName) && !ROLES.test(plainName)
  return {
    profile: account.profile,
    email: mailbox === null ? null : hash('email', mailbox),
    phone: number === null ? null : hash('phone', number.e164),
    phoneKind: number?.kind ?? null,
    address: door === null ? null : hash('address', door),
    nameAtAddress: door === null || !isOwnName ? null : hash('name-at-address', `${plainName} ${door}`),
    workplace: domain === '' || PRIVATE_DOMAINS.has(domain) ? null : hash('workplace', domain),
  }
}

/**
 * Which accounts look like one person's, and why. The same mailbox, the same number of a person's, or the same name at the
 * same door. Never the address alone (a household, a dorm), never a landline (a household, an office), and never what more
 * people share than a person has accounts: that is a place.
 *
 * Known limits: two people who share one mobile number, and a number that was given to somebody else, are suggested; a
 * person who comes with another mailbox, another number and another name is not.
 *
 * @param accounts   all accounts, or at least every account that shares its mailbox, number or name at a door with another
 * @param companies  workplaces that are companies', from all accounts: `companiesIn`
 * @param isApart    whether the merchant has said that two accounts are not one person's: what a group has in common is
 *                   asked of each account once, of its oldest one, and of the next where that one is somebody else
 */
export function suggestedLinks(
  accounts: readonly AccountKeys[],
  companies: ReadonlySet<string> = companiesIn(accounts),
  isApart: (one: string, other: string) => boolean = () => false,
): Link[] {
  const links: Link[] = []
  const link = (because: Link['because'], group: readonly AccountKeys[]) => {
    const asked: string[] = []
    for (const { profile } of group) {
      const whose = asked.find((each) => !isApart(each, profile))
      if (whose === undefined) asked.push(profile)
      else links.push({ profiles: [whose, profile], because })
    }
  }
  for (const group of groupsBy(accounts, (each) => each.email))
    if (distinct(group, (each) => each.phone) <= MOST_NUMBERS_OF_MAILBOX) link('email', group)
  for (const group of groupsBy(accounts, (each) => each.phone))
    if (isOfOnePerson(group, companies)) link('phone', group)
  for (const group of groupsBy(accounts, (each) => each.nameAtAddress))
    if (identities(group) <= MOST_AT_ADDRESS) link('name-at-address', group)
  return links
}

/** Domains of companies: with at least two accounts, and not with as many numbers as only a provider has. */
export function companiesIn(accounts: readonly AccountKeys[]): Set<string> {
  return new Set(
    groupsBy(accounts, (each) => each.workplace)
      .filter((group) => distinct(group, (each) => each.phone) <= MOST_NUMBERS_OF_COMPANY)
      .map((group) => group[0]!.workplace!),
  )
}

function isOfOnePerson(group: readonly AccountKeys[], companies: ReadonlySet<string>): boolean {
  // Whoever adds an extension says that the number is a switchboard's.
  if (group.some((each) => each.phoneKind === 'fixed')) return false
  if (group[0]!.phoneKind === 'mobile') return identities(group) <= MOST_BY_MOBILE
  if (identities(group) > MOST_BY_EITHER) return false
  // Two mailboxes of one company on a number that may be its switchboard: colleagues.
  const places = [...new Map(group.map((each) => [each.email, each.workplace])).values()].filter(
    (at) => at !== null && companies.has(at),
  )
  return new Set(places).size === places.length
}

/** Accounts by what they have in common, in order of arrival; alone is no group. */
function groupsBy(accounts: readonly AccountKeys[], keyOf: (each: AccountKeys) => string | null): AccountKeys[][] {
  const groups = new Map<string, AccountKeys[]>()
  for (const each of accounts) {
    const key = keyOf(each)
    if (key === null) continue
    const group = groups.get(key)
    if (group) group.push(each)
    else groups.set(key, [each])
  }
  return [...groups.values()].filter((group) => group.length > 1)
}

function distinct(group: readonly AccountKeys[], keyOf: (each: AccountKeys) => string | null): number {
  return new Set(group.map(keyOf).filter((key) => key !== null)).size
}

/** Spellings of one mailbox are one identity; an account without one is its own. */
function identities(group: readonly AccountKeys[]): number {
  return new Set(group.map((each) => each.email ?? each.profile)).size
}
