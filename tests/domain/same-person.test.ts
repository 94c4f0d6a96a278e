import { describe, expect, test } from 'vitest'
import { addressKey } from '#app/domain/address-key.ts'
import { joinPersons } from '#app/domain/joined-persons.ts'
import { accountKeysOf, mailboxOf, suggestedLinks, type Account } from '#app/domain/same-person.ts'
import { phoneNumberOf } from '#app/outside/phone-number.server.ts'

const WHERE = { address: '12 North Main Street, Apartment 4B', zip: '94107', country: 'US' }
const nobody: Omit<Account, 'profile'> = { email: '', phone: '', address: '', zip: '', country: '' }
const linksOf = (...accounts: Partial<Account>[]) =>
  suggestedLinks(
    accounts.map((account, index) =>
      accountKeysOf(
        { ...nobody, profile: `c${index}`, ...account },
        phoneNumberOf,
        (kind, normal) => `#${kind} ${normal}`,
      ),
    ),
  )

describe('a mailbox', () => {
  test.each([
    ['what follows a + is off', 'jane.doe+shop@naver.com', 'jane.doe@naver.com'],
    ['Gmail reads no dots', 'j.a.n.e@gmail.com', 'jane@gmail.com'],
    ['others do', 'j.ane@naver.com', 'j.ane@naver.com'],
    ['googlemail is Gmail, full-width letters are letters', 'Ｊane.Doe+promo@GoogleMail.com', 'janedoe@gmail.com'],
    ['daum is hanmail', 'jiwoo@daum.net', 'jiwoo@hanmail.net'],
    ['invisible characters are none', 'ja\u200Bne@web.de', 'jane@web.de'],
    ['an ideographic full stop is a dot', 'jane@web。de', 'jane@web.de'],
    ['no mailbox without a name', '+x@gmail.com', null],
    ['nor without a domain', 'jane@', null],
    ['nor in an empty text', '', null],
  ])('%s', (_name, written, expected) => {
    expect(mailboxOf(written)).toBe(expected)
  })
})

describe('a phone number', () => {
  test.each([
    ['010-1234-5678', 'KR', { e164: '+821012345678', kind: 'mobile' }],
    ['+82 (0)10 1234 5678', 'US', { e164: '+821012345678', kind: 'mobile' }],
    ['00 82 10-1234-5678', 'KR', { e164: '+821012345678', kind: 'mobile' }],
    ['０１０－１２３４－５６７８', 'kr', { e164: '+821012345678', kind: 'mobile' }],
    ['02-555-1234', 'KR', { e164: '+8225551234', kind: 'fixed' }],
    ['(212) 555-0123', 'US', { e164: '+12125550123', kind: 'either' }],
    ['212 555 0123 ext. 4', 'US', { e164: '+12125550123', kind: 'fixed' }],
    ['123', 'KR', null],
    ['010-1234-5678', null, null],
    ['010-1234-5678', 'not a country', null],
  ])('%s in %s', (text, country, expected) => {
    expect(phoneNumberOf(text, country)).toEqual(expected)
  })
})

describe('an address', () => {
  test.each([
    ['shortened', '12 n. main st #4b', '94107-1234', 'US', '12 North Main Street, Apartment 4B', '94107'],
    ['a number in words', 'Fifth Avenue 3', '10001', 'US', '3 5th Ave.', '10001'],
    ['German', 'Müllerstraße 5, Wohnung 2', '10115', 'DE', 'Muellerstr. 5 Whg 2', '10115'],
    [
      'Korean and Latin',
      '서울 강남구 테헤란로 12길 34, 101동 502호',
      '06234',
      'KR',
      '101-502, 34, Teheran-ro 12-gil, Gangnam-gu, Seoul 06234',
      '06234',
    ],
    ['Japanese and Latin', '東京都渋谷区神南一丁目2-3', '150-0041', 'JP', '1-2-3 Jinnan, Shibuya-ku', '1500041'],
  ])('%s is the same door', (_name, one, zip, country, other, otherZip) => {
    expect(addressKey(one, zip, country)).not.toBeNull()
    expect(addressKey(one, zip, country)).toBe(addressKey(other, otherZip, country))
  })
  test('known value, and other doors', () => {
    const key = 'US|94107|4b 12|main'
    expect(addressKey(WHERE.address, WHERE.zip, 'US')).toBe(key)
    expect(addressKey('12 Main St Apt 5B', '94107', 'US')).not.toBe(key)
    expect(addressKey('12 Oak St Apt 4B', '94107', 'US')).not.toBe(key)
    expect(addressKey('12 Main St Apt 4B', '94108', 'US')).not.toBe(key)
    expect(addressKey('Main Street', '94107', 'US')).toBeNull()
    expect(addressKey('12 Main Street', '', 'US')).toBeNull()
  })
})

