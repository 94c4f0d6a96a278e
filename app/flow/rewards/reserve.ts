/** The one verb that grants: under the person's and the reward's lock, so that nothing is granted twice or beyond its limits. */
import { faceValueMinor, HOLDS_BUDGET } from '#app/domain/rewards/grant.ts'
import type { RewardDefinition, RewardGift, RewardState } from '#app/domain/rewards/reward.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import { endOfDay } from '#app/domain/shop-calendar.ts'
import type { BulkTx, ShopId, Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { freshCode } from '#app/outside/secrets.server.ts'
import { personOf, type Person } from '../confirmed-links.ts'
import { ask } from '../either-door.ts'

export type ToReserve = {
  reward: number
  /** From 0. */
  step: number
  /** 0; more for a code that is issued anew. */
  turn: number
  customer: Id
  person: Person
  /** What they were promised, where it is not what the reward's step says. */
  what?: RewardGift
  /** What was done for it, as data. */
  because: readonly object[]
  at: Instant
}

export type Reserved =
  | { kind: 'reserved'; id: number }
  /** The person has it, or had it, under whatever account. */
  | { kind: 'had' }
  | { kind: 'over'; by: 'budget' | 'takers' | 'ended' }

type Held = { people: string; heldMinor: string; isAmong: boolean }

/**
 * Grants one step of a live reward to a person and owes what brings it to Shopify. Takes the lock of the person, then that of
 * the reward: whoever holds a lock of the reward's own before waits the wrong way round. Of several rewards in one
 * transaction, those with the lower id first.
 */
export async function reserveGrant(tx: Tx | BulkTx, shop: ShopId, to: ToReserve): Promise<Reserved> {
  await lockPerson(tx, shop, to.person.id)
  const [reward] = await ask<{ definition: RewardDefinition; state: RewardState; timezone: string | null }>(
    tx,
    `SELECT r."definition", r."state", (SELECT s."timezone" FROM "Shop" s WHERE s."shop" = r."shop") AS "timezone"
     FROM "Reward" r WHERE r."shop" = $1::int AND r."id" = $2::int FOR UPDATE`,
    [shop, to.reward],
  )
  const step = reward?.definition.steps[to.step]
  // In statements of their own: what others had taken before the locks came free is seen only from here on.
  if (await hasHad(tx, shop, to)) return { kind: 'had' }
  if (!reward || !step || reward.state !== 'live' || to.at >= endOfDay(reward.definition.endsOn, reward.timezone))
    return { kind: 'over', by: 'ended' }
  const what = to.what ?? step.what
  const reservedMinor = faceValueMinor(what)
  const { takers, budgetMinor } = reward.definition
  const held = await heldOf(tx, shop, to)
  if (takers !== null && !held.isAmong && Number(held.people) >= takers) return { kind: 'over', by: 'takers' }
  // What has no face value may begin while anything is left: it ends at the budget, and says by how much it went over.
  if (budgetMinor !== null && Number(held.heldMinor) + Math.max(1, reservedMinor ?? 0) > budgetMinor)
    return { kind: 'over', by: 'budget' }
  const code = what.kind === 'credit' ? null : freshCode(reward.definition.code)
  const [made] = await ask<{ id: number }>(
    tx,
    `INSERT INTO "Grant" ("shop", "reward", "step", "turn", "customer", "person", "state", "what", "reservedMinor", "code",
       "because", "grantedAt")
     VALUES ($1::int, $2::int, $3::int, $4::int, $5::text::bigint, $6::text::bigint, 'reserved', $7::text::jsonb,
       $8::text::bigint, $9, $10::text::jsonb, $11::timestamptz)
     RETURNING "id"`,
    [
      shop,
      to.reward,
      to.step,
      to.turn,
      to.customer,
      to.person.id,
      JSON.stringify(what),
      reservedMinor === null ? null : String(reservedMinor),
      code,
      JSON.stringify(to.because),
      new Date(to.at),
    ],
  )
  await owe(tx, shop, 'issue-grants', String(shop), {})
  return { kind: 'reserved', id: made!.id }
}

/**
 * Grants what waited for the merchant, also of a reward that has ended, for it was promised; but never beyond the budget.
 *
 * @returns `had`: it waits no more
 */
export async function reserveWaiting(tx: Tx | BulkTx, shop: ShopId, id: number, at: Instant): Promise<Reserved> {
  const [waits] = await ask<{ reward: number; customer: Id; what: RewardGift }>(
    tx,
    `SELECT "reward", "customer"::text AS "customer", "what" FROM "Grant" WHERE "shop" = $1::int AND "id" = $2::int`,
    [shop, id],
  )
  if (!waits) return { kind: 'had' }
  const person = await personOf(tx, shop, waits.customer)
  await lockPerson(tx, shop, person.id)
  const [reward] = await ask<{ definition: RewardDefinition }>(
    tx,
    `SELECT "definition" FROM "Reward" WHERE "shop" = $1::int AND "id" = $2::int FOR UPDATE`,
    [shop, waits.reward],
  )
  if (!reward) return { kind: 'over', by: 'ended' }
  const { code: prefix, budgetMinor } = reward.definition
  const face = faceValueMinor(waits.what)
  const { heldMinor } = await heldOf(tx, shop, { reward: waits.reward, person })
  if (budgetMinor !== null && Number(heldMinor) + Math.max(1, face ?? 0) > budgetMinor)
    return { kind: 'over', by: 'budget' }
  const changed = await ask(
    tx,
    `UPDATE "Grant" SET "state" = 'reserved', "code" = $3, "reservedMinor" = $4::text::bigint, "grantedAt" = $5::timestamptz
     WHERE "shop" = $1::int AND "id" = $2::int AND "state" = 'waiting' RETURNING "id"`,
    [
      shop,
      id,
      waits.what.kind === 'credit' ? null : freshCode(prefix),
      face === null ? null : String(face),
      new Date(at),
    ],
  )
  if (changed.length === 0) return { kind: 'had' }
  await owe(tx, shop, 'issue-grants', String(shop), {})
  return { kind: 'reserved', id }
}

/** Holds everything that is decided for a person until the transaction ends, so that two of their accounts take turns. */
export async function lockPerson(tx: Tx | BulkTx, shop: ShopId, person: Id): Promise<void> {
  // The function answers void, which Prisma cannot read.
  await ask(
    tx,
    `SELECT true AS "held" FROM (SELECT pg_advisory_xact_lock(hashtextextended('person:' || $2::text, $1::bigint))::text) AS l`,
    [shop, person],
  )
}

/** Whether it was granted to any of the person's accounts, also before these were known to be one person's. */
async function hasHad(tx: Tx | BulkTx, shop: ShopId, to: ToReserve): Promise<boolean> {
  const rows = await ask(
    tx,
    `SELECT 1 FROM "Grant" WHERE "shop" = $1::int AND "reward" = $2::int AND "step" = $3::int AND "turn" = $4::int
       AND ("person" = ANY ($5::text[]::bigint[]) OR "customer" = ANY ($5::text[]::bigint[])) LIMIT 1`,
    [shop, to.reward, to.step, to.turn, [...to.person.accounts]],
  )
  return rows.length > 0
}

async function heldOf(tx: Tx | BulkTx, shop: ShopId, to: Pick<ToReserve, 'reward' | 'person'>): Promise<Held> {
  const [held] = await ask<Held>(
    tx,
    `SELECT count(DISTINCT "person")::text AS "people",
       coalesce(sum(coalesce("reservedMinor", "spentMinor")), 0)::text AS "heldMinor",
       coalesce(bool_or("person" = ANY ($4::text[]::bigint[]) OR "customer" = ANY ($4::text[]::bigint[])), false) AS "isAmong"
     FROM "Grant" WHERE "shop" = $1::int AND "reward" = $2::int AND "state" = ANY ($3::text[])`,
    [shop, to.reward, [...HOLDS_BUDGET], [...to.person.accounts]],
  )
  return held!
}
