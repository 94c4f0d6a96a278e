import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { visitorOf } from '#app/outside/proxy-signature.server.ts'
import { proxyParameters, proxyQuery, proxyText, SECRET } from '#tests/support/signed.ts'

const SHOP = 'one.myshopify.com'
const AT = Date.UTC(2026, 10, 22, 12)
const OTHER_SECRET = 'another-secret-of-the-tests'

const of = (query: string, at = AT) => visitorOf(query, [SECRET], at)
const given = (changes: Record<string, string> = {}) => ({ ...proxyParameters(SHOP, '7', AT), ...changes })
const signed = (changes: Record<string, string> = {}) => proxyQuery(given(changes))

describe('a request that Shopify has handed on', () => {
  test('says whose shop it is about, who is signed in, and our own parameters, and cannot be changed', () => {
    const visitor = of(signed({ reward: '12' }))
    expect(visitor).toEqual({ domain: SHOP, customerId: '7', fields: { reward: '12' } })
    expect(Object.isFrozen(visitor) && Object.isFrozen((visitor as { fields: object }).fields)).toBe(true)
  })

  test('is of nobody where the customer id is blank', () => {
    expect(of(signed({ logged_in_customer_id: '' }))).toEqual({ domain: SHOP, customerId: null, fields: {} })
  })

  test('counts whatever the order of its parameters, and with a slash spelled in either way', () => {
    const query = signed({ reward: '12' })
    expect(of(query.split('&').reverse().join('&'))).toEqual(of(query))
    expect(query).toContain('%2F')
    expect(of(query.replaceAll('%2F', '/'))).toEqual(of(query))
  })

  test('counts with the old secret and the new one while both are given', () => {
    const old = proxyQuery(given(), OTHER_SECRET)
    expect(of(old)).toBe(401)
    for (const secrets of [
      [SECRET, OTHER_SECRET],
      [OTHER_SECRET, SECRET],
    ])
      for (const query of [old, signed()]) expect(visitorOf(query, secrets, AT)).toEqual(of(signed()))
  })
})

