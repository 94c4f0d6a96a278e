/** "Copy this setup": what a shop has set, as a file that another shop can take over. No customer data, no learned days. */
import { z } from 'zod'
import {
  conditionsOf,
  faultOf,
  MONEY_FEATURES,
  MOST_SEGMENTS,
  readRule,
  type Condition,
  type Rule,
  type RuleFault,
} from './rules/rule.ts'
import { defaultSettings, patchedSettings, SettingsShape, TAG_KEYS, type SettingsData } from './settings.ts'

const SETUP_VERSION = 1
/** Longer than any setup of 20 segments with 30 conditions each. */
export const LARGEST_SETUP_CHARACTERS = 300_000
/** Of one product, as many stock keeping units as tell it apart. */
export const MOST_SKUS = 20

const name = z.string().max(300)

/** What is copied of the settings. Never whether tagging is on: another shop decides that for itself. */
const settingsShape = z.strictObject({
  language: z.enum(['en', 'ko']).nullable(),
  tagPrefix: name,
  tagTexts: z.strictObject(
    Object.fromEntries(TAG_KEYS.map((key) => [key, name])) as Record<(typeof TAG_KEYS)[number], typeof name>,
  ),
  orderRule: z.strictObject({ statuses: z.array(name).max(20), countTests: z.boolean(), countCancelled: z.boolean() }),
  thresholds: z.strictObject({
    windowShare: z.number(),
    windowMaxDays: z.number().nullable(),
    lateRatio: z.number(),
    lapsedRatio: z.number(),
    loyalOrders: z.number(),
    cherryOccasions: z.number(),
    cherryBenefits: z.number(),
  }),
  benefitCodes: z.record(name, z.enum(['confirmed', 'declined'])),
  cherryPublicName: z.boolean(),
  announceMoves: z.boolean(),
  whenRemoved: z.enum(['ask', 'put-back', 'leave']),
})

export type CopiedSettings = Pick<
  SettingsData,
  | 'language'
  | 'tagPrefix'
  | 'tagTexts'
  | 'orderRule'
  | 'thresholds'
  | 'benefitCodes'
  | 'cherryPublicName'
  | 'announceMoves'
  | 'whenRemoved'
>

const setupShape = z.strictObject({
  kind: z.literal('morello-setup'),
  version: z.literal(SETUP_VERSION),
  /** What amounts in rules are in. */
  currency: z.string().max(3),
  settings: settingsShape,
  segments: z.array(z.strictObject({ name: name.min(1), rule: z.unknown() })),
})

/**
 * A rule as it is copied: a product by its stock keeping units, because ids differ between shops, and another segment by
 * its place in the file, from 1.
 */
export type CopiedCondition =
  | Exclude<Condition, { kind: 'bought' | 'segment' }>
  | { kind: 'bought'; skus: string[]; title: string; withinDays: number | null }
  | { kind: 'segment'; place: number }
export type CopiedRule =
  { kind: 'all' | 'any'; rules: CopiedRule[] } | { kind: 'not'; rule: CopiedRule } | CopiedCondition

export type Setup = {
  kind: 'morello-setup'
  version: typeof SETUP_VERSION
  currency: string
  settings: CopiedSettings
  segments: { name: string; rule: CopiedRule }[]
}

/** Why a file is no setup that can be taken over. `what`: the field, the key or the segment that it is about. */
export type SetupFault = {
  kind:
    | 'too-large'
    | 'not-json'
    | 'not-setup'
    | 'other-version'
    | 'unknown-key'
    | 'bad-value'
    | 'too-many'
    | 'names-twice'
    | 'circle'
    | RuleFault
  what: string
}

/** Conditions that mean the same in every shop; those of any other kind are not copied. */
const PORTABLE: readonly Condition['kind'][] = [
  'number',
  'date',
  'stage',
  'flag',
  'consent',
  'tag',
  'one-of',
  'left-checkout',
]

/** Why a segment is left out of a file, or of what is taken over. `what`: the product, the amount's currency, the segment. */
export type LeftOutOfSetup = {
  name: string
  why: { kind: 'no-sku' | 'no-product' | 'currency' | 'segment' | 'not-portable' | 'refused'; what: string }[]
}

