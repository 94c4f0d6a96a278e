/**
 * A rule tried on the past 2 years: month by month with that month's estimates, and beside it what people then did. The
 * domain's evaluator decides, on people put together from their orders; nothing is written.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { estimatesAt } from '#app/domain/estimates.ts'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { gapDaysOf, factsOf, occasionsOf } from '#app/domain/occasions.ts'
import type {
  RehearsedExample,
  RehearsedExamples,
  RehearsedMonth,
  RehearsedSide,
  Rehearsal,
} from '#app/domain/rehearsal.ts'
import { limitsOverTime } from '#app/domain/replay.ts'
import { estimateOf } from '#app/domain/rules/estimate.ts'
import { evaluate, memberTest } from '#app/domain/rules/evaluate.ts'
import {
  aftermathOf,
  conditionsOfToday,
  emptyFactsThen,
  estimatesThen,
  isKnownThen,
  monthEnds,
  personThen,
  takeFactsThen,
  type FactsThen,
  type MonthEnd,
} from '#app/domain/rules/past.ts'
import { personAt, type Person } from '#app/domain/rules/person.ts'
import { allConditionsOf, type Rule } from '#app/domain/rules/rule.ts'
import type { SettingsData } from '#app/domain/settings.ts'
import { dayText } from '#app/domain/shop-calendar.ts'
import { stageReason, windowDaysOf, type Estimates, type Stage, type Thresholds } from '#app/domain/stages.ts'
import { adoptedOf, type EstimatesRow } from '#app/domain/stored-estimates.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { readSettings } from '../settings.ts'
import { troublesOf } from './own/check.ts'
import { historiesOf, MOST, type Histories, type Most } from './own/histories.ts'
import { readOrTrouble } from './own/preview.ts'
import type { RuleContext } from './own/rule-sql.ts'
import { currencyOf, looksOf, ownSegments, ruleContext, rulesById } from './own/stored.ts'
import { validThresholds } from './preview.ts'

const EXAMPLES = 10
const LONGEST_MS = 20_000

/** A rule under thresholds: what is tried, and what is saved. */
type Version = { rule: Rule; thresholds: Thresholds }

type Tried = {
  histories: Histories
  context: RuleContext
  version: Version
  /** Null: nothing is saved, or it is the same. */
  saved: Version | null
  /** The one stage that the rule is about; its members are told by their own reason. */
  stage: Stage | null
  adopted: Estimates[]
  ends: MonthEnd[]
  afterDays: number
  currency: string
  ruleVersion: number
}

/**
 * The merchant's own rule, as the editor has it, over the past 2 years.
 *
 * @param month  YYYY-MM: only the examples of that month, everything else left empty; undefined: all months
 * @param most   of larger shops a sample is looked at
 */
export async function rehearseOwn(
  shop: ShopId,
  id: number | null,
  sent: unknown,
  month?: string,
  most: Most = MOST,
): Promise<Rehearsal> {
  const rule = readOrTrouble(sent)
  if ('troubles' in rule) return { kind: 'refused', troubles: rule.troubles }
  const read = await withShopBulk(shop, async (tx) => {
    const segments = await ownSegments(tx, shop)
    const settings = await readSettings(tx, shop)
    const context = await ruleContext(tx, shop, rulesById(segments), now())
    const around = { id, segments, settings, isLimited: context.isLimited, known: null }
    const troubles = troublesOf(rule, around).filter(({ blocks }) => blocks)
    if (troubles.length > 0) return { kind: 'refused' as const, troubles }
    const before = segments.find((each) => each.id === id)?.rule ?? null
    const { thresholds } = settings
    const isSame = before === null || JSON.stringify(before) === JSON.stringify(rule)
    const saved = isSame ? null : { rule: before, thresholds }
    return readTried(tx, context, settings, { version: { rule, thresholds }, saved, stage: null }, most)
  })
  return 'kind' in read ? read : rehearsed(read, month)
}

/**
 * One of the seven stages under other numbers over the past 2 years.
 *
 * @throws {InvalidInput} as saving the numbers would
 */
