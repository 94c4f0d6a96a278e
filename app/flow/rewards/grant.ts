/** Grants people what they have earned, and works out what each of their accounts is shown. */
import { isDeepStrictEqual } from 'node:util'
import { DAY_MS, type Id, type Instant } from '#app/domain/order.ts'
import { arbitrate, openFor, type Candidate, type Verdict } from '#app/domain/rewards/arbiter.ts'
import type { Grant, GrantState, Standing } from '#app/domain/rewards/grant.ts'
import { personalDocument, type Refusal, type SharedCodes } from '#app/domain/rewards/personal-document.ts'
import { isNothing, type PersonalRewards } from '#app/domain/rewards/personal-rewards.ts'
import { progressOf } from '#app/domain/rewards/progress.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type BulkTx, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { personIn, type Person } from '../confirmed-links.ts'
import { exclusionsOf } from '../kept-out.ts'
import { settleOrders } from './benefit-orders.ts'
import { settleFirstOrders } from './first-order-codes.ts'
import { readGrantingFrame, type GrantingFrame } from './granting-frame.ts'
import { readAccounts, readFacts, readGrants, readStandings, type Account, type OrderOfPerson } from './person-rows.ts'
import { lockPerson, reserveGrant } from './reserve.ts'
import { isAmong, noteSeen, placeIn, standingOf, withSeen } from './standing.ts'

/** What the worker holds meanwhile. */
type Hold = { stillMine(tx: Tx | BulkTx): Promise<void> }

/** A ladder climbed at one go, and what it opens. */
const MOST_ROUNDS = 10
/** Of older orders nobody asks where they are. */
const DELIVERY_DAYS = 90

/** Decides for a customer and the other accounts of the same person. @returns when time alone changes something */
export async function grantCustomer(shop: ShopId, customer: Id, hold: Hold): Promise<void | { againInMs: number }> {
  const at = now()
  return withShop(shop, async (tx) => {
    const frame = await readGrantingFrame(tx, shop, at)
    const inMs = await grantPerson(tx, shop, customer, frame, at)
    await hold.stillMine(tx)
    return inMs === null ? undefined : { againInMs: inMs }
  })
}

/**
 * Everything of one person, in the caller's transaction and under the person's lock: their orders' codes, then what they are
 * granted, then what they are shown. Done twice, the second time changes nothing.
 *
 * @returns in how many milliseconds time alone may change something, a day at most; null: it does not
 */
export async function grantPerson(
  tx: Tx,
  shop: ShopId,
  customer: Id,
  frame: GrantingFrame,
  at: Instant,
): Promise<number | null> {
  const person = personIn(frame.persons, customer)
  await lockPerson(tx, shop, person.id)
  const accounts = await readAccounts(tx, shop, person)
  if (accounts.length === 0) return null
  const facts = await readFacts(tx, shop, person, frame, at)
  const excluded = await exclusionsOf(tx, shop, person.accounts, at)
  const exclusions = [...excluded.values()].flat()
  const before = await readGrants(tx, shop, person)
  await settleOrders(tx, shop, before, {
    person,
    orders: facts.orders,
    frame,
    isKeptOut: exclusions.length > 0 || accounts.some(({ isOff }) => isOff),
    at,
  })
  await settleFirstOrders(tx, shop, before, { orders: facts.orders, frame, at })
  let nextAt: Instant | null = null
  for (const account of accounts) {
    const decided = await grantAccount(tx, shop, { person, account, facts, exclusions, frame, at })
    if (decided.nextAt !== null && (nextAt === null || decided.nextAt < nextAt)) nextAt = decided.nextAt
  }
  return nextAt === null ? null : Math.min(DAY_MS, Math.max(0, nextAt - at))
}

export type AboutAccount = {
  person: Person
  account: Account
  facts: Awaited<ReturnType<typeof readFacts>>
  exclusions: Parameters<typeof arbitrate>[0]['exclusions']
  frame: GrantingFrame
  at: Instant
}

async function grantAccount(tx: Tx, shop: ShopId, about: AboutAccount): Promise<{ nextAt: Instant | null }> {
  const { person, account, frame, at } = about
  const over = new Map(frame.over)
  let weighed = await weigh(tx, shop, about, over)
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    for (const standing of weighed.standings) {
      if (standing.isNew && weighed.verdict.toPlace.includes(standing.reward)) await placeIn(tx, shop, standing)
      if (!standing.isNew && standing.hasMoved) await noteSeen(tx, shop, standing)
    }
    const { toGrant } = weighed.verdict
    if (toGrant.length === 0) break
    for (const { reward, step, what, because } of [...toGrant].sort((a, b) => a.reward - b.reward)) {
      const to = { reward, step, turn: 0, customer: account.id, person, what, because, at }
      const answer = await reserveGrant(tx, shop, to)
      if (answer.kind === 'over') over.set(reward, answer.by === 'ended' ? 'budget' : answer.by)
    }
    weighed = await weigh(tx, shop, about, over)
  }
  await askForDeliveries(tx, shop, about, weighed)
  const { verdict, grants, standings } = weighed
  const document = personalDocument(verdict, openFor(grants, account.id, at), account.isOff, {
    currency: frame.currency,
    definitions: new Map([...frame.rewards].map(([id, { definition }]) => [id, definition])),
    texts: new Map(standings.map(({ reward, text }) => [reward, text])),
    shared: sharedFor(about, grants),
    dayOf: frame.dayOf,
  })
  await want(tx, shop, account.id, document)
  const ends = grants.flatMap(({ expiresAt }) => (expiresAt !== null && expiresAt > at ? [expiresAt] : []))
  const moments = [verdict.nextAt ?? Infinity, ...ends]
  const nextAt = Math.min(...moments)
  return { nextAt: Number.isFinite(nextAt) ? nextAt : null }
}

