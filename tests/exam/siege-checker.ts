import pg from 'pg'
import type { RunningShop } from '../shop/server.ts'
import type { World } from '../shop/world.ts'
import type { Record } from './siege.ts'

/** What came of a siege; all but the counts of what was played must be 0. */
export type Verdict = {
  webhooks: number
  attempts: number
  refusedOrUnanswered: number
  /** Answered 200, and there is no row of it. */
  acknowledgedAndLost: number
  /** Answered 200 to what was asked and answered while PostgreSQL could store nothing. */
  false200: number
  /** Asked while PostgreSQL stood still, and not answered in Shopify's five seconds. */
  hung: number
  /** Rows of deliveries that nobody sent. */
  unexpected: number
  /** Given up by the sender after eight retries. */
  givenUp: number
  /** Orders that are not stored as the shop has them. */
  staleOrders: number
  /** Moves written down twice, tags added twice without having been taken off, customers whose tags are not their stage's. */
  duplicatedMoves: number
  duplicatedTags: number
  wrongTags: number
  foreignTagsChanged: number
  deadWork: number
}

// A little less than its five seconds, at which the sender hangs up.
const SHOPIFYS_PATIENCE_MS = 4900

const TAGS: { [stage: string]: string[] } = {
  prospect: [],
  new: ['seg:new'],
  'one-and-done': ['seg:one-and-done'],
  repeat: ['seg:repeat'],
  loyal: ['seg:loyal', 'seg:repeat'],
  'at-risk': ['seg:at-risk'],
  lapsed: ['seg:lapsed'],
}

type Order = { id: string; customer: string; updatedAt: Date; totalMinor: string; quantity: number }

/** Holds what the sender recorded against what is stored and what is in the shop. */
export async function judge(of: {
  world: World
  shop: RunningShop
  rowsUrl: string
  record: Record
}): Promise<Verdict> {
  const database = new pg.Client({ connectionString: of.rowsUrl })
  await database.connect()
  const rowsOf = async <R extends pg.QueryResultRow>(sql: string) => (await database.query<R>(sql)).rows
  const count = async (sql: string) => Number((await rowsOf<{ n: string }>(`SELECT count(*) AS n FROM ${sql}`))[0]!.n)
  try {
    const { sent } = of.shop.shop.played.webhooks
    const { answers, stoodStill } = of.record
    const keyOf = (topic: string, key: string) => `${topic} ${key}`
    const stored = new Set(
      (await rowsOf<{ topic: string; key: string }>('SELECT topic, "dedupeKey" AS key FROM "Inbox"')).map(
        // After the event's id comes what it is about: in a siege no event rings twice for one topic.
        ({ topic, key }) => keyOf(topic, key.split(' ', 1)[0]!),
      ),
    )
    const acknowledged = new Set(answers.filter(({ status }) => status === 200).map(({ webhookId }) => webhookId))
    const known = new Set(sent.map(({ topic, eventId }) => keyOf(topic, eventId)))
    const orders = await rowsOf<Order>(
      `SELECT id::text, customer::text, "updatedAt", "totalMinor"::text, quantity FROM "Order"`,
    )
    return {
      webhooks: sent.length,
      attempts: answers.length,
      refusedOrUnanswered: answers.filter(({ status }) => status !== 200).length,
      acknowledgedAndLost: sent.filter(
        ({ webhookId, topic, eventId }) => acknowledged.has(webhookId) && !stored.has(keyOf(topic, eventId)),
      ).length,
      false200: answers.filter(
        ({ status, askedAt, endedAt }) =>
          status === 200 && stoodStill.some(({ from, to }) => askedAt > from && endedAt < to),
      ).length,
      hung: answers.filter(
        ({ status, askedAt, endedAt }) =>
          status === 0 &&
          endedAt - askedAt > SHOPIFYS_PATIENCE_MS &&
          stoodStill.some(({ from, to }) => askedAt > from && askedAt < to),
      ).length,
      unexpected: [...stored].filter((key) => !known.has(key)).length,
      givenUp: sent.filter(({ delivered }) => !delivered).length,
      staleOrders: staleIn(of.world, orders),
      duplicatedMoves: await count(
        `(SELECT "to", lag("to") OVER (PARTITION BY shop, customer, what ORDER BY id) AS before FROM "MembershipChange") m
         WHERE m."to" = m.before`,
      ),
      duplicatedTags: await count(
        `(SELECT what, lag(what) OVER (PARTITION BY shop, customer, lower(tag) ORDER BY id) AS before
          FROM "TagChange" WHERE tag IS NOT NULL AND what IN ('add', 'remove')) t WHERE t.what = t.before`,
      ),
      ...tagsIn(of.world, await rowsOf(`SELECT customer::text, stage FROM "Membership"`)),
      deadWork: await count(`"Work" WHERE state IN ('dead', 'parked')`),
    }
  } finally {
    await database.end()
  }
}

function staleIn(world: World, orders: Order[]): number {
  const stored = new Map(orders.map((order) => [Number(order.id), order]))
  let stale = orders.filter(({ id }) => !world.orders.has(Number(id))).length
  for (const order of world.orders.values()) {
    const row = stored.get(order.id)
    const second = (ms: number) => Math.floor(ms / 1000)
    const isSame =
      row !== undefined &&
      Number(row.customer) === order.customerId &&
      second(row.updatedAt.getTime()) === second(order.updatedAt) &&
      row.quantity === order.lines.reduce((sum, line) => sum + line.quantity, 0)
    if (!isSame) stale += 1
  }
  return stale
}

function tagsIn(world: World, members: { customer: string; stage: string }[]) {
  const stageOf = new Map(members.map(({ customer, stage }) => [Number(customer), stage]))
  let wrongTags = 0
  let foreignTagsChanged = 0
  for (const { id, tags } of world.customers.values()) {
    const ours = tags.filter((tag) => tag.startsWith('seg:')).sort()
    const stage = stageOf.get(id) ?? 'nobody has one'
    const hasOrders = world.ordersOf(id).length > 0
    if (ours.join() !== TAGS[stage]?.join() || hasOrders === (stage === 'prospect')) wrongTags += 1
    if (tags.filter((tag) => !ours.includes(tag)).join() !== 'theirs') foreignTagsChanged += 1
  }
  return { wrongTags, foreignTagsChanged }
}
