import type { Locale } from '../door-context.ts'
import type { World } from '../world.ts'

const THEME_ID = 'gid://shopify/OnlineStoreTheme/1'

/** The app's blocks, in the order in which they stand on a page. */
export const BLOCKS = ['segment-message', 'reward-banner', 'reward-progress'] as const
export type BlockName = (typeof BLOCKS)[number]

const DAY_MS = 86_400_000

/** What the theme editor keeps about a block: whether it stands in the theme, and what the merchant typed. */
export type BlockInTheme = { isAdded: boolean; settings: Record<string, string> }

/** A block as the theme editor has it: texts in the shop's own language. The demo's merchant has placed the message alone. */
export function blockInTheme(world: World, name: BlockName): BlockInTheme {
  const kept = world.otherMetafields.get(THEME_ID)?.get(keyOf(name))
  if (kept) return JSON.parse(kept.value) as BlockInTheme
  return { isAdded: name === 'segment-message', settings: demoSettings(world, name, shopLocale(world)) }
}

function keyOf(name: BlockName): string {
  return `theme.${name.replace('-', '_')}`
}

/**
 * A block as a shopper gets it. The demo's merchant has her own sentence translated, as Shopify lets a merchant translate
 * what they type into a block; a text typed since is shown as it is.
 */
export function blockShown(world: World, name: BlockName, locale: Locale): BlockInTheme {
  const block = blockInTheme(world, name)
  const own = demoSettings(world, name, shopLocale(world))
  const translated = demoSettings(world, name, locale)
  const settings: Record<string, string> = {}
  for (const [id, text] of Object.entries(block.settings))
    settings[id] = text === own[id] ? (translated[id] ?? text) : text
  return { ...block, settings }
}

export function keepBlockInTheme(world: World, name: BlockName, block: BlockInTheme): void {
  const fields = world.otherMetafields.get(THEME_ID) ?? new Map()
  fields.set(keyOf(name), { type: 'json', value: JSON.stringify(block), updatedAt: world.now() })
  world.otherMetafields.set(THEME_ID, fields)
  world.touch()
}

function shopLocale(world: World): Locale {
  return world.shop.locale === 'ko' ? 'ko' : 'en'
}

const CONDITION: Record<Locale, string> = {
  en: '20% off your first order, once for each customer, no minimum.',
  ko: '첫 주문에 한 번, 최소 금액 없이 20% 할인돼요.',
}

/** The demo's merchant offers her first-purchase code to whoever has not bought yet, with what checkout really asks. */
function demoSettings(world: World, name: BlockName, locale: Locale): Record<string, string> {
  if (name !== 'segment-message') return {}
  const found = world.codes.get('welcome20')
  const value = found?.discount.value
  if (!found?.discount.firstOrderOnly || !value || !('percentage' in value) || value.percentage !== 0.2) return {}
  const offer = {
    code: found.code.code,
    condition: CONDITION[locale],
    last_day: new Date(world.now() + 60 * DAY_MS).toISOString().slice(0, 10),
  }
  const settings: Record<string, string> = {}
  for (const segment of ['guest', 'prospect'])
    for (const [name, value] of Object.entries(offer)) settings[`${segment}_${name}`] = value
  return settings
}
