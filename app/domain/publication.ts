import { isPicker, type CherryTier } from './cherry-picker.ts'
import type { Instant } from './order.ts'
import { TAG_KEYS, tagKeyOf, tagOf } from './settings.ts'
import type { SettingsData, TagKey } from './settings.ts'
import type { Stage } from './stages.ts'

type TagSettings = Pick<SettingsData, 'tagPrefix' | 'tagTexts' | 'cherryPublicName'> & {
  /** Names of the merchant's own segments by id; without them their tags are not looked at. */
  own?: ReadonlyMap<number, string>
}

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

/**
 * The tags that somebody should carry of ours: the stage's, the flag's for the likely and confirmed tiers only, and those of the
 * merchant's own segments.
 *
 * @param stage  null: none is known, and no tag says one
 * @param own    ids of own segments that they are in; one that is deleted asks for nothing
 */
export function desiredTags(
  stage: Stage | null,
  tier: CherryTier,
  settings: TagSettings,
  own: readonly number[] = [],
): string[] {
  const keys: readonly TagKey[] = stage === null ? [] : TAGS_OF_STAGE[stage]
  const tags = keys.map((key) => tagOf(key, settings))
  if (stage !== null && isPicker(tier)) tags.push(tagOf('cherry-picker', settings))
  for (const id of own) {
    const name = settings.own?.get(id)
    if (name !== undefined) tags.push(ownTag(name, settings))
  }
  return tags
}

/** The tag of one of the merchant's own segments. */
export function ownTag(name: string, settings: Pick<SettingsData, 'tagPrefix'>): string {
  return (settings.tagPrefix + name).normalize('NFC').trim()
}

/** The tag that a segment's page is about, or null: prospects carry none. */
export function tagOfSegment(segment: Stage | 'cherry-picker', settings: TagSettings): string | null {
  return segment === 'prospect' ? null : tagOf(segment, settings)
}

/** Every tag that these settings may write. */
export function allTags(settings: TagSettings): string[] {
  const own = [...(settings.own?.values() ?? [])].map((name) => ownTag(name, settings))
  return [...TAG_KEYS.map((key) => tagOf(key, settings)), ...own]
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

/** What other hands have done to one customer's tags of ours, by key (but for `added`), as far as it was noticed. */
export type Hands = {
  /** Taken off though the stage asks for them; the merchant has not answered yet. */
  missing: readonly string[]
  /** Taken off, and to be left so for as long as the stage asks for them. */
  leftOff: readonly string[]
  /** Given by somebody since we began, as they spelled it; the merchant has not answered yet. */
  added: readonly string[]
  /** How often each was put back without asking. */
  putBack: Readonly<Record<string, number>>
}

/** Nobody else's hand was noticed. */
export const NO_HANDS: Hands = { missing: [], leftOff: [], added: [], putBack: {} }

/** What the merchant wants done where somebody takes a tag of ours off. */
export type WhenRemoved = SettingsData['whenRemoved']

/** A tag is put back this often without asking, for each customer; then somebody means it. */
const PUT_BACK_AT_MOST = 3

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
  /** Tags that a write which was cut off was about: whether they are there says nothing of anybody's hand. */
  cutOff: readonly string[]
  hands: Hands
  /** The customer is in the ledger already: what turns up now was not there before us, but for names never used yet. */
  isKnown: boolean
  neverUsed: readonly string[]
}

export type TagChange = {
  add: string[]
  remove: string[]
  /** What the ledger must own before anything is sent: tags of ours that are there, and those to add. */
  owned: string[]
  /** The merchant's, as keys. */
  preexisting: string[]
  hands: Hands
  /** What somebody else is now seen to have done: tags of ours taken off, names of ours given, as they spelled them. */
  noticed: { removed: string[]; added: string[] }
}

