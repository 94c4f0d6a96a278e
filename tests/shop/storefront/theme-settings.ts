import type { World } from '../world.ts'
import type { BlockSettings } from './liquid.ts'

const THEME_ID = 'gid://shopify/OnlineStoreTheme/1'

/** The app's blocks, in the order in which they stand on a page. */
export const BLOCKS = ['segment-message', 'reward-banner', 'reward-progress', 'preferences', 'picked-for-you'] as const
export type BlockName = (typeof BLOCKS)[number]

/** Where it stands: a message before the page's own content, products after it. */
export function placeOf(name: BlockName): 'above' | 'below' {
  return name === 'picked-for-you' ? 'below' : 'above'
}

/** What the theme editor keeps about a block: whether it stands in the theme, and what the merchant typed. */
export type BlockInTheme = { isAdded: boolean; settings: BlockSettings }

/** A block as the theme editor has it. The demo's merchant has placed every block, and typed nothing into any. */
export function blockInTheme(world: World, name: BlockName): BlockInTheme {
  const kept = world.otherMetafields.get(THEME_ID)?.get(keyOf(name))
  if (kept) return JSON.parse(kept.value) as BlockInTheme
  return { isAdded: true, settings: {} }
}

function keyOf(name: BlockName): string {
  return `theme.${name.replaceAll('-', '_')}`
}

export function keepBlockInTheme(world: World, name: BlockName, block: BlockInTheme): void {
  const fields = world.otherMetafields.get(THEME_ID) ?? new Map()
  fields.set(keyOf(name), { type: 'json', value: JSON.stringify(block), updatedAt: world.now() })
  world.otherMetafields.set(THEME_ID, fields)
  world.touch()
}