describe('accounts of one person', () => {
  test('one mailbox in two spellings, one mobile in two, one name at one door', () => {
    expect(linksOf({ email: 'jane.doe@gmail.com' }, { email: 'JaneDoe+2@googlemail.com' })).toEqual([
      { profiles: ['c0', 'c1'], because: 'email' },
    ])
    expect(
      linksOf(
        { email: 'a@naver.com', phone: '010 1234 5678', country: 'KR' },
        { email: 'b@web.de', phone: '+82-10-1234-5678', country: 'DE' },
      ),
    ).toEqual([{ profiles: ['c0', 'c1'], because: 'phone' }])
    expect(
      linksOf(
        { email: 'jane.doe@gmail.com', ...WHERE },
        { email: 'jane_doe@outlook.com', ...WHERE, address: '12 Main St #4B' },
      ),
    ).toEqual([{ profiles: ['c0', 'c1'], because: 'name-at-address' }])
  })

  test.each<[string, Partial<Account>[]]>([
    [
      'a household: one address and surname',
      [
        { email: 'emma.kim@gmail.com', ...WHERE },
        { email: 'liam.kim@gmail.com', ...WHERE },
      ],
    ],
    [
      'a landline that a household shares',
      ['a', 'b'].map((name) => ({ email: `${name}@naver.com`, phone: '02-555-1234', country: 'KR' })),
    ],
    [
      'a number that seven mailboxes share',
      [...'abcdefg'].map((name) => ({ email: `${name}@naver.com`, phone: '010-1234-5678', country: 'KR' })),
    ],
    [
      'two colleagues on what may be a switchboard',
      ['a', 'b'].map((name) => ({ email: `${name}@acme-12.com`, phone: '(212) 555-0123', country: 'US' })),
    ],
    [
      'a mailbox of the shop with seven numbers',
      [...'1234567'].map((digit) => ({
        email: `shop+${digit}@acme.com`,
        phone: `010-1234-567${digit}`,
        country: 'KR',
      })),
    ],
    [
      'an office’s name at its door',
      ['gmail.com', 'naver.com'].map((domain) => ({ email: `info@${domain}`, ...WHERE })),
    ],
    ['accounts that say nothing', [{}, {}]],
  ])('are not: %s', (_name, accounts) => {
    expect(linksOf(...accounts)).toEqual([])
  })

  test('spellings of one mailbox are one person however many they are', () => {
    const aliases = Array.from({ length: 12 }, (_, i) => ({
      email: `a+${i}@naver.com`,
      phone: '010-1234-5678',
      country: 'KR',
    }))
    const { personOf: persons } = joinPersons(
      linksOf(...aliases, { email: 'b@naver.com', phone: '01012345678', country: 'KR' }),
    )
    expect(new Set(persons.values()).size).toBe(1)
    expect(persons.size).toBe(13)
  })

  test('a group is asked of its oldest account; of the next one where that one is somebody else', () => {
    const alike = { phone: '010-1234-5678', country: 'KR' }
    const keys = ['a', 'b', 'c'].map((profile) =>
      accountKeysOf({ ...nobody, profile, ...alike }, phoneNumberOf, (kind, normal) => `#${kind} ${normal}`),
    )
    const askedWith = (...apart: string[]) =>
      suggestedLinks(keys, new Set(), (one, other) => apart.includes(one + other) || apart.includes(other + one)).map(
        ({ profiles }) => profiles.join(''),
      )
    expect(askedWith()).toEqual(['ab', 'ac'])
    expect(askedWith('ab')).toEqual(['ac'])
    expect(askedWith('ab', 'ac')).toEqual(['bc'])
    expect(askedWith('ab', 'ac', 'bc')).toEqual([])
  })

  test('only hashes are kept', () => {
    const account = { profile: 'c1', email: 'jane.doe@acme.com', phone: '010-1234-5678', ...WHERE, country: 'KR' }
    const kept = Object.values(accountKeysOf(account, phoneNumberOf, () => 'hash'))
    expect(kept.sort()).toEqual(['c1', 'hash', 'hash', 'hash', 'hash', 'hash', 'mobile'])
  })
})