type Weighed = {
  candidates: Candidate[]
  standings: (Standing & { isNew: boolean; hasMoved: boolean })[]
  grants: Grant[]
  verdict: Verdict
}

/** What the arbiter says of one account, by what is stored now. */
export async function weigh(
  tx: Tx,
  shop: ShopId,
  { person, account, facts, exclusions, frame, at }: AboutAccount,
  over: GrantingFrame['over'],
): Promise<Weighed> {
  const { orders } = facts
  const grants = await readGrants(tx, shop, person)
  const stored = await readStandings(tx, shop, person)
  const standings: Weighed['standings'] = []
  const candidates = frame.live.map((reward): Candidate => {
    const { id, definition, endsAt } = reward
    const found = standingOf(shop, reward, { person, account, orders, standings: stored, frame, at })
    const standing = { ...found, facts: withSeen(found, definition, account, facts.answers, at) }
    standings.push({ ...standing, hasMoved: !isDeepStrictEqual(standing.facts, found.facts) })
    const grantedAt = new Map(grants.filter((each) => each.reward === id).map((each) => [each.step, each.grantedAt]))
    const { since } = standing
    return {
      reward: id,
      definition,
      isAmong: isAmong(definition.who, account, orders),
      hasStanding: !standing.isNew,
      arm: standing.arm,
      isHad: definition.who.kind === 'first-order' && hasHad(account.id, orders, grants, frame),
      over: over.get(id) ?? null,
      steps: progressOf({
        definition,
        facts: standing.facts,
        since,
        person: facts,
        grantedAt,
        endsAt,
        at,
        dayOf: frame.dayOf,
      }),
    }
  })
  const { mostPerYear, coolDays } = frame.settings.rewards
  const verdict = arbitrate({
    customer: account.id,
    candidates,
    grants,
    exclusions,
    isOff: account.isOff,
    limits: { mostPerYear, coolDays },
    at,
  })
  return { candidates, standings, grants, verdict }
}

/** What they read of a shared code of which there is a grant: their question, or nothing, for it has been answered with a code. */
const REFUSALS: Partial<Record<GrantState, Refusal>> = { waiting: 'asked', declined: 'declined' }

/** Which codes that others read they may read, as far as we know: whose are bound is for Shopify to confirm. */
function sharedFor({ account, facts, exclusions, frame }: AboutAccount, grants: readonly Grant[]): SharedCodes {
  const among = frame.shared.filter(({ definition }) => isAmong(definition.who, account, facts.orders))
  if (hasHad(account.id, facts.orders, grants, frame)) {
    const refused = among.flatMap(({ id }) => {
      const last = grants
        .filter(({ reward }) => reward === id)
        .toSorted((a, b) => a.turn - b.turn)
        .at(-1)
      const state = last === undefined ? 'refused' : REFUSALS[last.state]
      return state ? [{ reward: id, state }] : []
    })
    return { theirs: [], refused }
  }
  const bound = among.filter(({ definition: { who } }) => who.kind === 'first-order' && who.guests === 'sign-in')
  return { theirs: exclusions.length > 0 ? [] : bound.map(({ id }) => id), refused: [] }
}

/** Another account of the person has ordered, or has had a first order's reward. */
function hasHad(
  account: Id,
  orders: readonly OrderOfPerson[],
  grants: readonly Grant[],
  frame: GrantingFrame,
): boolean {
  const isOfFirst = ({ reward, state }: Grant) =>
    frame.rewards.get(reward)?.definition.who.kind === 'first-order' &&
    !['waiting', 'declined', 'ended'].includes(state)
  return (
    orders.some((order) => order.customer !== account && order.counts) ||
    grants.some((grant) => grant.customer !== account && isOfFirst(grant))
  )
}

/** Has it looked after where the orders are that a step waits for; whoever looks rings when something is known. */
async function askForDeliveries(tx: Tx, shop: ShopId, { facts, at }: AboutAccount, weighed: Weighed): Promise<void> {
  const since = weighed.candidates.flatMap(({ reward, arm, steps }) => {
    const isOpen = steps.some(
      (step) => step.asks.some(({ kind }) => kind === 'delivered') && step.earnedAt === null && step.isPossible,
    )
    const standing = weighed.standings.find((each) => each.reward === reward)!
    const isTheirs = !standing.isNew || weighed.verdict.toPlace.includes(reward)
    return isOpen && isTheirs && arm === 'reward' ? [standing.since] : []
  })
  const from = Math.max(Math.min(Infinity, ...since), at - DELIVERY_DAYS * DAY_MS)
  const orders = facts.orders.filter((order) => order.counts && order.at >= from && !order.isLookedAfter)
  let asked = 0
  for (const { id } of orders)
    asked += await tx.$executeRaw`
      INSERT INTO "Delivery" ("shop", "order") VALUES (${shop}, ${id}::text::bigint)
      ON CONFLICT ("shop", "order") DO UPDATE SET "until" = NULL`
  if (asked > 0) await owe(tx, shop, 'look-at-deliveries', String(shop), {})
}

async function want(tx: Tx, shop: ShopId, customer: Id, document: PersonalRewards): Promise<void> {
  const id = BigInt(customer)
  const row = await tx.customerRewards.findUnique({ where: { shop_customer: { shop, customer: id } } })
  const isEmpty = isNothing(document)
  if (row === null ? isEmpty : isDeepStrictEqual(row.wanted, document)) return
  await tx.customerRewards.upsert({
    where: { shop_customer: { shop, customer: id } },
    create: { shop, customer: id, wanted: document },
    update: { wanted: document },
  })
  await owe(tx, shop, 'show-offers', String(shop), {})
}
