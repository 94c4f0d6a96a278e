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

/** What is known of one customer's tags before a change. */
export type TagsKnown = {
  /** Tags that our ledger says we added. */
  owned: readonly string[]
  /** Names of ours (compared case-insensitively) that were there before us: the merchant's. */
  preexisting: readonly string[]
  /** Tags seen on the customer that carry one of our names, and no others. */
  observed: readonly string[]
  /**
   * fresh: seen after our last write, so what is not there is gone · remembered: seen before it, so `observed` holds only
   * names that we had never written by then, and the ledger speaks for the rest · unsure: as remembered, but the last write
   * was cut off, so what the ledger owns may or may not be there.
   */
  how: 'fresh' | 'remembered' | 'unsure'
}

type TagChange = {
  add: string[]
  remove: string[]
  /** What the ledger must own before anything is sent: tags of ours that are there, and those to add. */
  owned: string[]
  /** The merchant's, as keys. */
  preexisting: string[]
}

/**
 * What to add and remove for one customer so that our tags are the desired ones. Names are compared case-insensitively.
 *
 * - Only what the ledger owns is ever removed.
 * - A name of ours that is there and that the ledger does not own is the merchant's: never added, never removed.
 * - A tag of ours that somebody took off in the meantime is ours no more; it is added again only if still desired.
 */
export function tagChange(desired: readonly string[], known: TagsKnown): TagChange {
  const isFresh = known.how === 'fresh'
  const observed = new Set(known.observed.map(tagKeyOf))
  const ownedBefore = new Set(known.owned.map(tagKeyOf))
  const preexisting = new Set(known.preexisting.map(tagKeyOf).filter((key) => !isFresh || observed.has(key)))
  for (const key of observed) if (!ownedBefore.has(key)) preexisting.add(key)
  const owned = known.owned.filter((tag) => {
    const key = tagKeyOf(tag)
    return !preexisting.has(key) && (!isFresh || observed.has(key))
  })
  const there = new Set(known.how === 'unsure' ? [] : owned.map(tagKeyOf))
  const add = desired.filter((tag) => !preexisting.has(tagKeyOf(tag)) && !there.has(tagKeyOf(tag)))
  const wanted = new Set(desired.map(tagKeyOf))
  const remove = owned.filter((tag) => !wanted.has(tagKeyOf(tag)))
  const added = new Set(add.map(tagKeyOf))
  return {
    add,
    remove,
    owned: [...owned.filter((tag) => !added.has(tagKeyOf(tag))), ...add],
    preexisting: [...preexisting].sort(),
  }
}

/** One text for what somebody should carry, to remember what Shopify has refused and not ask for it again. */
export function wantedOf(desired: readonly string[], state: string | null): string {
  return JSON.stringify([desired.map(tagKeyOf).sort(), shownPart(state)])
}