/**
 * The file of a shop: its settings as far as they are copied, and its own segments as they are now. A segment with a
 * condition that means nothing in another shop is left out, with the segments that name it.
 *
 * @param segments  in the order in which they are listed
 * @param skusOf    stock keeping units of a product; empty: none is known
 */
export function setupOf(
  settings: SettingsData,
  segments: readonly { id: number; name: string; rule: Rule }[],
  currency: string,
  skusOf: (product: string) => string[],
): { setup: Setup; leftOut: LeftOutOfSetup[] } {
  const why = new Map<number, LeftOutOfSetup['why']>()
  for (const { id, rule } of segments)
    for (const condition of conditionsOf(rule)) {
      const { kind } = condition
      if (kind === 'bought' && skusOf(condition.product).length === 0) note(why, id, 'no-sku', condition.title)
      else if (kind !== 'bought' && kind !== 'segment' && !PORTABLE.includes(kind))
        note(why, id, 'not-portable', 'title' in condition ? condition.title : kind)
    }
  spread(segments, why)
  const kept = segments.filter(({ id }) => !why.has(id))
  const placeOf = new Map(kept.map(({ id }, place) => [id, place + 1]))
  const copied = (condition: Condition): CopiedCondition => {
    if (condition.kind === 'segment') return { kind: 'segment', place: placeOf.get(condition.segment)! }
    if (condition.kind !== 'bought') return condition
    const { title, withinDays, product } = condition
    return { kind: 'bought', skus: skusOf(product).slice(0, MOST_SKUS), title, withinDays }
  }
  return {
    setup: {
      kind: 'morello-setup',
      version: SETUP_VERSION,
      currency,
      settings: copiedSettings(settings),
      segments: kept.map((segment) => ({ name: segment.name, rule: mapped(segment.rule, copied) })),
    },
    leftOut: segments.flatMap(({ id, name: of }) => (why.has(id) ? { name: of, why: why.get(id)! } : [])),
  }
}

function note<K>(
  why: Map<K, LeftOutOfSetup['why']>,
  of: K,
  kind: LeftOutOfSetup['why'][number]['kind'],
  what: string,
): void {
  const known = why.get(of) ?? []
  if (!known.some((each) => each.kind === kind && each.what === what)) why.set(of, [...known, { kind, what }])
}

/** A segment that names one which is left out (or is no more) is left out too, and so on. */
function spread(
  segments: readonly { id: number; name: string; rule: Rule }[],
  why: Map<number, LeftOutOfSetup['why']>,
): void {
  for (let before = -1; before !== why.size;) {
    before = why.size
    for (const { id, rule } of segments)
      for (const condition of conditionsOf(rule)) {
        if (condition.kind !== 'segment') continue
        const named = segments.find((each) => each.id === condition.segment)
        if (!named || why.has(named.id)) note(why, id, 'segment', named?.name ?? '')
      }
  }
}

/** What is copied of a shop's settings. */
export function copiedSettings(settings: SettingsData): CopiedSettings {
  const { language, tagPrefix, tagTexts, orderRule, thresholds, benefitCodes } = settings
  const { cherryPublicName, announceMoves, whenRemoved } = settings
  return {
    language,
    tagPrefix,
    tagTexts,
    orderRule,
    thresholds,
    benefitCodes,
    cherryPublicName,
    announceMoves,
    whenRemoved,
  }
}

/**
 * A file as somebody chose it.
 *
 * @returns the setup with every value as it would be saved, or why it cannot be one
 */
