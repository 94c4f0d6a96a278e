/** What a rule would hold, while it is edited: at once from a fixed sample, then exactly by one scan. */
import type { Instant } from '#app/domain/order.ts'
import type { OwnExample, OwnPreview } from '#app/domain/own-pages.ts'
import { estimateOf } from '#app/domain/rules/estimate.ts'
import { evaluate, memberTest } from '#app/domain/rules/evaluate.ts'
import { personAt, SUBSCRIBED } from '#app/domain/rules/person.ts'
import {
  categoriesNamed,
  collectionsNamed,
  productsNamed,
  readBesideFor,
  readRule,
  tagsNamed,
  type Rule,
} from '#app/domain/rules/rule.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { readSettings } from '../../settings.ts'
import { troublesOf } from './check.ts'
import { readPeople } from './people.ts'
import { peopleFrom, ruleSql, type RuleContext } from './rule-sql.ts'
import { sampleOf, type Sample } from './sample.ts'
import {
  currencyOf,
  knownCollections,
  knownProducts,
  looksOf,
  ownSegments,
  ruleContext,
  rulesById,
  tagSpellings,
  surveyChoices,
} from './stored.ts'
import { oweUnread, unreadOf } from './unread.ts'

const EXAMPLES = 10
const LEAVING_EXAMPLES = 5
const LONGEST_MS = 20_000
const JOIN_MEMORY = '96MB'
/** Shops of fewer are counted exactly at once. */
const SAMPLED_FROM = 20_000
const NOBODY: Rule = { kind: 'number', feature: 'orders', op: 'at-least', value: 1_000_000 }

/**
 * What saving a rule would do, as of now.
 *
 * @param id    the segment that it is of; null: a new one, which everybody would enter
 * @param sent  the rule as the editor has it, which may be wrong: then `troubles` says how
 * @param how   `sample`: at once, with how far the figures may be off · `exact`: one scan of everybody, with examples
 */
export async function previewOwn(
  shop: ShopId,
  id: number | null,
  sent: unknown,
  how: 'sample' | 'exact',
): Promise<OwnPreview> {
  const rule = readOrTrouble(sent)
  if ('troubles' in rule) return rule
  return withShopBulk(shop, async (tx) => {
    const segments = await ownSegments(tx, shop)
    const others = rulesById(segments)
    const subjects = readBesideFor(rule, others)
    await oweUnread(tx, shop, subjects)
    const unread = await unreadOf(tx, shop, subjects)
    // Three tables of everybody are joined: in memory, not by way of the disk. And the lines of a collection's products are
    // found by their index, as long as they are few: what a shop works with lies in memory.
    await tx.query(
      `SELECT set_config('statement_timeout', '${LONGEST_MS}', true), set_config('work_mem', '${JOIN_MEMORY}', true),
         set_config('random_page_cost', '1.1', true)`,
    )
    const context = await ruleContext(tx, shop, others, now())
    const settings = await readSettings(tx, shop)
    const around = { id, segments, settings, isLimited: context.isLimited }
    const blocking = troublesOf(rule, { ...around, known: null })
    if (blocking.some(({ blocks }) => blocks)) return { troubles: blocking, unread, figures: null, examples: null }
    const saved = segments.find((each) => each.id === id)?.rule ?? NOBODY
    const currency = await currencyOf(tx, shop)
    const money = (minor: number) => (context.isLimited ? null : { minor, currency })
    if (how === 'sample') {
      const both: Rule = { kind: 'all', rules: [rule, saved] }
      const sample = await sampleOf(tx, context, {
        products: productsNamed(both, others),
        collections: collectionsNamed(both, others),
      })
      if (sample.total >= SAMPLED_FROM)
        return {
          troubles: blocking,
          unread,
          figures: sampledFigures(sample, rule, saved, context, money),
          examples: null,
        }
    }
    const spellings = await spellingsOf(tx, shop, { kind: 'all', rules: [rule, saved] }, others)
    const products = await knownProducts(tx, shop, productsNamed(rule, new Map()))
    const collections = unread.some(({ subject }) => subject === 'collections')
      ? null
      : await knownCollections(tx, shop, [...collectionsNamed(rule, new Map()), ...categoriesNamed(rule)])
    const answers = await surveyChoices(tx, shop)
    const known = { tags: spellings, products, collections, answers: new Set(answers.map(({ id }) => Number(id))) }
    const troubles = troublesOf(rule, { ...around, known })
    return { troubles, unread, ...(await counted(tx, rule, saved, { ...context, spellings }, money)) }
  })
}

