/** What is stored of one person, as rewards look at it. */
import { whyLeftOut, type Id, type Instant, DAY_MS } from '#app/domain/order.ts'
import type { Arm, Grant, GrantState, Standing, StandingFacts } from '#app/domain/rewards/grant.ts'
import type { PersonFacts, PersonOrder } from '#app/domain/rewards/progress.ts'
import type { RewardGift } from '#app/domain/rewards/reward.ts'
import type { SurveyPart } from '#app/domain/survey.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import type { Person } from '../confirmed-links.ts'
import type { GrantingFrame } from './granting-frame.ts'

/** An order with what is asked of it beside what it earns. */
export type OrderOfPerson = PersonOrder & {
  customer: Id
  discounts: string[]
  discountMinor: number
  /** Cancelled, refunded whole, returned whole, or never paid. */
  isGone: boolean
  /** Where it is, is looked after for a reward. */
  isLookedAfter: boolean
}

/** That some part of the survey was answered; which choice was taken is nothing to a reward. */
export type SurveyAnswerOfPerson = { which: SurveyPart; at: Instant }

/** One account as the segments have it. */
export type Account = {
  id: Id
  createdAt: Instant
  agrees: { email: boolean; sms: boolean }
  stage: string | null
  stageSince: Instant | null
  isCherryPicker: boolean
  flags: string[]
  own: Map<number, Instant>
  isOff: boolean
  /** It looks like one that has ordered, and nobody has said so. */
  isLikeAnother: boolean
}

type OrderRow = {
  id: Id
  customer: Id
  at: Date
  cancelledAt: Date | null
  isTest: boolean
  status: string
  currency: string
  subtotal: string
  refunded: string
  discount: string
  quantity: number
  current: number
  discounts: string[]
  fulfilledAt: Date | null
  deliveredAt: Date | null
  isLookedAfter: boolean
}

/** Orders, reviews and answers of all accounts, from the first to the last. */
export async function readFacts(
  tx: Tx,
  shop: ShopId,
  { accounts }: Person,
  { settings, currency }: GrantingFrame,
  at: Instant,
): Promise<{ orders: OrderOfPerson[]; reviews: PersonFacts['reviews']; answers: SurveyAnswerOfPerson[] }> {
  const rows = await tx.$queryRaw<OrderRow[]>`
    SELECT o."id"::text AS "id", o."customer"::text AS "customer", o."processedAt" AS "at", o."cancelledAt",
      o."isTest", o."financialStatus" AS "status", o."currency", o."subtotalMinor"::text AS "subtotal",
      o."refundedMinor"::text AS "refunded", o."discountMinor"::text AS "discount", o."quantity",
      o."currentQuantity" AS "current", o."discounts", d."fulfilledAt", d."deliveredAt", d."order" IS NOT NULL AND d."until" IS NULL AS "isLookedAfter"
    FROM "Order" o LEFT JOIN "Delivery" d ON d."shop" = o."shop" AND d."order" = o."id"
    WHERE o."shop" = ${shop} AND o."customer" = ANY (${[...accounts]}::text[]::bigint[])
    ORDER BY o."processedAt", o."id"`
  const reviews = await tx.$queryRaw<{ id: string; at: Date }[]>`
    SELECT "id", "at" FROM "Review" WHERE "shop" = ${shop} AND "customer" = ANY (${[...accounts]}::text[]::bigint[])
    ORDER BY "at", "id"`
  const answers = await tx.$queryRaw<{ which: SurveyPart; at: Date }[]>`
    SELECT DISTINCT CASE WHEN EXISTS (
        SELECT FROM "Survey" s CROSS JOIN jsonb_array_elements(s."definition" -> 'questions') q
        WHERE s."shop" = a."shop" AND (q ->> 'id')::int = a."question" AND q ->> 'when' = 'after-delivery')
      THEN 'delivery' ELSE 'preferences' END AS "which", a."answeredAt" AS "at"
    FROM "SurveyAnswer" a WHERE a."shop" = ${shop} AND a."customer" = ANY (${[...accounts]}::text[]::bigint[])
    ORDER BY 2`
  const orders = rows.map((row): OrderOfPerson => {
    const facts = {
      customer: row.customer,
      orderedAt: row.at.getTime(),
      isTest: row.isTest,
      cancelledAt: row.cancelledAt?.getTime() ?? null,
      financialStatus: row.status,
      subtotalMinor: Number(row.subtotal),
      currency: row.currency,
    }
    const isReturned = row.quantity > 0 && row.current === 0
    const isGone = row.cancelledAt !== null || ['REFUNDED', 'VOIDED', 'EXPIRED'].includes(row.status) || isReturned
    return {
      id: row.id,
      customer: row.customer,
      at: row.at.getTime(),
      counts: !isReturned && whyLeftOut(facts, at, settings.orderRule, currency) === null,
      wentBack: isGone || Number(row.refunded) > 0 || row.current < row.quantity,
      delivered: deliveredOf(row, settings.rewards.deliveryDays),
      discounts: row.discounts,
      discountMinor: Number(row.discount),
      isGone,
      isLookedAfter: row.isLookedAfter,
    }
  })
  return {
    orders,
    reviews: reviews.map((row) => ({ id: row.id, at: row.at.getTime() })),
    answers: answers.map((row) => ({ which: row.which, at: row.at.getTime() })),
  }
}