export function readSetup(text: string): Setup | { fault: SetupFault } {
  if (text.length > LARGEST_SETUP_CHARACTERS) return faulty('too-large', '')
  let sent: unknown
  try {
    sent = JSON.parse(text)
  } catch {
    return faulty('not-json', '')
  }
  const head = z.looseObject({ kind: z.literal('morello-setup'), version: z.unknown() }).safeParse(sent)
  if (!head.success) return faulty('not-setup', '')
  if (head.data.version !== SETUP_VERSION) return faulty('other-version', String(head.data.version).slice(0, 20))
  const read = setupShape.safeParse(sent)
  if (!read.success) {
    const issue = read.error.issues[0]!
    const path = issue.path.join('.')
    if (issue.code !== 'unrecognized_keys') return faulty('bad-value', path)
    return faulty(
      'unknown-key',
      [path, issue.keys[0]]
        .filter((part) => part !== '')
        .join('.')
        .slice(0, 100),
    )
  }
  const { segments, settings } = read.data
  const whole = SettingsShape.safeParse(patchedSettings(defaultSettings(), settings as CopiedSettings))
  if (!whole.success) return faulty('bad-value', ['settings', ...whole.error.issues[0]!.path].join('.'))
  if (segments.length > MOST_SEGMENTS) return faulty('too-many', '')
  const names = segments.map((segment) => segment.name)
  const twice = names.find((each, place) => names.indexOf(each) !== place)
  if (twice !== undefined) return faulty('names-twice', twice)
  const copied: Setup['segments'] = []
  for (const segment of segments) {
    const rule = copiedRuleOf(segment.rule, segments.length)
    if (typeof rule === 'string') return faulty(rule, segment.name)
    copied.push({ name: segment.name, rule })
  }
  const order = orderOf(copied)
  if (order === null) return faulty('circle', '')
  return { ...read.data, settings: copiedSettings(whole.data), segments: copied }
}

function faulty(kind: SetupFault['kind'], what: string): { fault: SetupFault } {
  return { fault: { kind, what } }
}

const boughtShape = z.strictObject({
  kind: z.literal('bought'),
  skus: z.array(z.string().min(1).max(300)).min(1).max(MOST_SKUS),
  title: z.string().max(300),
  withinDays: z.number().nullable(),
})
const segmentShape = z.strictObject({ kind: z.literal('segment'), place: z.number().int().positive() })

/** The rule, each condition as it would be saved; or what is wrong with it. */
function copiedRuleOf(sent: unknown, segments: number): CopiedRule | RuleFault {
  const shape = faultOf(sent)
  if (shape !== null) return shape
  const read = (node: unknown): CopiedRule | null => {
    const given = node as { kind?: unknown; rules?: unknown[]; rule?: unknown } | null
    if (given?.kind === 'all' || given?.kind === 'any') {
      const rules = given.rules!.map(read)
      if (Object.keys(given).length !== 2 || rules.includes(null)) return null
      return { kind: given.kind, rules: rules as CopiedRule[] }
    }
    if (given?.kind === 'not') {
      const rule = Object.keys(given).length === 2 ? read(given.rule) : null
      return rule === null ? null : { kind: 'not', rule }
    }
    if (given?.kind === 'bought') {
      const bought = boughtShape.safeParse(given)
      return bought.success && isRule(bought.data, '1') ? bought.data : null
    }
    if (given?.kind === 'segment') {
      const segment = segmentShape.safeParse(given)
      return segment.success && segment.data.place <= segments ? segment.data : null
    }
    return portableOf(given)
  }
  return read(sent) ?? 'rule-shape'
}

function isRule(bought: z.infer<typeof boughtShape>, product: string): boolean {
  const { title, withinDays } = bought
  return ruleOrNull({ kind: 'bought', product, title, withinDays }) !== null
}

function portableOf(given: unknown): CopiedCondition | null {
  const rule = ruleOrNull(given)
  if (rule === null || !PORTABLE.includes(rule.kind as Condition['kind'])) return null
  // What a rule does not know is dropped on reading: then the file means something else than we would save.
  if (Object.keys(given as object).length !== Object.keys(rule).length) return null
  return rule as CopiedCondition
}

function ruleOrNull(given: unknown): Rule | null {
  try {
    return readRule(given)
  } catch {
    return null
  }
}

type Mapped<From> = { kind: 'all' | 'any'; rules: Mapped<From>[] } | { kind: 'not'; rule: Mapped<From> } | From