describe('refused is', () => {
  const right = new URLSearchParams(signed()).get('signature')!
  const withSignature = (signature: string) => new URLSearchParams({ ...given(), signature }).toString()

  test.each([
    ['none at all', new URLSearchParams(given()).toString()],
    ['one under the name hmac', new URLSearchParams({ ...given(), hmac: right }).toString()],
    ['an empty one', withSignature('')],
    ['one in capitals', withSignature(right.toUpperCase())],
    ['one in base64', withSignature(Buffer.from(right, 'hex').toString('base64url'))],
    ['a short one', withSignature(right.slice(0, 62))],
    ['one with a blank behind', withSignature(`${right} `)],
    ['one by another secret', proxyQuery(given(), OTHER_SECRET)],
    ['one over another customer', signed().replace('logged_in_customer_id=7', 'logged_in_customer_id=8')],
    ['one over another shop', signed().replace('one.', 'two.')],
    ['an empty query', ''],
  ])('a wrong signature: %s', (_, query) => {
    expect([400, 401]).toContain(of(query))
    if (!/%20|\+/.test(query)) expect(of(query)).toBe(401)
  })

  test.each([
    ['without a shop', { shop: undefined }],
    ['without a path prefix', { path_prefix: undefined }],
    ['without a timestamp', { timestamp: undefined }],
    ['without a customer id', { logged_in_customer_id: undefined }],
    ['with a shop that is none', { shop: 'evil.example' }],
    ['with a shop in capitals', { shop: 'One.myshopify.com' }],
    ['with a line break after the shop', { shop: `${SHOP}\n` }],
    ['with a customer id in words', { logged_in_customer_id: 'gid://shopify/Customer/7' }],
    ['with a zero before the customer id', { logged_in_customer_id: '07' }],
    ['with a customer id of 21 digits', { logged_in_customer_id: '1'.repeat(21) }],
    ['with a negative customer id', { logged_in_customer_id: '-7' }],
    ['with another prefix', { path_prefix: '/admin/morello' }],
    ['with an equals sign in a value', { path_prefix: '/apps/x=1' }],
    ['with a timestamp that is no number', { timestamp: 'NaN' }],
    ['with a negative timestamp', { timestamp: '-1' }],
    ['with an endless timestamp', { timestamp: '1e20' }],
    ['with half a second', { timestamp: '1795348800.5' }],
    ['with a reward in words', { reward: 'welcome' }],
    ['with a parameter nobody knows', { utm_source: 'x' }],
    ['with a kilobyte of zeros in it', { path_prefix: `/apps/${'0'.repeat(1024)}` }],
    ['with a parameter of the prototype', { constructor: 'x' }],
  ])('a request, well signed, %s', (_, changes) => {
    const pairs = Object.entries({ ...given(), ...changes }).filter((pair): pair is [string, string] => !!pair[1])
    expect(of(proxyQuery(pairs))).toBe(400)
  })

  const names = ['shop', 'logged_in_customer_id', 'timestamp', 'path_prefix', 'reward', 'signature']
  const spellings: [string, (name: string) => string][] = [
    ['as it is', (name) => name],
    ['with an encoded letter', (name) => `${name.slice(0, -1)}%${name.at(-1)!.charCodeAt(0).toString(16)}`],
    ['as a list', (name) => `${name}[]`],
    ['as an encoded list', (name) => `${name}%5B%5D`],
    ['in capitals', (name) => name.toUpperCase()],
    ['with a blank before', (name) => `+${name}`],
  ]
  const doubled = names.flatMap((name) => spellings.map(([how, spell]) => [name, how, spell] as const))
  test.each(doubled)('a second %s, %s, whichever way Shopify would sign it', (name, _, spell) => {
    const all: Record<string, string> = { ...given({ reward: '1' }), signature: '0'.repeat(64) }
    const second = name === 'shop' ? 'two.myshopify.com' : name === 'path_prefix' ? '/apps/other' : '8'
    const others = Object.entries(all).filter(([one]) => one !== 'signature')
    const decoded = decodeURIComponent(spell(name).replace('+', ' '))
    // Joined by a comma, the last alone, the first alone; each put before and behind.
    const readings: [string, string][][] = [
      [...others, [decoded, second]],
      others.filter(([one]) => one !== decoded).concat([[decoded, second]]),
      others,
    ]
    for (const reading of readings) {
      const plain = new URLSearchParams(others).toString()
      const signature = new URLSearchParams(proxyQuery(reading.filter(([one]) => one !== 'signature'))).get(
        'signature',
      )!
      for (const separator of ['&', ';'])
        for (const query of [
          `${spell(name)}=${second}${separator}${plain}&signature=${signature}`,
          `${plain}${separator}${spell(name)}=${second}&signature=${signature}`,
          `${plain}&signature=${signature}${separator}${spell(name)}=${second}`,
        ])
          expect(of(query)).toBe(400)
    }
  })

  test('a moment further away than 90 seconds, to the millisecond, on both sides', () => {
    const second = Math.floor(AT / 1000)
    const answers = [-91, -90, -89, 0, 89, 90, 91].map((away) => of(signed({ timestamp: String(second + away) })))
    const isRead = answers.map((answer) => typeof answer === 'object')
    expect(isRead).toEqual([false, true, true, true, true, true, false])
    expect([of(signed(), AT + 90_000), of(signed(), AT - 90_000)].every((one) => typeof one === 'object')).toBe(true)
    expect([of(signed(), AT + 90_001), of(signed(), AT - 90_001)]).toEqual([401, 401])
  })
})

/** What a query says, whatever the order of its parameters and the spelling of the slash. */
const meaning = (query: string) => query.replaceAll('%2F', '/').split('&').sort().join('&')

