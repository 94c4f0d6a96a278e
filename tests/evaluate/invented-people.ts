/**
 * Invented people with e-mail, phone and address, and the ways in which one of them writes these differently for another
 * account. What is written here follows how people write, not how the product reads.
 */
import { oneOf, wholeBetween } from '#tests/shop/chance.ts'

type Chance = () => number
export type Country = 'KR' | 'US' | 'GB' | 'DE' | 'JP'
export type Details = { email: string; phone: string; address: string; zip: string; country: Country }
type Door = { street: number; number: number; second: number; unit: number; zip: string; country: Country }
export type Identity = { first: string; last: string; name: string; domain: string; digits: string; door: Door }

const FIRST =
  `minji jiwoo seoyeon hyunwoo yuna dohyun emma olivia liam noah james sophie lukas hannah felix mia haruto yui
  ren sakura grace henry isla arthur clara paul ava ethan jisoo taeyang eunseo harper daniel nora leon ida`.split(/\s+/)
const LAST =
  `kim lee park choi jung kang cho yoon smith johnson brown taylor wilson davies evans müller schmidt fischer weber
  wagner sato suzuki takahashi tanaka ito martinez garcia clark lewis walker hall young allen wright scott`.split(/\s+/)
const DOMAINS: Record<Country, string[]> = {
  KR: ['naver.com', 'naver.com', 'gmail.com', 'gmail.com', 'hanmail.net', 'kakao.com', 'nate.com'],
  US: ['gmail.com', 'gmail.com', 'gmail.com', 'yahoo.com', 'outlook.com', 'icloud.com', 'hotmail.com'],
  GB: ['gmail.com', 'gmail.com', 'hotmail.co.uk', 'outlook.com', 'btinternet.com', 'icloud.com'],
  DE: ['gmail.com', 'gmx.de', 'web.de', 't-online.de', 'outlook.com'],
  JP: ['gmail.com', 'yahoo.co.jp', 'docomo.ne.jp', 'icloud.com'],
}
const COUNTRIES: Country[] = ['KR', 'KR', 'KR', 'KR', 'US', 'US', 'US', 'GB', 'DE', 'JP']
const KOREAN: [string, string, string, string][] = [
  ['서울 강남구', '테헤란로', 'Gangnam-gu, Seoul', 'Teheran-ro'],
  ['서울 마포구', '양화로', 'Mapo-gu, Seoul', 'Yanghwa-ro'],
  ['부산 해운대구', '센텀중앙로', 'Haeundae-gu, Busan', 'Sentumjungang-ro'],
  ['경기 성남시 분당구', '판교역로', 'Bundang-gu, Seongnam-si', 'Pangyoyeok-ro'],
  ['대구 수성구', '동대구로', 'Suseong-gu, Daegu', 'Dongdaegu-ro'],
  ['서울 종로구', '새문안로', 'Jongno-gu, Seoul', 'Saemunan-ro'],
]
const JAPANESE: [string, string][] = [
  ['東京都渋谷区神南', 'Jinnan, Shibuya-ku, Tokyo'],
  ['大阪府大阪市北区梅田', 'Umeda, Kita-ku, Osaka'],
  ['京都府京都市中京区', 'Nakagyo-ku, Kyoto'],
]
const AMERICAN = [
  ['North Main Street', 'N Main St', 'n. main st.'],
  ['Oak Avenue', 'Oak Ave', 'OAK AVE.'],
  ['Saint James Boulevard', 'St James Blvd', 'St. James Blvd'],
  ['Fifth Avenue', '5th Ave', '5th Avenue'],
  ['Willow Creek Drive', 'Willow Creek Dr', 'Willow Creek Dr.'],
  ['Mount Vernon Road', 'Mt Vernon Rd', 'Mt. Vernon Road'],
]
const BRITISH = [
  ['High Street', 'High St', 'HIGH ST.'],
  ['Victoria Road', 'Victoria Rd', 'victoria road'],
  ['Church Lane', 'Church Ln', 'Church Ln.'],
]
const GERMAN = [
  ['Hauptstraße', 'Hauptstr.', 'Hauptstrasse'],
  ['Goethestraße', 'Goethestr.', 'Goethestrasse'],
  ['Müllerstraße', 'Muellerstr.', 'Müllerstr.'],
]
const AMERICAN_AREAS = [212, 310, 415, 617, 312, 206, 503, 404, 713, 646]

/** Every name, number and door comes from one seeded generator; no two identities have one mailbox or number by accident. */
export class Town {
  private readonly random: Chance
  private readonly taken = new Set<string>()
  constructor(random: Chance) {
    this.random = random
  }