function deliveredOf({ deliveredAt, fulfilledAt }: OrderRow, deliveryDays: number): PersonOrder['delivered'] {
  if (deliveredAt !== null) return { at: deliveredAt.getTime(), isEstimated: false }
  return fulfilledAt === null ? null : { at: fulfilledAt.getTime() + deliveryDays * DAY_MS, isEstimated: true }
}

type AccountRow = {
  id: Id
  createdAt: Date
  email: string | null
  sms: string | null
  stage: string | null
  stageSince: Date | null
  tier: string | null
  isVip: boolean | null
  buysInSales: boolean | null
  isRegular: boolean | null
  segments: number[] | null
  since: Date[] | null
  isOff: boolean
  isLikeAnother: boolean
}

/** Those accounts that the shop knows, the lowest id first. */
export async function readAccounts(tx: Tx, shop: ShopId, { accounts }: Person): Promise<Account[]> {
  const rows = await tx.$queryRaw<AccountRow[]>`
    SELECT c."id"::text AS "id", c."createdAt", c."emailConsent" AS "email", c."smsConsent" AS "sms", m."stage", m."stageSince",
      m."cherryPicker" AS "tier", m."isVip", m."buysInSales", m."isRegular", o."segments", o."since",
      EXISTS (SELECT FROM "OffersOff" f WHERE f."shop" = c."shop" AND f."customer" = c."id") AS "isOff",
      EXISTS (SELECT FROM "PersonLink" l JOIN "CustomerFeatures" x ON x."shop" = l."shop" AND x."orders" > 0
          AND x."customer" = CASE WHEN l."a" = c."id" THEN l."b" ELSE l."a" END
        WHERE l."shop" = c."shop" AND l."state" = 'suggested' AND (l."a" = c."id" OR l."b" = c."id")) AS "isLikeAnother"
    FROM "Customer" c LEFT JOIN "Membership" m ON m."shop" = c."shop" AND m."customer" = c."id"
      LEFT JOIN "OwnMembership" o ON o."shop" = c."shop" AND o."customer" = c."id"
    WHERE c."shop" = ${shop} AND c."id" = ANY (${[...accounts]}::text[]::bigint[]) ORDER BY c."id"`
  return rows.map((row) => ({
    id: row.id,
    createdAt: row.createdAt.getTime(),
    agrees: { email: row.email === 'SUBSCRIBED', sms: row.sms === 'SUBSCRIBED' },
    stage: row.stage,
    stageSince: row.stageSince?.getTime() ?? null,
    isCherryPicker: (row.tier ?? 'none') !== 'none',
    flags: [
      ...((row.tier ?? 'none') === 'none' ? [] : ['cherry-picker']),
      ...(row.isVip ? ['vip'] : []),
      ...(row.buysInSales ? ['buys-in-sales'] : []),
      ...(row.isRegular ? ['regular'] : []),
    ],
    own: new Map((row.segments ?? []).map((segment, n) => [segment, row.since?.[n]?.getTime() ?? 0])),
    isOff: row.isOff,
    isLikeAnother: row.isLikeAnother,
  }))
}

/** All of the person's grants, also such as were made before accounts were known to be one person's; the oldest first. */
export async function readGrants(tx: Tx, shop: ShopId, { accounts }: Pick<Person, 'accounts'>): Promise<Grant[]> {
  const ids = accounts.map(BigInt)
  const rows = await tx.grant.findMany({
    where: { shop, OR: [{ customer: { in: ids } }, { person: { in: ids } }] },
    orderBy: { id: 'asc' },
  })
  return rows.map((row) => ({
    id: row.id,
    reward: row.reward,
    step: row.step,
    turn: row.turn,
    customer: String(row.customer),
    person: String(row.person),
    state: row.state as GrantState,
    what: row.what as RewardGift,
    reservedMinor: row.reservedMinor === null ? null : Number(row.reservedMinor),
    code: row.code,
    grantedAt: row.grantedAt.getTime(),
    issuedAt: row.issuedAt?.getTime() ?? null,
    expiresAt: row.expiresAt?.getTime() ?? null,
    usedAt: row.usedAt?.getTime() ?? null,
    usedOrder: row.usedOrder === null ? null : String(row.usedOrder),
    spentMinor: row.spentMinor === null ? null : Number(row.spentMinor),
  }))
}

export async function readStandings(tx: Tx, shop: ShopId, { accounts }: Person): Promise<Standing[]> {
  const rows = await tx.rewardStanding.findMany({
    where: { shop, customer: { in: accounts.map(BigInt) } },
    orderBy: [{ since: 'asc' }, { customer: 'asc' }],
  })
  return rows.map((row) => ({
    reward: row.reward,
    customer: String(row.customer),
    person: String(row.person),
    arm: row.arm as Arm,
    text: row.text as 0 | 1,
    since: row.since.getTime(),
    facts: row.facts as StandingFacts,
  }))
}
