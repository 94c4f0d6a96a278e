/** Countries whose addresses are written in two scripts and in opposite orders: there the numbers and the postcode speak. */
const TWO_SCRIPTS = new Set(['KR', 'JP', 'CN', 'TW', 'HK'])

/** Words that one person writes, another shortens or leaves out. What stays of a street is its first other word. */
const LEFT_OUT = new Set(
  `street st avenue ave av road rd drive dr lane ln boulevard blvd court ct place pl square sq terrace ter crescent cres
   close cl highway hwy parkway pkwy circle cir way gardens gdns grove
   north n south s east e west w northeast ne northwest nw southeast se southwest sw
   saint mount mt fort ft the of
   apartment apt unit suite ste flat floor fl room rm no nr number num building bldg block blk house lot
   strasse str platz weg allee wohnung whg etage stock og hinterhaus hh
   rue r de la le les du des avenida calle via c piso`.split(/\s+/),
)
const ORDINALS: Record<string, string> = Object.fromEntries(
  'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ').map((word, i) => [word, String(i + 1)]),
)
const KANJI_DIGITS = '一二三四五六七八九'

/**
 * Where somebody lives, so that the same door written in two ways is one text: "12 North Main Street, Apartment 4B" and
 * "12 n. main st #4b", "테헤란로 12길 34, 101동 502호" and "34, Teheran-ro 12-gil, 101-502". It holds the country, the postcode,
 * all numbers in order of size and, where one script is used, the beginning of the street's name. Null without a postcode
 * or without a number: then it would be a district, not a door.
 *
 * Two doors may share a key (another street of the postcode with the same numbers, where two scripts are written): it is
 * never a match by itself.
 * Known value: ("12 North Main Street, Apartment 4B", "94107", "US") → "US|94107|12 4b|main".
 */
export function addressKey(address: string, zip: string, country: string): string | null {
  const land = country.normalize('NFKC').trim().toUpperCase()
  const code = postcodeOf(zip, land)
  const text = plain(address).replaceAll(code.toLowerCase(), ' ')
  const isTwoScripts = TWO_SCRIPTS.has(land)
  const words = text
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => ORDINALS[word] ?? word)
  const numbers = isTwoScripts
    ? [...text.matchAll(/\d+/g)].map(([digits]) => withoutZeros(digits))
    : words.flatMap((word) => [...word.matchAll(/\d+[a-z]?(?!\p{L})|\d+/gu)].map(([number]) => withoutZeros(number)))
  if (code === '' || numbers.length === 0) return null
  const inOrder = numbers.sort((a, b) => parseInt(a) - parseInt(b) || (a < b ? -1 : 1)).join(' ')
  return [land, code, inOrder, isTwoScripts ? '' : streetOf(words)].join('|')
}

function postcodeOf(zip: string, country: string): string {
  const code = zip
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
  // The four digits behind a US postcode are the postman's, and few people write them.
  return country === 'US' ? code.slice(0, 5) : code
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/([一二三四五六七八九])丁目/g, (_, digit: string) => `${KANJI_DIGITS.indexOf(digit) + 1}丁目`)
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .normalize('NFC')
}

function withoutZeros(number: string): string {
  return number.replace(/^0+(?=\d)/, '')
}

function streetOf(words: readonly string[]): string {
  const word = words.find((each) => /^\p{L}{2,}$/u.test(each) && !LEFT_OUT.has(each)) ?? ''
  return word
    .replace(/(strasse|str)$/, '')
    .replace(/([aou])e/g, '$1')
    .slice(0, 4)
}
