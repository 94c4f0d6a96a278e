import type { World } from '../world.ts'

const THEME_ID = 'gid://shopify/OnlineStoreTheme/1'
const KEY = 'theme.segment_message'
const DAY_MS = 86_400_000

/** What the theme editor keeps about our block: whether it stands in the theme, and what the merchant typed. */
export type BlockInTheme = { isAdded: boolean; settings: Record<string, string> }

export function blockInTheme(world: World): BlockInTheme {
  const kept = world.otherMetafields.get(THEME_ID)?.get(KEY)
  return kept ? (JSON.parse(kept.value) as BlockInTheme) : { isAdded: true, settings: demoSettings(world) }
}

export function keepBlockInTheme(world: World, block: BlockInTheme): void {
  const fields = world.otherMetafields.get(THEME_ID) ?? new Map()
  fields.set(KEY, { type: 'json', value: JSON.stringify(block), updatedAt: world.now() })
  world.otherMetafields.set(THEME_ID, fields)
  world.touch()
}

/** The demo's merchant offers her first-purchase code to whoever has not bought yet, with what checkout really asks. */
function demoSettings(world: World): Record<string, string> {
  const code = world.codes.get('welcome20')
  if (!code || code.percent !== 20) return {}
  const offer = {
    code: code.code,
    condition: '첫 주문 20% 할인, 최소 금액 없음 · 20% off a first order, no minimum.',
    last_day: new Date(world.now() + 60 * DAY_MS).toISOString().slice(0, 10),
  }
  const settings: Record<string, string> = {}
  for (const segment of ['guest', 'prospect'])
    for (const [name, value] of Object.entries(offer)) settings[`${segment}_${name}`] = value
  return settings
}
