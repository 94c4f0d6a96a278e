/** The one verb that grants: under the person's and the reward's lock, so that nothing is granted twice or beyond its limits. */
import { faceValueMinor, HOLDS_BUDGET } from '#app/domain/rewards/grant.ts'
import type { RewardDefinition, RewardGift } from '#app/domain/rewards/reward.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import { endOfDay } from '#app/domain/shop-calendar.ts'
import { Bug } from '#app/errors.ts'
import type { BulkTx, ShopId, Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { freshCode } from '#app/outside/secrets.server.ts'
import type { ShownToken } from '#app/outside/visitor-token.server.ts'
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

/** A reward as it was read before the locks: what is worked out from it holds only as long as it is still this. */
export type KnownReward = { definition: RewardDefinition; timezone: string | null }
/** Of `reserve_grant` and `claim_grant` (0021_reserve). */
type Answer = {
  answer: 'reserved' | 'had' | 'ended' | 'takers' | 'budget' | 'changed' | 'spent'
  id: number | null
  definition: RewardDefinition | null
}

/**
 * Grants one step of a live reward to a person and owes what brings it to Shopify. Takes the lock of the person, then that of
 * the reward: whoever holds a lock of the reward's own before waits the wrong way round. Of several rewards in one
 * transaction, those with the lower id first.
 */
export async function reserveGrant(tx: Tx | BulkTx, shop: ShopId, to: ToReserve): Promise<Reserved> {
  const [known] = await ask<KnownReward>(
    tx,
    `SELECT r."definition", (SELECT s."timezone" FROM "Shop" s WHERE s."shop" = r."shop") AS "timezone"
     FROM "Reward" r WHERE r."shop" = $1::int AND r."id" = $2::int`,
    [shop, to.reward],
  )
  if (!known) return { kind: 'over', by: 'ended' }
  return reservedOf(
    await reserve(to, known, (grant) =>
      ask(tx, `SELECT "answer", "id", "definition" FROM reserve_grant($1::int, $2::text::jsonb)`, [shop, grant]),
    ),
  )
}

/**
 * The same for a shopper who takes it by a token, and waits: in one trip to the database. Owes what they are shown too.
 *
 * @returns null: the token has been used before, and the transaction must not be kept
 */
export async function reserveClaim(
  tx: BulkTx,
  shop: ShopId,
  to: ToReserve,
  known: KnownReward,
  { jti, expiresAt }: ShownToken,
): Promise<Reserved | null> {
  const answer = await reserve(to, known, (grant) =>
    tx.query(`SELECT answer, id, definition FROM claim_grant($1, $2, $3, $4)`, [shop, grant, jti, new Date(expiresAt)]),
  )
  return answer.answer === 'spent' ? null : reservedOf(answer)
}

/** `changed` comes once at most: with it come the locks. */
async function reserve(to: ToReserve, known: KnownReward, send: (grant: string) => Promise<Answer[]>): Promise<Answer> {
  const { definition, timezone } = known
  const what = to.what ?? definition.steps[to.step]?.what
  if (!what) return { answer: 'ended', id: null, definition: null }
  const { person, at, ...grant } = to
  const [answer] = await send(
    JSON.stringify({
      ...grant,
      person: person.id,
      accounts: person.accounts,
      what,
      reservedMinor: faceValueMinor(what),
      code: what.kind === 'credit' ? null : freshCode(definition.code),
      at: new Date(at),
      endsAt: new Date(endOfDay(definition.endsOn, timezone)),
      takers: definition.takers,
      budgetMinor: definition.budgetMinor,
      holds: HOLDS_BUDGET,
      definition,
    }),
  )
  if (!answer) throw new Bug('reserve_grant answered no row')
  if (answer.definition === null) return answer
  return reserve(to, { definition: answer.definition, timezone }, send)
}

function reservedOf({ answer, id }: Answer): Reserved {
  switch (answer) {
    case 'reserved':
      return { kind: 'reserved', id: id! }
    case 'had':
      return { kind: 'had' }
    case 'ended':
    case 'takers':
    case 'budget':
      return { kind: 'over', by: answer }
    case 'changed':
    case 'spent':
      throw new Bug(`not an answer about a grant: ${answer}`)
  }
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
  if (budgetMinor !== null && (await heldMinorOf(tx, shop, waits.reward)) + Math.max(1, face ?? 0) > budgetMinor)
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
  await ask(tx, `SELECT lock_person($1::int, $2::text::bigint) AS "held"`, [shop, person])
}

async function heldMinorOf(tx: Tx | BulkTx, shop: ShopId, reward: number): Promise<number> {
  const [held] = await ask<{ heldMinor: string }>(
    tx,
    `SELECT "held_minor"::text AS "heldMinor" FROM held_by_grants($1::int, $2::int, $3::text[], '{}')`,
    [shop, reward, [...HOLDS_BUDGET]],
  )
  return Number(held!.heldMinor)
}
