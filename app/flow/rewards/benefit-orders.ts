/** What becomes of a grant once its code is on an order, and once its time has passed. */
import { DAY_MS, type Id, type Instant } from '#app/domain/order.ts'
import { faceValueMinor, type Grant } from '#app/domain/rewards/grant.ts'
import type { GrantReason } from '#app/domain/rewards/progress.ts'
import type { RewardGift } from '#app/domain/rewards/reward.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import type { Person } from '../confirmed-links.ts'
import type { GrantingFrame } from './granting-frame.ts'
import { readGrants, type OrderOfPerson } from './person-rows.ts'
import { reserveGrant } from './reserve.ts'

/** An order of the last day may still be on its way to us. */
const LATE_MS = DAY_MS

type About = {
  person: Person
  orders: readonly OrderOfPerson[]
  frame: GrantingFrame
  /** Nothing is issued anew to whoever is kept out of rewards: it waits for the merchant. */
  isKeptOut: boolean
  at: Instant
}

/**
 * Notes the orders that codes were used on. Of an order that was cancelled or went back whole, nothing was given: its money is
 * free again, and once a person and reward a fresh code is issued; a second time it waits for the merchant.
 *
 * @returns whether anything was written
 */
export async function settleOrders(tx: Tx, shop: ShopId, grants: readonly Grant[], about: About): Promise<boolean> {
  let isChanged = false
  for (const grant of grants) {
    if (grant.code === null || grant.state === 'declined') continue
    const key = `code:${grant.code}`
    const used = about.orders.filter(({ discounts }) => discounts.includes(key))
    const valid = used.findLast(({ isGone }) => !isGone)
    if (valid) isChanged = (await noteUse(tx, shop, grant, valid)) || isChanged
    const gone = used.at(-1)
    if (valid || !gone) continue
    isChanged = (await noteUse(tx, shop, grant, gone)) || isChanged
    const { customer, reward, step, what } = grant
    isChanged = (await issueAnew(tx, shop, { customer, reward, step, what, order: gone.id }, about)) || isChanged
  }
  return (await settleShared(tx, shop, about)) || isChanged
}

/** The shared code of a first order: that order is gone, and they have ordered nothing else. */
async function settleShared(tx: Tx, shop: ShopId, about: About): Promise<boolean> {
  let isChanged = false
  for (const { id, definition, startedAt } of about.frame.shared) {
    const key = `code:${definition.code}`
    const gone = about.orders.findLast(
      (order) => order.discounts.includes(key) && order.at >= startedAt! && order.isGone,
    )
    if (!gone || about.orders.some((order) => !order.isGone)) continue
    const again = { customer: gone.customer, reward: id, step: 0, what: definition.steps[0]!.what, order: gone.id }
    isChanged = (await issueAnew(tx, shop, again, about)) || isChanged
  }
  return isChanged
}

type Again = { customer: Id; reward: number; step: number; what: RewardGift; order: Id }

async function issueAnew(tx: Tx, shop: ShopId, again: Again, about: About): Promise<boolean> {
  const { customer, reward, step, what, order } = again
  const { person, isKeptOut, at } = about
  const because: GrantReason[] = [{ kind: 'order-gone', order }]
  // Read anew: what was issued anew a moment ago counts.
  const fresh = (await readGrants(tx, shop, person)).filter((grant) => grant.reward === reward && grant.turn > 0)
  if (fresh.length > 0 && fresh.at(-1)!.usedOrder !== order) return false
  const turn = Math.max(0, ...fresh.map((grant) => grant.turn)) + 1
  if (fresh.length === 0 && !isKeptOut) {
    const answer = await reserveGrant(tx, shop, { reward, step, turn, customer, person, what, because, at })
    if (answer.kind !== 'over') return answer.kind === 'reserved'
  }
  await tx.$executeRaw`
    INSERT INTO "Grant" ("shop", "reward", "step", "turn", "customer", "person", "state", "what", "because", "grantedAt")
    VALUES (${shop}, ${reward}, ${step}, ${turn}, ${customer}::text::bigint, ${person.id}::text::bigint, 'waiting',
      ${JSON.stringify(what)}::jsonb, ${JSON.stringify(because)}::jsonb, ${new Date(at)})
    ON CONFLICT DO NOTHING`
  return true
}

async function noteUse(tx: Tx, shop: ShopId, grant: Grant, order: OrderOfPerson): Promise<boolean> {
  const face = faceValueMinor(grant.what)
  const spentMinor = order.isGone ? 0 : face === null ? order.discountMinor : Math.min(face, order.discountMinor)
  const reservedMinor = order.isGone ? 0 : face
  const isNoted =
    grant.state === 'used' &&
    grant.usedOrder === order.id &&
    grant.spentMinor === spentMinor &&
    grant.reservedMinor === reservedMinor
  if (isNoted) return false
  await tx.grant.updateMany({
    where: { shop, id: grant.id },
    data: {
      state: 'used',
      usedAt: new Date(order.at),
      usedOrder: BigInt(order.id),
      spentMinor: BigInt(spentMinor),
      reservedMinor: reservedMinor === null ? null : BigInt(reservedMinor),
    },
  })
  return true
}

/**
 * Ends what can be used no more: an unused code's face value is free again. What became of store credit cannot be told, so it
 * counts as spent. A code that was taken back at a first order may become theirs again until then.
 */
export async function expireGrants(tx: Tx, shop: ShopId, at: Instant): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Grant" SET "state" = CASE WHEN "code" IS NULL THEN 'used' ELSE 'expired' END,
      "usedAt" = CASE WHEN "code" IS NULL THEN "expiresAt" END,
      "spentMinor" = CASE WHEN "code" IS NULL THEN "reservedMinor" END
    WHERE "shop" = ${shop} AND "state" = 'issued'
      AND coalesce(("asked" ->> 'until')::timestamptz, "expiresAt") <= ${new Date(at - LATE_MS)}`
}
