import type { Instant } from '#app/domain/order.ts'
import { SUBSCRIBED, personAt, type Person } from '#app/domain/rules/person.ts'
import { now } from '#app/outside/clock.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { readPeople } from './people.ts'
import type { RuleContext } from './rule-sql.ts'
import { readingsDone } from './unread.ts'

/** The shop's fixed sample as people, so that a rule is counted at every keystroke without asking a table. */
export type Sample = {
  people: Person[]
  net12mMinor: number[]
  isReachable: boolean[]
  /** Everybody, of whom these are the sample. */
  total: number
  /** Of what was bought, these are read. */
  goods: { products: readonly string[]; collections: readonly string[] }
  /** As `readingsDone`. */
  readings: number
  readAt: Instant
}

/** What was read longer ago is read again: orders come in while somebody edits. */
const FRESH_MS = 60_000
const MOST_PEOPLE = 100_000

/** Least recently used first. */
const kept = new Map<ShopId, Sample>()

/** @param goods  that the rule names: what was bought of others is not read */
export async function sampleOf(tx: BulkTx, context: RuleContext, goods: Sample['goods']): Promise<Sample> {
  const known = kept.get(context.shop)
  const both = {
    products: [...new Set([...goods.products, ...(known?.goods.products ?? [])])],
    collections: [...new Set([...goods.collections, ...(known?.goods.collections ?? [])])],
  }
  const readings = await readingsDone(tx, context.shop)
  const isFresh =
    known &&
    known.readings === readings &&
    now() - known.readAt < FRESH_MS &&
    both.products.length === known.goods.products.length &&
    both.collections.length === known.goods.collections.length
  const sample = isFresh ? known : await readSample(tx, context, both, readings)
  kept.delete(context.shop)
  kept.set(context.shop, sample)
  let people = [...kept.values()].reduce((sum, each) => sum + each.people.length, 0)
  for (const [oldest, each] of kept) {
    if (people <= MOST_PEOPLE || oldest === context.shop) break
    kept.delete(oldest)
    people -= each.people.length
  }
  return sample
}

async function readSample(tx: BulkTx, context: RuleContext, goods: Sample['goods'], readings: number): Promise<Sample> {
  const [row] = await tx.query<{ total: number }>(
    'SELECT count(*)::int AS total FROM "CustomerFeatures" WHERE "shop" = $1',
    [context.shop],
  )
  const sample: Sample = {
    people: [],
    net12mMinor: [],
    isReachable: [],
    total: row?.total ?? 0,
    goods,
    readings,
    readAt: now(),
  }
  const looks = { ...goods, hasTags: true, hasCheckouts: true, hasVisits: true, hasAnswers: true, hasOwn: false }
  await readPeople(tx, context, 'sample', looks, (_customer, stored) => {
    sample.people.push(personAt(stored, context.asOf, context.calendar, context.isLimited))
    sample.net12mMinor.push(stored.net12mMinor)
    sample.isReachable.push(stored.emailConsent === SUBSCRIBED)
  })
  return sample
}