export async function rehearseStage(
  shop: ShopId,
  stage: Stage,
  changed: Partial<Thresholds>,
  month?: string,
): Promise<Rehearsal> {
  const read = await withShopBulk(shop, async (tx) => {
    const settings = await readSettings(tx, shop)
    const thresholds = validThresholds({ settings }, changed)
    const rule: Rule = { kind: 'stage', stages: [stage] }
    const isSame = JSON.stringify(thresholds) === JSON.stringify(settings.thresholds)
    const saved = isSame ? null : { rule, thresholds: settings.thresholds }
    const asOf = await workedOutAt(tx, shop)
    if (asOf === null) return { kind: 'too-early' as const }
    // The count beside it is as of the last run too.
    const context = await ruleContext(tx, shop, new Map(), asOf)
    return readTried(tx, context, settings, { version: { rule, thresholds }, saved, stage }, MOST)
  })
  return 'kind' in read ? read : rehearsed(read, month)
}

async function workedOutAt(tx: BulkTx, shop: ShopId): Promise<Instant | null> {
  const [row] = await tx.query<{ asOf: Date }>('SELECT "asOf" FROM "Summary" WHERE "shop" = $1', [shop])
  return row?.asOf.getTime() ?? null
}

async function readTried(
  tx: BulkTx,
  context: RuleContext,
  settings: SettingsData & { version: number },
  tried: Pick<Tried, 'version' | 'saved' | 'stage'>,
  most: Most,
): Promise<Tried | { kind: 'hidden' } | { kind: 'too-early' }> {
  if (context.isLimited) return { kind: 'hidden' }
  const { shop, asOf, calendar, others } = context
  await tx.query(`SELECT set_config('statement_timeout', '${LONGEST_MS}', true)`)
  const adopted = adoptedOf(
    await tx.query<EstimatesRow>('SELECT * FROM "Estimates" WHERE "shop" = $1 ORDER BY "version"', [shop]),
  )
  const [first] = await tx.query<{ at: Date | null }>(
    'SELECT min("processedAt") AS "at" FROM "Order" WHERE "shop" = $1',
    [shop],
  )
  const ends = monthEnds(calendar, first?.at?.getTime() ?? null, asOf)
  if (adopted.length === 0 || ends.length === 0) return { kind: 'too-early' }
  const rules = [tried.version, ...(tried.saved ? [tried.saved] : [])].map(({ rule }) => rule)
  const benefits = Object.keys(settings.benefitCodes).filter((key) => settings.benefitCodes[key] === 'confirmed')
  const histories = await historiesOf(tx, context, looksOf(rules, others, false), new Set(benefits), most)
  const windowDays = windowDaysOf(estimatesAt(adopted, asOf), settings.thresholds)
  const afterDays = Math.max(1, Math.round(windowDays))
  const currency = await currencyOf(tx, shop)
  return { ...tried, histories, context, adopted, ends, afterDays, currency, ruleVersion: settings.version }
}

async function rehearsed(tried: Tried, month: string | undefined): Promise<Rehearsal> {
  const { context, ends, afterDays, histories, version } = tried
  const present = { month: dayText(context.calendar.dayOf(context.asOf)).slice(0, 7), at: context.asOf }
  const shown =
    month === undefined
      ? (ends.findLast(({ at }) => isOver(tried, at)) ?? ends.at(-1)!)
      : [...ends, present].find((end) => end.month === month)
  if (!shown) throw new InvalidInput(`no month ${month} to try a rule on`, { code: 'not-found' })
  const facts = emptyFactsThen(histories.past.people.length)
  const months: RehearsedMonth[] = []
  if (month === undefined)
    for (const end of [...ends, present]) {
      months.push(monthOf(tried, momentOf(tried, facts, end, end === present)))
      // A month takes a part of a second: whoever else asks this process is not made to wait for all of them.
      await turn()
    }
  const { people } = histories.past
  return {
    kind: 'past',
    months,
    afterDays,
    today: conditionsOfToday(version.rule, context.others),
    sampled: people.length === histories.total ? null : people.length,
    examples: examplesOf(tried, momentOf(tried, facts, shown, shown === present)),
  }
}

/** A moment of the past or the present, with everybody's facts and the estimates with which stages are worked out then. */
type Moment = MonthEnd & {
  isNow: boolean
  facts: FactsThen
  /** That month's own; now all that were ever adopted, for since when a stage lasts. */
  adopted: readonly Estimates[]
}

function momentOf(tried: Tried, facts: FactsThen, end: MonthEnd, isNow: boolean): Moment {
  const { past, total } = tried.histories
  takeFactsThen(facts, past, end.at)
  return { ...end, isNow, facts, adopted: isNow ? tried.adopted : [estimatesThen(facts, past, standsFor(past, total))] }
}