type Change = { kind: 'put' | 'replace' | 'drop' | 'double' | 'capital' | 'swap'; where: number; what: string }

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('put', 'replace', 'drop', 'double', 'capital', 'swap'),
    where: share,
    what: fc.constantFrom(...'abcxyzABZ0123456789=&%;+,./_-[]{}"<> \n\0é\u2028'),
  }),
  { minLength: 1, maxLength: 3 },
)

function changed(query: string, all: Change[]): string {
  return all.reduce((text, { kind, where, what }) => {
    const at = Math.floor(where * text.length)
    const pairs = text.split('&')
    const pair = pairs[Math.floor(where * pairs.length)]!
    if (kind === 'put') return text.slice(0, at) + what + text.slice(at)
    if (kind === 'replace') return text.slice(0, at) + what + text.slice(at + 1)
    if (kind === 'drop') return text.slice(0, at) + text.slice(at + 1)
    if (kind === 'double') return `${text}&${pair}`
    if (kind === 'capital') return text.slice(0, at) + text.charAt(at).toUpperCase() + text.slice(at + 1)
    return text.replace(pair, pair.split('=').reverse().join('='))
  }, query)
}

/** The same signed text cut into other parameters: between two equals signs there may be a cut, anywhere. */
function recut(text: string, cuts: number[]): [string, string][] {
  const tokens = text.split('=')
  const parts: string[] = [tokens[0]!]
  tokens.slice(1).forEach((token, n) => {
    const cut = cuts[n % cuts.length]!
    const isLast = n === tokens.length - 2
    // One time in four there is no cut at all, so that an equals sign falls into a value.
    if (isLast || cut < 0.25) return void (parts[parts.length - 1] += `=${token}`)
    const at = Math.round(((cut - 0.25) / 0.75) * token.length)
    parts[parts.length - 1] += `=${token.slice(0, at)}`
    parts.push(token.slice(at))
  })
  return parts.map((part) => [part.split('=', 1)[0]!, part.slice(part.indexOf('=') + 1)])
}

describe('none is accepted', () => {
  test('of 10,000 signed queries that were changed', () => {
    let tried = 0
    fc.assert(
      fc.property(changes, fc.boolean(), (all, isSignedIn) => {
        const query = signed({ reward: '12', logged_in_customer_id: isSignedIn ? '71' : '' })
        const other = changed(query, all)
        if (meaning(other) === meaning(query)) return
        tried += 1
        expect(typeof of(other)).toBe('number')
      }),
      { numRuns: 11_000, seed: 7 },
    )
    expect(tried).toBeGreaterThan(10_000)
  })

  test('of 100,000 other readings of what was signed, though the signature covers them', () => {
    const name = fc.constantFrom('reward', 'a', 'qreward', 'shopx', 'lreward', 'xtimestamp', 'pathreward', 'zshop')
    const value = fc.constantFrom(
      '1',
      '',
      'x',
      'shop=two.myshopify.com',
      'logged_in_customer_id=8',
      'reward=9',
      '1reward=2',
    )
    let tried = 0
    let covered = 0
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, value), { maxLength: 2 }),
        fc.boolean(),
        fc.array(share, { minLength: 8, maxLength: 8 }),
        (own, isSignedIn, cuts) => {
          // What the shopper wrote is signed along with Shopify's own.
          const sent = Object.entries({
            ...Object.fromEntries(own),
            ...given(isSignedIn ? {} : { logged_in_customer_id: '' }),
          })
          const text = proxyText(sent)
          const query = proxyQuery(sent)
          const signature = new URLSearchParams(query).get('signature')!
          const other = new URLSearchParams([...recut(text, cuts), ['signature', signature]]).toString()
          if (meaning(other) === meaning(query)) return
          tried += 1
          if (proxyText(recut(text, cuts)) === text) covered += 1
          expect([query, other].filter((one) => typeof of(one) === 'object').length).toBeLessThan(2)
        },
      ),
      { numRuns: 104_000, seed: 7 },
    )
    expect(tried).toBeGreaterThan(100_000)
    expect(covered).toBeGreaterThan(10_000)
  })
})