/**
 * What to add and remove for one customer so that our tags are the desired ones. Names are compared case-insensitively.
 *
 * - Only what the ledger owns is ever removed. Shopify keeps the first spelling of a tag, so one that is spelled otherwise
 *   than we have written it is not the one that we added.
 * - A name of ours that is there and that the ledger does not own is the merchant's: never added, never removed.
 * - A tag of ours that somebody took off is ours no more. If it is still desired, the merchant says whether it is put back
 *   (three times at most, then they are asked), left off, or asked about.
 */
export function tagChange(desired: readonly string[], known: TagsKnown, whenRemoved: WhenRemoved): TagChange {
  const isFresh = known.how === 'fresh'
  const observed = new Map(known.observed.map((tag) => [tagKeyOf(tag), spelled(tag)]))
  const ownedBefore = new Map(known.owned.map((tag) => [tagKeyOf(tag), spelled(tag)]))
  const theirsBefore = known.preexisting.map(tagKeyOf)
  const preexisting = new Set(theirsBefore.filter((key) => !isFresh || observed.has(key)))
  for (const [key, tag] of observed) if (ownedBefore.get(key) !== tag) preexisting.add(key)
  const cutOff = new Set(known.cutOff.map(tagKeyOf))
  const isGone = (tag: string) => isFresh && observed.get(tagKeyOf(tag)) !== spelled(tag)
  const owned = known.owned.filter((tag) => !preexisting.has(tagKeyOf(tag)) && !isGone(tag))
  const isAdded = (key: string) => !theirsBefore.includes(key) && !known.neverUsed.includes(key)
  const noticed = {
    removed: known.owned.filter((tag) => isGone(tag) && !cutOff.has(tagKeyOf(tag))),
    added:
      isFresh && known.isKnown
        ? [...observed].flatMap(([key, tag]) => (preexisting.has(key) && isAdded(key) ? [tag] : []))
        : [],
  }
  const wanted = new Set(desired.map(tagKeyOf))
  const hands = handsAfter(known.hands, noticed, wanted, preexisting, whenRemoved)
  const isOff = new Set([...hands.missing, ...hands.leftOff])
  const there = new Set(known.how === 'unsure' ? [] : owned.map(tagKeyOf))
  const add = desired.filter((tag) => ![preexisting, there, isOff].some((keys) => keys.has(tagKeyOf(tag))))
  const remove = owned.filter((tag) => !wanted.has(tagKeyOf(tag)))
  const added = new Set(add.map(tagKeyOf))
  return {
    add,
    remove,
    owned: [...owned.filter((tag) => !added.has(tagKeyOf(tag))), ...add],
    preexisting: [...preexisting].sort(),
    hands,
    noticed,
  }
}

function spelled(tag: string): string {
  return tag.normalize('NFC').trim()
}

/** A question is open only while it is one: the stage still asks for what is missing, what was added is still there. */
function handsAfter(
  before: Hands,
  noticed: TagChange['noticed'],
  wanted: ReadonlySet<string>,
  preexisting: ReadonlySet<string>,
  whenRemoved: WhenRemoved,
): Hands {
  const isOpen = (key: string) => wanted.has(key) && !preexisting.has(key)
  const missing = new Set(before.missing.filter(isOpen))
  const leftOff = new Set(before.leftOff.filter(isOpen))
  const putBack = { ...before.putBack }
  for (const key of noticed.removed.map(tagKeyOf).filter(isOpen)) {
    const times = putBack[key] ?? 0
    if (whenRemoved === 'leave') leftOff.add(key)
    else if (whenRemoved === 'ask' || times >= PUT_BACK_AT_MOST) missing.add(key)
    else putBack[key] = times + 1
  }
  const added = new Set([...before.added, ...noticed.added].filter((tag) => preexisting.has(tagKeyOf(tag))))
  return { missing: [...missing].sort(), leftOff: [...leftOff].sort(), added: [...added].sort(), putBack }
}

/** One text for what somebody should carry, to remember what Shopify has refused and not ask for it again. */
export function wantedOf(desired: readonly string[], state: string | null): string {
  return JSON.stringify([desired.map(tagKeyOf).sort(), shownPart(state)])
}