function standsFor(past: Histories['past'], total: number): number {
  return past.people.length === 0 ? 1 : total / past.people.length
}

function isOver({ context, afterDays }: Tried, at: Instant): boolean {
  return at + afterDays * DAY_MS <= context.asOf
}

/** Calls with everybody whom the shop knew at the moment, and whether a rule held them. */
function eachPerson(
  tried: Tried,
  { facts, adopted, isNow }: Moment,
  { rule, thresholds }: Version,
  visit: (place: number, isMember: boolean, person: Person) => void,
): void {
  const { context, histories, stage } = tried
  const { past } = histories
  const test = memberTest(rule, context.others)
  const overTime = limitsOverTime(adopted, thresholds)
  const needsSince = allConditionsOf(rule, context.others).some(
    (each) => each.kind === 'number' && each.feature === 'in-stage-days',
  )
  const into = { ...past.people[0]! }
  for (let place = 0; place < past.people.length; place += 1) {
    if (!isKnownThen(facts, past, place)) continue
    const told = personThen(into, facts, past, place, overTime, needsSince)
    // What saving would hold now goes by what is stored; other numbers make other stages.
    const stored = isNow && stage === null ? { ...past.people[place]!, bought: told.bought } : told
    const person = personAt(stored, facts.asOf, context.calendar, context.isLimited)
    visit(place, test(person), person)
  }
}

function monthOf(tried: Tried, moment: Moment): RehearsedMonth {
  const { histories, version, saved, afterDays, currency } = tried
  const { past } = histories
  const sides = { members: side(currency), rest: side(currency) }
  eachPerson(tried, moment, version, (place, isMember) => {
    const one = isMember ? sides.members : sides.rest
    const after = aftermathOf(moment.facts, past, place, afterDays)
    one.people += 1
    one.spent.minor += after.netMinor
    if (after.afterDays !== null) one.ordered += 1
  })
  const members = sides.members.people
  const known = members + sides.rest.people
  const isAll = past.people.length === histories.total || known === 0
  const total = isAll ? known : Math.round((known * histories.total) / past.people.length)
  const estimates = estimatesAt(moment.adopted, moment.at)
  return {
    month: moment.month,
    isNow: moment.isNow,
    members: isAll ? { customers: members, plusMinus: 0 } : estimateOf(members, known, total),
    savedMembers: saved === null || known === 0 ? null : Math.round((membersOf(tried, moment, saved) * total) / known),
    total,
    cycleDays: estimates.cycleDays,
    windowDays: windowDaysOf(estimates, version.thresholds),
    isStarting: estimates.source === 'starting',
    after: isOver(tried, moment.at) ? sides : null,
  }
}

function membersOf(tried: Tried, moment: Moment, version: Version): number {
  let members = 0
  eachPerson(tried, moment, version, (_place, isMember) => {
    if (isMember) members += 1
  })
  return members
}

function side(currency: string): RehearsedSide {
  return { people: 0, ordered: 0, spent: { minor: 0, currency } }
}

/** Ten of those whom the rule held at a moment, in the order of their ids. */
function examplesOf(tried: Tried, moment: Moment): RehearsedExamples {
  const { context, histories, version, currency, afterDays } = tried
  const { past } = histories
  const { facts } = moment
  const members: { place: number; person: Person }[] = []
  eachPerson(tried, moment, version, (place, isMember, person) => {
    if (isMember) members.push({ place, person })
  })
  members.sort((a, b) => Number(past.customers[a.place]) - Number(past.customers[b.place]))
  const customers = members.slice(0, EXAMPLES).map(({ place, person }): RehearsedExample => ({
    customer: past.customers[place]!,
    orders: facts.n[place]!,
    spent: { minor: facts.netMinor[place]!, currency },
    verdict: evaluate(version.rule, person, context.others),
    reason: tried.stage === null ? null : reasonThen(tried, moment, place),
    orderedAfterDays: aftermathOf(facts, past, place, afterDays).afterDays,
  }))
  return { month: moment.month, isOver: isOver(tried, moment.at), customers }
}

function reasonThen({ histories, version, ruleVersion }: Tried, { facts, adopted }: Moment, place: number) {
  const { past } = histories
  const times = Array.from(past.at.subarray(past.start[place], facts.next[place]))
  const estimates = estimatesAt(adopted, facts.asOf)
  const gaps = gapDaysOf(occasionsOf(times))
  return stageReason(factsOf(times), facts.asOf, estimates, version.thresholds, ruleVersion, gaps)
}