  country(): Country {
    return oneOf(this.random, COUNTRIES)
  }

  door(country: Country): Door {
    const { random } = this
    const digits = { KR: 5, US: 5, GB: 2, DE: 5, JP: 7 }[country]
    const number = String(wholeBetween(random, 10 ** (digits - 1), 10 ** digits - 1))
    const zip =
      country === 'GB'
        ? `${oneOf(random, ['SW', 'LS', 'M', 'EH', 'CF', 'BS'])}${wholeBetween(random, 1, 29)} ${wholeBetween(random, 1, 9)}${oneOf(random, ['AB', 'QT', 'HN', 'PL', 'XY'])}`
        : country === 'JP'
          ? `${number.slice(0, 3)}-${number.slice(3)}`
          : number
    return {
      street: wholeBetween(random, 0, 5),
      number: wholeBetween(random, 1, 240),
      second: wholeBetween(random, 1, 30),
      unit: wholeBetween(random, 1, 20) * 100 + wholeBetween(random, 1, 9),
      zip,
      country,
    }
  }

  /** Somebody new, at a door of their own unless one is given. */
  identity(at: Partial<Pick<Identity, 'door' | 'last'>> = {}): Identity {
    const { random } = this
    const door = at.door ?? this.door(this.country())
    for (;;) {
      const first = oneOf(random, FIRST)
      const last = at.last ?? oneOf(random, LAST)
      const plainLast = last.replace('ü', 'ue')
      const style = wholeBetween(random, 0, 4)
      const digits = random() < 0.55 ? String(wholeBetween(random, 1, 9999)) : ''
      const name = [
        `${first}.${plainLast}`,
        `${first}${plainLast}`,
        `${first[0]}${plainLast}`,
        `${plainLast}.${first}`,
        first,
      ][style]!
      const domain = oneOf(random, DOMAINS[door.country])
      const mailbox = `${name.replaceAll('.', '')}${digits}`
      if (mailbox.length < 4 || this.taken.has(mailbox)) continue
      this.taken.add(mailbox)
      return { first, last, name: `${name}${digits}`, domain, digits, door }
    }
  }

  /** Digits of a new mobile number, as they are written at home. */
  mobile(country: Country): string {
    const { random } = this
    const some = (count: number) => Array.from({ length: count }, () => wholeBetween(random, 0, 9)).join('')
    for (;;) {
      const digits = {
        KR: `010${wholeBetween(random, 2, 9)}${some(7)}`,
        US: `${oneOf(random, AMERICAN_AREAS)}${wholeBetween(random, 2, 9)}${some(6)}`,
        GB: `07${oneOf(random, ['4', '5', '7', '8'])}${some(8)}`,
        DE: `01${oneOf(random, ['51', '60', '70', '75'])}${some(7)}${wholeBetween(random, 1, 9)}`,
        JP: `${oneOf(random, ['080', '090'])}${wholeBetween(random, 1, 9)}${some(7)}`,
      }[country]
      if (this.taken.has(digits)) continue
      this.taken.add(digits)
      return digits
    }
  }

  /** A number that rings at a desk. In America it looks like any other. */
  landline(country: Country): string {
    if (country === 'US') return this.mobile('US')
    const some = (count: number) => Array.from({ length: count }, () => wholeBetween(this.random, 0, 9)).join('')
    return {
      KR: `02${wholeBetween(this.random, 2, 8)}${some(6)}`,
      GB: `020${wholeBetween(this.random, 7, 8)}${some(7)}`,
      DE: `030${wholeBetween(this.random, 2, 9)}${some(7)}`,
      JP: `03${wholeBetween(this.random, 3, 6)}${some(7)}`,
    }[country]
  }
}

const CALLING: Record<Country, string> = { KR: '82', US: '1', GB: '44', DE: '49', JP: '81' }

/** One number, written in one of the ways in which people write it. */
export function phoneWritten(digits: string, country: Country, random: Chance): string {
  const parts = [digits.slice(0, 3), digits.slice(3, -4), digits.slice(-4)]
  const abroad = `+${CALLING[country]} ${digits.replace(/^0/, '').replace(/(\d{4})$/, ' $1')}`
  const style = wholeBetween(random, 0, 6)
  if (style === 0) return digits
  if (style === 1) return parts.join('-')
  if (style === 2) return parts.join(' ')
  if (style === 3) return abroad
  if (style === 4) return abroad.replaceAll(' ', '')
  if (style === 5) return `(${parts[0]}) ${parts[1]}.${parts[2]}`
  return wide(parts.join('-'))
}

