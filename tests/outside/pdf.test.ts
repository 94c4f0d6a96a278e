import { extractText, getDocumentProxy } from 'unpdf'
import { describe, expect, test } from 'vitest'
import { CARD_FIELDS, CARD_LIMITS, type CardPage, type CardWords } from '#app/domain/segment-card.ts'
import { drawSheet } from '#app/outside/pdf.server.ts'
import { cardSheetIn } from '#app/ui/card-text.ts'
import { CARD } from '../ui/sample-card.ts'

/** The text of each page, without the places at which lines end. */
async function pagesOf(page: CardPage, locale: 'en' | 'ko'): Promise<string[]> {
  const pdf = await drawSheet(cardSheetIn(page, locale, false))
  // Two whole faces are 4 MB: only the letters that are used are in it.
  expect(pdf.length).toBeLessThan(200_000)
  const { text } = await extractText(await getDocumentProxy(pdf), { mergePages: false })
  return text.map((each) => each.replace(/\s+/g, ''))
}

describe('a card as a PDF', () => {
  test.each([
    [
      'en',
      [
        'Mina, 32, marketer',
        'Median gap between orders',
        '55 days',
        'Cica toner (38%)',
        'Toners (44%), Sun care (30%)',
        'South Korea (92%), Japan (4%)',
        'median gap 41 → 55 days',
        '₩31,000',
      ],
    ],
    [
      'ko',
      [
        'Mina, 32, marketer',
        '주문 간격 중앙값',
        '55일',
        'Cica toner (38%)',
        'Toners (44%), Sun care (30%)',
        '대한민국 (92%), 일본 (4%)',
        '주문 간격 중앙값 41 → 55일',
        '31,000원',
        '이탈 위험',
      ],
    ],
  ] as const)('says in %s what the page says, on one page', async (locale, said) => {
    const pages = await pagesOf(CARD, locale)
    expect(pages).toHaveLength(1)
    for (const text of [...said, CARD.words.story, CARD.words.channel])
      expect(pages[0]).toContain(text.replace(/\s+/g, ''))
  })

  test.each(['en', 'ko'] as const)(
    'of the longest texts in %s is still one page, with the last word on it',
    async (locale) => {
      const words = Object.fromEntries(
        CARD_FIELDS.map((field) => [field, `${'가나 '.repeat(CARD_LIMITS[field]).slice(0, CARD_LIMITS[field] - 1)}끝`]),
      ) as CardWords
      const pages = await pagesOf({ ...CARD, words }, locale)
      expect(pages).toHaveLength(1)
      expect(pages[0]!.match(/끝/g)).toHaveLength(CARD_FIELDS.length)
      expect(pages[0]).toContain('Morello')
    },
  )

  test('of texts that are nothing but line ends is one page too', async () => {
    const story = `a${'\n'.repeat(CARD_LIMITS.story - 2)}z`
    const goals = `a${'\n'.repeat(CARD_LIMITS.goals - 2)}z`
    expect(await pagesOf({ ...CARD, words: { ...CARD.words, story, goals } }, 'en')).toHaveLength(1)
  })

  test.each([
    ['accents', 'Crème apaisante Zoé', 'Crème apaisante Zoé'],
    ['accents within Korean', 'Zoé 크림', 'Zoé 크림'],
    ['kana and hanja', '化粧水トナー 500ml', '化粧水トナー 500ml'],
    ['hanja within a Korean word', '大韓민국', '大韓민국'],
    ['decomposed accents', 'Zoe\u0301', 'Zoé'],
    ['Greek and Cyrillic', 'Ω крем', 'Ω крем'],
  ])('writes %s as they are', async (_of, name, said) => {
    const [page] = await pagesOf({ ...CARD, words: { ...CARD.words, name, story: `${name} `.repeat(40) } }, 'ko')
    expect(page!.split(said.replace(/\s+/g, '')).length).toBeGreaterThan(40)
    expect(page).not.toMatch(/[?□]/)
  })

  test('leaves emoji out, and says of a letter that it cannot write that there is one', async () => {
    const [page] = await pagesOf({ ...CARD, words: { ...CARD.words, name: 'Zoé 👩🏽‍🔬❤️ คน' } }, 'en')
    expect(page).toContain('Zoé??')
    expect(page).not.toContain('□')
  })

  test('of the longest texts in two faces is still one page', async () => {
    const words = Object.fromEntries(
      CARD_FIELDS.map((field) => [field, `${'é가漢 '.repeat(CARD_LIMITS[field]).slice(0, CARD_LIMITS[field] - 1)}끝`]),
    ) as CardWords
    const pages = await pagesOf({ ...CARD, words }, 'ko')
    expect(pages).toHaveLength(1)
    expect(pages[0]!.match(/끝/g)).toHaveLength(CARD_FIELDS.length)
    expect(pages[0]).toContain('Morello')
  })
})