async function counted(
  tx: BulkTx,
  rule: Rule,
  saved: Rule,
  context: RuleContext,
  money: Money,
): Promise<Pick<OwnPreview, 'figures' | 'examples'>> {
  const { net12mMinor, shown, ...figures } = await exactFigures(tx, rule, saved, context)
  return {
    figures: { ...figures, revenue12m: money(net12mMinor) },
    examples: await examplesOf(tx, rule, shown, context, money),
  }
}

/** The rule, or why what was sent is none. */
export function readOrTrouble(sent: unknown): Rule | OwnPreview {
  try {
    return readRule(sent)
  } catch (error) {
    const kind = error instanceof InvalidInput ? error.fields.rule : undefined
    if (kind !== 'rule-empty' && kind !== 'rule-deep' && kind !== 'rule-large' && kind !== 'rule-shape') throw error
    return { troubles: [{ kind, blocks: true }], unread: [], figures: null, examples: null }
  }
}

/**
 * Who would be in a rule, enter and leave, for a page that counts several: of a large shop by the fixed sample.
 *
 * @param saved  as it is saved now; null: a new one
 */
export async function countRule(
  tx: BulkTx,
  context: RuleContext,
  rule: Rule,
  saved: Rule | null,
): Promise<Pick<Figures, 'members' | 'enters' | 'leaves'>> {
  const both: Rule = { kind: 'all', rules: [rule, saved ?? NOBODY] }
  const sample = await sampleOf(tx, context, looksOf([both], context.others, false))
  if (sample.total >= SAMPLED_FROM) return sampledFigures(sample, rule, saved ?? NOBODY, context, () => null)
  const spellings = await spellingsOf(tx, context.shop, both, context.others)
  return exactFigures(tx, rule, saved ?? NOBODY, { ...context, spellings })
}

const spelled = new Map<ShopId, { at: Instant; spellings: ReadonlyMap<string, readonly string[]> }>()
const SPELLED_FOR_MS = 5 * 60_000
const SHOPS_SPELLED = 50

/** Reading everybody's tags takes as long as the count itself, so it is not done at every keystroke. */
async function spellingsOf(
  tx: BulkTx,
  shop: ShopId,
  rule: Rule,
  others: RuleContext['others'],
): Promise<RuleContext['spellings']> {
  if (tagsNamed(rule, others).length === 0) return new Map()
  const known = spelled.get(shop)
  if (known && now() - known.at < SPELLED_FOR_MS) return known.spellings
  const spellings = await tagSpellings(tx, shop)
  if (spelled.size >= SHOPS_SPELLED) spelled.clear()
  spelled.set(shop, { at: now(), spellings })
  return spellings
}

type Money = (minor: number) => { minor: number; currency: string } | null
type Figures = NonNullable<OwnPreview['figures']>

function sampledFigures(sample: Sample, rule: Rule, saved: Rule, context: RuleContext, money: Money): Figures {
  const is = memberTest(rule, context.others)
  const was = memberTest(saved, context.others)
  let [members, net12mMinor, reachable, enters, leaves] = [0, 0, 0, 0, 0]
  for (const [i, person] of sample.people.entries()) {
    const isMember = is(person)
    const wasMember = was(person)
    if (isMember && !wasMember) enters += 1
    if (wasMember && !isMember) leaves += 1
    if (!isMember) continue
    members += 1
    net12mMinor += sample.net12mMinor[i]!
    if (sample.isReachable[i]) reachable += 1
  }
  const size = sample.people.length
  const times = sample.total / size
  return {
    members: estimateOf(members, size, sample.total),
    total: sample.total,
    share: members / size,
    revenue12m: money(Math.round(net12mMinor * times)),
    reachable: Math.round(reachable * times),
    enters: Math.round(enters * times),
    leaves: Math.round(leaves * times),
  }
}