/** The same tree with every condition replaced. */
function mapped<From extends { kind: string }, To>(rule: Mapped<From>, to: (condition: From) => To): Mapped<To> {
  if ('rules' in rule) return { kind: rule.kind, rules: rule.rules.map((each) => mapped(each, to)) }
  if ('rule' in rule) return { kind: 'not', rule: mapped(rule.rule, to) }
  return to(rule)
}

function copiedConditions(rule: CopiedRule): CopiedCondition[] {
  if ('rule' in rule) return copiedConditions(rule.rule)
  return 'rules' in rule ? rule.rules.flatMap(copiedConditions) : [rule]
}

/** Places of the segments so that each comes after those that it names; null: they go round in a circle. */
function orderOf(segments: Setup['segments']): number[] | null {
  const order: number[] = []
  const isDone = (place: number) => order.includes(place)
  while (order.length < segments.length) {
    const next = segments.findIndex(
      ({ rule }, i) =>
        !isDone(i + 1) &&
        copiedConditions(rule).every((condition) => condition.kind !== 'segment' || isDone(condition.place)),
    )
    if (next < 0) return null
    order.push(next + 1)
  }
  return order
}

/** What the other shop knows: the product of some stock keeping units (null: none, or several), and its currency. */
export type SetupHere = { productOf: (skus: readonly string[]) => string | null; currency: string }

/** A segment ready to be saved once the ids of those that it names are known. */
export type ReadySegment = {
  place: number
  name: string
  /** Places of the segments that it names. */
  names: number[]
  ruleWith: (idOf: (place: number) => number) => Rule
}

/**
 * The segments of a setup as they would be in another shop, each after those that it names. Nothing is ever taken out of a
 * rule: a segment with a condition that has no meaning here is left out whole, with those that name it.
 */
export function segmentsHere(setup: Setup, here: SetupHere): { ready: ReadySegment[]; leftOut: LeftOutOfSetup[] } {
  const why = new Map<number, LeftOutOfSetup['why']>()
  const ready: ReadySegment[] = []
  for (const place of orderOf(setup.segments) ?? []) {
    const segment = setup.segments[place - 1]!
    for (const condition of copiedConditions(segment.rule)) {
      if (condition.kind === 'bought' && here.productOf(condition.skus) === null)
        note(why, place, 'no-product', `${condition.title} (${condition.skus.slice(0, 3).join(', ')})`)
      const isMoney = condition.kind === 'number' && MONEY_FEATURES.includes(condition.feature)
      if (isMoney && setup.currency !== here.currency) note(why, place, 'currency', setup.currency)
      if (condition.kind === 'segment' && why.has(condition.place))
        note(why, place, 'segment', setup.segments[condition.place - 1]!.name)
    }
    if (why.has(place)) continue
    ready.push({
      place,
      name: segment.name,
      names: copiedConditions(segment.rule).flatMap((each) => (each.kind === 'segment' ? [each.place] : [])),
      ruleWith: (idOf) =>
        mapped<CopiedCondition, Condition>(segment.rule, (condition) => {
          if (condition.kind === 'segment') return { kind: 'segment', segment: idOf(condition.place) }
          if (condition.kind !== 'bought') return condition
          const { skus, title, withinDays } = condition
          return { kind: 'bought', product: here.productOf(skus)!, title, withinDays }
        }),
    })
  }
  const leftOut = [...why].map(([place, reasons]) => ({ name: setup.segments[place - 1]!.name, why: reasons }))
  return { ready, leftOut }
}

/** One thing that would be set differently: its place among the settings, as `tagTexts.new`, and its values. */
export type SettingChange = { field: string; from: unknown; to: unknown }

/** What a setup would change of a shop's settings, field by field. Codes that the file does not speak of stay as they are. */
export function settingChanges(before: CopiedSettings, after: CopiedSettings): SettingChange[] {
  const fields = (settings: CopiedSettings) =>
    Object.entries(settings).flatMap(([key, value]): [string, unknown][] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).map(([inner, each]) => [`${key}.${inner}`, each])
        : [[key, value]],
    )
  const was = new Map(fields(before))
  return fields(after)
    .map(([field, to]) => ({ field, from: was.get(field) ?? null, to }))
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to))
}