function wide(text: string): string {
  return text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0))
}

/** One door, written in one of the ways in which people write it. */
export function addressWritten(door: Door, random: Chance): string {
  const { street, number, second, unit } = door
  const way = wholeBetween(random, 0, 2)
  if (door.country === 'KR') {
    const [area, road, latinArea, latinRoad] = KOREAN[street % KOREAN.length]!
    const [block, flat] = [100 + (number % 9), unit]
    return [
      `${area} ${road} ${second}길 ${number}, ${block}동 ${flat}호`,
      `${area} ${road}${second}길 ${number} ${block}-${flat}`,
      `${block}-${flat}, ${number}, ${latinRoad} ${second}-gil, ${latinArea}`,
    ][way]!
  }
  if (door.country === 'JP') {
    const [area, latinArea] = JAPANESE[street % JAPANESE.length]!
    const [block, house] = [(number % 8) + 1, second]
    return [
      `${area}${block}丁目${house}-${number} ${unit}号室`,
      `${area}${block}-${house}-${number}-${unit}`,
      `${block}-${house}-${number} ${latinArea}, Room ${unit}`,
    ][way]!
  }
  if (door.country === 'DE') {
    const named = GERMAN[street % GERMAN.length]!
    return [
      `${named[0]} ${number}, Wohnung ${second}`,
      `${named[1]} ${number} Whg. ${second}`,
      `${named[2]} ${number}, ${second}`,
    ][way]!
  }
  const named = (door.country === 'US' ? AMERICAN : BRITISH)[street % (door.country === 'US' ? 6 : 3)]!
  if (door.country === 'US')
    return [
      `${number} ${named[0]}, Apartment ${second}B`,
      `${number} ${named[1]} #${second}B`,
      `${number} ${named[2]}, Apt. ${second}b`,
    ][way]!
  return [
    `Flat ${second}, ${number} ${named[0]}`,
    `Flat ${second} ${number} ${named[1]}`,
    `${number} ${named[2]}, flat ${second}`,
  ][way]!
}

/** What an account of somebody says. */
export function detailsOf(who: Identity, email: string, digits: string | null, random: Chance): Details {
  const { country, zip } = who.door
  return {
    email,
    phone: digits === null ? '' : phoneWritten(digits, country, random),
    address: addressWritten(who.door, random),
    zip,
    country,
  }
}

export function emailOf(who: Pick<Identity, 'name' | 'domain'>): string {
  return `${who.name}@${who.domain}`
}

const OTHER_DOMAINS: Record<string, string> = {
  'gmail.com': 'googlemail.com',
  'hanmail.net': 'daum.net',
  'icloud.com': 'me.com',
}

/** The same mailbox, written so that a shop takes it for another one. */
export function aliasOf(who: Identity, random: Chance): string {
  let { name, domain } = who
  const tricks = wholeBetween(random, 1, 2)
  for (let trick = 0; trick < tricks; trick += 1) {
    const kind = wholeBetween(random, 0, 4)
    if (kind === 0)
      name = `${name.split('+')[0]}+${oneOf(random, ['a', 'shop', 'welcome', '2', 'promo'])}${wholeBetween(random, 1, 99)}`
    else if (kind === 1 && domain.startsWith('g') && domain.includes('mail.com')) name = dotted(name, random)
    else if (kind === 2 && OTHER_DOMAINS[domain]) domain = OTHER_DOMAINS[domain]!
    else if (kind === 3) name = wide(name)
    else name = name[0]!.toUpperCase() + name.slice(1)
  }
  const written = `${name}@${domain}`
  // A trick that changed nothing the shop would see is none.
  return written.toLowerCase() === emailOf(who).toLowerCase()
    ? `${who.name}+${wholeBetween(random, 1, 999)}@${who.domain}`
    : written
}

function dotted(name: string, random: Chance): string {
  const plain = name.replaceAll('.', '').split('+')[0]!
  const at = wholeBetween(random, 1, plain.length - 1)
  return `${plain.slice(0, at)}.${plain.slice(at)}`
}

/** Another mailbox that has nothing of the first. */
export function otherEmail(town: Town, who: Identity): string {
  return emailOf({ ...town.identity({ door: who.door }), domain: who.domain })
}

/** A company with a switchboard: mailboxes of the company, or private ones. */
export function colleague(town: Town, random: Chance, door: Door, company: string): { who: Identity; email: string } {
  const who = town.identity({ door })
  return { who, email: random() < 0.6 ? `${who.name}@${company}` : emailOf(who) }
}
