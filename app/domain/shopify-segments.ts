import type { SegmentKey } from './pages.ts'
import { ownTag, tagOfSegment } from './publication.ts'
import type { SettingsData } from './settings.ts'

type SegmentSettings = Pick<SettingsData, 'language' | 'tagPrefix' | 'tagTexts' | 'cherryPublicName'>

/** Longest name of a customer segment in Shopify. */
const NAME_MAX_CHARACTERS = 255

/** What a customer segment of Shopify stands for: a segment of ours, or one of the merchant's own by its id. */
export type ShopifySegmentKey = SegmentKey | `own:${number}`

/** Every segment of ours, in the order in which the pages name them. */
export const SEGMENT_KEYS: readonly SegmentKey[] = [
  'new',
  'repeat',
  'loyal',
  'at-risk',
  'cherry-picker',
  'one-and-done',
  'lapsed',
  'prospect',
]

const NAMES: Record<'en' | 'ko', Record<SegmentKey | 'discount-seeking', string>> = {
  en: {
    prospect: 'Not bought yet',
    new: 'New',
    'one-and-done': 'Bought once, not again',
    repeat: 'Repeat (with loyal)',
    loyal: 'Loyal',
    'at-risk': 'At-risk',
    lapsed: 'Quiet for long',
    'cherry-picker': 'Cherry-picker',
    'discount-seeking': 'Discount-seeking',
  },
  ko: {
    prospect: '가입 후 구매 전',
    new: '신규',
    'one-and-done': '첫 구매 후 미재구매',
    repeat: '재구매 (충성 포함)',
    loyal: '충성',
    'at-risk': '이탈 위험',
    lapsed: '장기 미구매',
    'cherry-picker': '체리피커',
    'discount-seeking': '할인 선호 고객',
  },
}

/**
 * A segment of ours as Shopify's own: its name there, and the query that finds who carries the tag. Who has not bought yet
 * carries none, and is found by the number of orders.
 */
export function shopifySegment(segment: SegmentKey, settings: SegmentSettings): { name: string; query: string } {
  const names = NAMES[settings.language ?? 'en']
  const shown = segment === 'cherry-picker' && settings.cherryPublicName ? 'discount-seeking' : segment
  const tag = tagOfSegment(segment, settings)
  return { name: `Morello: ${names[shown]}`, query: tag === null ? 'number_of_orders = 0' : carrying(tag) }
}

/** One of the merchant's own segments as Shopify's: by its tag too. A name that Shopify would find too long is cut. */
export function ownShopifySegment(
  name: string,
  settings: Pick<SettingsData, 'tagPrefix'>,
): { name: string; query: string } {
  return { name: `Morello: ${name}`.slice(0, NAME_MAX_CHARACTERS), query: carrying(ownTag(name, settings)) }
}

function carrying(tag: string): string {
  return `customer_tags CONTAINS '${quoted(tag)}'`
}

function quoted(text: string): string {
  return text.replace(/[\\']/g, '\\$&')
}

/** Whether a segment seen in Shopify is the one that we would create; Shopify counts on a name that is taken: "… (1)". */
export function isSameSegment(seen: { name: string; query: string }, ours: { name: string; query: string }): boolean {
  const rest = seen.name.startsWith(ours.name) ? seen.name.slice(ours.name.length) : null
  return seen.query === ours.query && rest !== null && /^( \(\d+\))?$/.test(rest)
}
