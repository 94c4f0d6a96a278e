import type { CherryTier } from './cherry-picker.ts'
import type { Instant } from './order.ts'
import { TAG_KEYS, tagKeyOf, tagOf } from './settings.ts'
import type { SettingsData, TagKey } from './settings.ts'
import type { Stage } from './stages.ts'

type TagSettings = Pick<SettingsData, 'tagPrefix' | 'tagTexts' | 'cherryPublicName'>

/** The app-owned metafield on the customer that the storefront block reads. */
export const STATE_NAMESPACE = '$app:morello'
export const STATE_KEY = 'state'

const TAGS_OF_STAGE: Record<Stage, readonly TagKey[]> = {
  prospect: [],
  new: ['new'],
  'one-and-done': ['one-and-done'],
  repeat: ['repeat'],
  loyal: ['repeat', 'loyal'],
  'at-risk': ['at-risk'],
  lapsed: ['lapsed'],
}

/** The tags that somebody should carry of ours: the stage's, and the flag's for the likely tier only. */
export function desiredTags(stage: Stage, tier: CherryTier, settings: TagSettings): string[] {
  const keys: readonly TagKey[] = TAGS_OF_STAGE[stage]
  const tags = keys.map((key) => tagOf(key, settings))
  if (tier === 'likely') tags.push(tagOf('cherry-picker', settings))
  return tags
}

/** The tag that a segment's page is about, or null: prospects carry none. */
export function tagOfSegment(segment: Stage | 'cherry-picker', settings: TagSettings): string | null {
  return segment === 'prospect' ? null : tagOf(segment, settings)
}

/** Every tag that these settings may write. */
export function allTags(settings: TagSettings): string[] {
  return TAG_KEYS.map((key) => tagOf(key, settings))
}

/**
 * The metafield's JSON: `{v, stage, flags, since}`, `since` an ISO 8601 instant. `flags` is empty until a storefront use is
 * named; no cherry-picker word ever enters it, for shoppers can ask for their data.
 */
export function desiredState(stage: Stage, flags: readonly string[], since: Instant): string {
  return JSON.stringify({ v: 1, stage, flags: [...flags].sort(), since: new Date(since).toISOString() })
}

/** Whether two states show the same on the storefront (stage and flags); `since` alone is no reason to write. */
export function showsTheSame(written: string | null, desired: string | null): boolean {
  return shownPart(written) === shownPart(desired)
}

function shownPart(state: string | null): string | null {
  if (state === null) return null
  const { v, stage, flags } = JSON.parse(state) as { v?: unknown; stage?: unknown; flags?: unknown }
  return JSON.stringify([v, stage, flags])
}

export type TagChange = {
  add: string[]
  remove: string[]
  /** Tags with a name of ours that the customer carries without our having added them: the merchant's, from now on. */
  foundPreexisting: string[]
}

/**
 * What to add and remove for one customer so that our tags are the desired ones. Names are compared case-insensitively.
 *
 * - Only what the ledger owns is ever removed.
 * - A desired name that is there already and not ours is the merchant's: not added, never removed.
 * - A tag of ours that somebody else has taken off in the meantime and that is still desired is added again.
 *
 * @param owned        tags that our ledger says we added
 * @param preexisting  names that the ledger says were there before us
 * @param observed     all tags of the customer now
 */
export function tagChange(
  desired: readonly string[],
  owned: readonly string[],
  preexisting: readonly string[],
  observed: readonly string[],
): TagChange {
  const desiredKeys = new Set(desired.map(tagKeyOf))
  const ownedKeys = new Set(owned.map(tagKeyOf))
  const preexistingKeys = new Set(preexisting.map(tagKeyOf))
  const observedKeys = new Set(observed.map(tagKeyOf))
  const foundPreexisting: string[] = []
  const add: string[] = []
  for (const tag of desired) {
    const key = tagKeyOf(tag)
    if (observedKeys.has(key)) {
      if (!ownedKeys.has(key) && !preexistingKeys.has(key)) foundPreexisting.push(tag)
    } else add.push(tag)
  }
  const remove = owned.filter((tag) => !desiredKeys.has(tagKeyOf(tag)) && !preexistingKeys.has(tagKeyOf(tag)))
  return { add, remove, foundPreexisting }
}