type Shown = { customer: string; move: OwnExample['move'] }[]

async function exactFigures(
  tx: BulkTx,
  rule: Rule,
  saved: Rule,
  context: RuleContext,
): Promise<Omit<Figures, 'revenue12m'> & { net12mMinor: number; shown: Shown }> {
  const sql = ruleSql([rule, saved], context)
  const [is, was] = sql.where as [string, string]
  type Row = Record<'members' | 'net' | 'reachable' | 'enters' | 'total', string> &
    Record<'entering' | 'staying', string[] | null>
  // Who is in it is asked as a condition, so that what it says of one table alone spares the others. OFFSET 0: else
  // PostgreSQL asks the saved rule once more for each figure.
  const [row] = await tx.query<Row>(
    `SELECT (SELECT count(*) FROM "CustomerFeatures" e WHERE e."shop" = $1) AS "total", count(*) AS "members",
       coalesce(sum("net"), 0) AS "net", count(*) FILTER (WHERE "mail") AS "reachable",
       count(*) FILTER (WHERE NOT "was") AS "enters",
       (array_agg("customer") FILTER (WHERE NOT "was"))[1:${EXAMPLES}]::text[] AS "entering",
       (array_agg("customer") FILTER (WHERE "was"))[1:${EXAMPLES}]::text[] AS "staying"
     FROM (SELECT f."customer", ${was} AS "was", f."net12mMinor" AS "net", c."emailConsent" = '${SUBSCRIBED}' AS "mail"
       FROM ${peopleFrom({ ...sql, needsCustomer: true })} WHERE f."shop" = $1 AND ${is} OFFSET 0) people`,
    sql.values,
  )
  const [left] =
    saved === NOBODY
      ? []
      : await tx.query<{ leaves: string; leaving: string[] | null }>(
          `SELECT count(*) AS "leaves", (array_agg(f."customer"))[1:${LEAVING_EXAMPLES}]::text[] AS "leaving"
           FROM ${peopleFrom(sql)} WHERE f."shop" = $1 AND ${was} AND NOT ${is}`,
          sql.values,
        )
  const [members, total] = [Number(row!.members), Number(row!.total)]
  const listed = (customers: string[] | null | undefined, move: OwnExample['move']): Shown =>
    (customers ?? []).map((customer) => ({ customer, move }))
  const shown = [...listed(row!.entering, 'enters'), ...listed(row!.staying, 'stays')].slice(0, EXAMPLES)
  return {
    members: { customers: members, plusMinus: 0 },
    total,
    share: total > 0 ? members / total : 0,
    net12mMinor: Number(row!.net),
    reachable: Number(row!.reachable),
    enters: Number(row!.enters),
    leaves: Number(left?.leaves ?? 0),
    shown: [...shown, ...listed(left?.leaving, 'leaves')],
  }
}

/** Who would come in, then who stays, then some who would leave, each with what decides it. */
async function examplesOf(
  tx: BulkTx,
  rule: Rule,
  shown: Shown,
  context: RuleContext,
  money: Money,
): Promise<OwnExample[]> {
  const moveOf = new Map(shown.map(({ customer, move }) => [Number(customer), move]))
  if (moveOf.size === 0) return []
  const examples = new Map<number, OwnExample>()
  const looks = looksOf([rule], context.others, false)
  const customers = [...moveOf.keys()]
  await readPeople(tx, context, { customers }, looks, (customer, stored) => {
    const person = personAt(stored, context.asOf, context.calendar, context.isLimited)
    examples.set(customer, {
      customer: String(customer),
      orders: stored.n,
      spent: money(stored.netMinor),
      move: moveOf.get(customer)!,
      verdict: evaluate(rule, person, context.others),
    })
  })
  return customers.flatMap((customer) => examples.get(customer) ?? [])
}
