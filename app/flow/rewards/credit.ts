/**
 * Store credit. Shopify takes no key that would make a second asking harmless, so what is asked is written down before,
 * and after an answer that was lost the account's history says what became of it. Money is never given twice; what cannot be
 * told is left to a person.
 */
import {
  creditEnd,
  creditVerdict,
  ENOUGH_MS,
  type CreditAsked,
  type CreditTransaction,
} from '#app/domain/rewards/credit.ts'
import { decimalText } from '#app/domain/rewards/discount.ts'
import { decimalsOf } from '#app/domain/money.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import { AccessLost, Bug, InvalidInput, OutsideFailure } from '#app/errors.ts'
import { CreditAccountsDocument, CreditGiveDocument, CreditTransactionsDocument } from '#app/outside/admin.generated.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { noteGrant, readOpenGrants, type OpenGrant } from './granted.ts'
import { readRewards, readShopFrame, type ShopFrame, type StoredReward } from './stored.ts'
import type { Hold } from './sync.ts'

const PER_RUN = 500
const LOOK_AGAIN_MS = [5000, 60_000, 5 * 60_000] as const
/** How often credit that is there is looked at for what was spent of it. */
const SPENT_EVERY_MS = 6 * 3_600_000
/** Transactions a little older than the question belong to the picture. */
const BEFORE_MS = 10 * 60_000
const CUSTOMER = 'gid://shopify/Customer/'

type CreditGrant = OpenGrant<CreditAsked>

/** Gives every credit that is reserved and looks for every one whose answer was lost; says when to look again. */
export async function giveCredits(shop: ShopId, admin: Admin, hold: Hold): Promise<void | { againInMs: number }> {
  const { grants, rewards, frame } = await withShop(shop, async (tx) => ({
    grants: await readOpenGrants<CreditAsked>(tx, shop, 'credit', PER_RUN),
    rewards: await readRewards(tx, shop),
    frame: await readShopFrame(tx, shop),
  }))
  const waits: number[] = grants.length === PER_RUN ? [LOOK_AGAIN_MS[0]] : []
  for (const grant of grants) {
    if (grant.state === 'asked') await find(shop, admin, grant, hold)
    const reward = rewards.find(({ id }) => id === grant.reward)
    if (grant.state === 'reserved' && reward && reward.endedBy !== 'leaving')
      await give(shop, admin, grant, reward, frame, hold)
    if (grant.state === 'asked') waits.push(waitOf(now() - grant.asked!.at))
  }
  if (await lookAtSpent(shop, admin, frame, hold)) waits.push(SPENT_EVERY_MS)
  return waits.length === 0 ? undefined : { againInMs: Math.min(...waits) }
}

function waitOf(ageMs: number): number {
  if (ageMs < 60_000) return LOOK_AGAIN_MS[0]
  return ageMs < 10 * 60_000 ? LOOK_AGAIN_MS[1] : Math.min(LOOK_AGAIN_MS[2], Math.max(1000, ENOUGH_MS - ageMs))
}

async function give(
  shop: ShopId,
  admin: Admin,
  grant: CreditGrant,
  reward: StoredReward,
  { currency, timezone }: ShopFrame,
  hold: Hold,
): Promise<void> {
  if (grant.what.kind !== 'credit') throw new Bug(`grant ${grant.id} of shop ${shop} is no credit`)
  const before = await readAccount(admin, grant.customer, currency)
  if (before === 'nobody') return void (await noteGrant(shop, hold, grant, { state: 'ended', problem: null }))
  const at = now()
  const asked: CreditAsked = {
    amount: decimalText(grant.what.amountMinor, currency),
    currency,
    expiresAt: creditEnd(grant.id, reward.definition.validDays, timezone, at),
    at,
    account: before?.id ?? null,
    balance: before?.balance ?? '0',
    tries: (grant.asked?.tries ?? 0) + 1,
  }
  const { expiresAt } = asked
  if (!(await noteGrant(shop, hold, grant, { state: 'asked', asked, expiresAt, problem: null }))) return
  let answer
  try {
    answer = (
      await admin.change(CreditGiveDocument, {
        customer: CUSTOMER + grant.customer,
        credit: {
          creditAmount: { amount: asked.amount, currencyCode: currency as 'USD' },
          expiresAt: new Date(expiresAt).toISOString(),
        },
      })
    ).storeCreditAccountCredit
  } catch (error) {
    // Refused at the door, nothing was done. After anything else nobody knows.
    const isSurelyNotDone =
      error instanceof AccessLost || (error instanceof OutsideFailure && error.code === 'shopify-throttled')
    if (isSurelyNotDone) await noteGrant(shop, hold, grant, { state: 'reserved' })
    else if (error instanceof OutsideFailure && error.code !== 'lease-lost') return
    throw error
  }
  const made = answer?.storeCreditAccountTransaction
  if (made) return void (await noteGrant(shop, hold, grant, { state: 'issued', outsideGid: made.id, problem: null }))
  const errors = answer?.userErrors ?? []
  if (errors.length === 0) return
  const detail = errors.map(({ message }) => message).join(' ')
  await noteGrant(shop, hold, grant, {
    state: 'reserved',
    problem: { kind: 'shopify-refused', detail: detail.slice(0, 500) },
  })
}

/** What became of a credit whose answer nobody has read. */
async function find(shop: ShopId, admin: Admin, grant: CreditGrant, hold: Hold): Promise<void> {
  const { asked } = grant
  if (asked === null) throw new Bug(`grant ${grant.id} of shop ${shop} was asked for and does not say what`)
  const account = await readAccount(admin, grant.customer, asked.currency)
  if (account === 'nobody') return void (await noteGrant(shop, hold, grant, { state: 'ended', problem: null }))
  const history = account === null ? null : await readHistory(admin, account.id, asked.at - BEFORE_MS)
  const transactions = history?.transactions ?? []
  const claimed = await withShop(shop, (tx) =>
    tx.grant.findMany({
      where: { shop, outsideGid: { in: transactions.flatMap(({ id }) => id ?? []) } },
      select: { outsideGid: true },
    }),
  )
  const others = new Set(claimed.map(({ outsideGid }) => outsideGid!))
  const verdict = creditVerdict(asked, transactions, history?.balance ?? null, others, now())
  if (verdict.is === 'ours')
    await noteGrant(shop, hold, grant, { state: 'issued', outsideGid: verdict.id, problem: null })
  else if (verdict.is === 'unclear')
    await noteGrant(shop, hold, grant, { state: 'parked', problem: { kind: 'credit-unclear' } })
  else if (verdict.is === 'again') await noteGrant(shop, hold, grant, { state: 'reserved' })
}

type Account = { id: string; balance: string }

/** `nobody`: Shopify does not know the customer any more. Null: they have no account in this currency. */
async function readAccount(admin: Admin, customer: Id, currency: string): Promise<Account | 'nobody' | null> {
  const answer = await admin.ask(CreditAccountsDocument, { customer: CUSTOMER + customer })
  if (!answer.customer) return 'nobody'
  const found = answer.customer.storeCreditAccounts.edges.find(({ node }) => node.balance.currencyCode === currency)
  return found ? { id: found.node.id, balance: found.node.balance.amount } : null
}

type Entry = CreditTransaction & { remaining: string | null; isDebit: boolean; order: Id | null }
type History = { balance: string; transactions: Entry[] }
type Page = NonNullable<Awaited<ReturnType<typeof page>>>

/** The account's transactions from an instant on, the newest first. */
async function readHistory(admin: Admin, account: string, from: Instant): Promise<History | null> {
  const transactions: Entry[] = []
  let after: string | null = null
  let balance: string | null = null
  for (;;) {
    const read: Page | null = await page(admin, account, after)
    if (!read) return null
    balance ??= read.balance.amount
    for (const { node } of read.transactions.edges) {
      const createdAt = Date.parse(node.createdAt)
      if (createdAt < from) return { balance, transactions }
      const credit = 'id' in node ? node : null
      transactions.push({
        id: credit?.id ?? null,
        amount: node.amount.amount,
        createdAt,
        expiresAt: credit?.expiresAt == null ? null : Date.parse(credit.expiresAt),
        remaining: credit?.remainingAmount.amount ?? null,
        isDebit: node.__typename === 'StoreCreditAccountDebitTransaction',
        order: node.origin && 'order' in node.origin ? digitsOf(node.origin.order?.id) : null,
      })
    }
    after = read.transactions.pageInfo.endCursor
    if (!read.transactions.pageInfo.hasNextPage || after === null) return { balance, transactions }
  }
}

async function page(admin: Admin, account: string, after: string | null) {
  return (await admin.ask(CreditTransactionsDocument, { account, after })).storeCreditAccount
}

function digitsOf(gid: string | undefined): Id | null {
  return gid === undefined ? null : gid.slice(gid.lastIndexOf('/') + 1)
}

type SpentGrant = {
  id: number
  customer: Id
  outsideGid: string
  issuedAt: Date
  amountMinor: number
  spentMinor: number | null
}

/**
 * What was spent of credits that are there, of customers who have ordered since: Shopify tells what remains of each credit. By
 * which order it cannot be told where several credits lie in one account: the first order paid from the account counts.
 *
 * @returns whether there are credits to look at again
 */
async function lookAtSpent(shop: ShopId, admin: Admin, frame: ShopFrame, hold: Hold): Promise<boolean> {
  const at = now()
  const { open, due } = await withShop(shop, async (tx) => {
    const isOpen = {
      shop,
      outsideGid: { not: null },
      state: { in: ['issued', 'used'] },
      expiresAt: { gt: new Date(at) },
    }
    const rows = await tx.$queryRaw<SpentGrant[]>`
      SELECT g."id", g."customer"::text, g."outsideGid", g."issuedAt", (g."what" ->> 'amountMinor')::float8 AS "amountMinor",
        g."spentMinor"::float8 AS "spentMinor"
      FROM "Grant" g
      WHERE g."shop" = ${shop} AND g."outsideGid" IS NOT NULL AND g."state" IN ('issued', 'used')
        AND coalesce(g."spentMinor", 0) < (g."what" ->> 'amountMinor')::bigint AND g."expiresAt" > ${new Date(at)}::timestamptz
        AND EXISTS (SELECT FROM "Order" o WHERE o."shop" = g."shop" AND o."customer" = g."customer"
          AND o."fetchedAt" > greatest(g."issuedAt", to_timestamp(coalesce((g."asked" ->> 'lookedAt')::float8, 0) / 1000)))
      ORDER BY g."id" LIMIT ${PER_RUN}`
    return { open: await tx.grant.count({ where: isOpen }), due: rows }
  })
  for (const grant of due) {
    const account = await readAccount(admin, grant.customer, frame.currency)
    const history =
      account && account !== 'nobody'
        ? await readHistory(admin, account.id, grant.issuedAt.getTime() - BEFORE_MS)
        : null
    const credit = history?.transactions.find(({ id }) => id === grant.outsideGid)
    const remaining = credit ? Math.round(Number(credit.remaining) * 10 ** decimalsOf(frame.currency)) : null
    const spentMinor = remaining === null ? 0 : grant.amountMinor - remaining
    const paid = history?.transactions.findLast(({ isDebit, createdAt }) => isDebit && createdAt >= credit!.createdAt)
    await withShop(shop, async (tx) => {
      await hold.stillMine(tx)
      await tx.$executeRaw`
        UPDATE "Grant" SET "asked" = "asked" || jsonb_build_object('lookedAt', ${at}::float8)
        WHERE "shop" = ${shop} AND "id" = ${grant.id}`
      if (credit && spentMinor !== (grant.spentMinor ?? 0))
        await tx.$executeRaw`
          UPDATE "Grant" SET "state" = ${spentMinor > 0 ? 'used' : 'issued'}, "spentMinor" = ${spentMinor > 0 ? spentMinor : null}::bigint,
            "usedAt" = ${spentMinor > 0 && paid ? new Date(paid.createdAt) : null}::timestamptz,
            "usedOrder" = ${spentMinor > 0 ? (paid?.order ?? null) : null}::text::bigint
          WHERE "shop" = ${shop} AND "id" = ${grant.id} AND "state" IN ('issued', 'used')`
    })
  }
  return open > 0
}

/**
 * A person has looked at the account in Shopify: the credit that was parked is there, or it is not and is given again.
 *
 * @throws {InvalidInput} not-found: nothing of this number is parked
 */
export async function answerParked(shop: ShopId, id: number, isThere: boolean): Promise<void> {
  await withShop(shop, async (tx) => {
    const changed = await tx.$executeRaw`
      UPDATE "Grant" SET "state" = ${isThere ? 'issued' : 'reserved'}, "problem" = NULL, "issuedAt" = CASE WHEN ${isThere} THEN ${new Date(now())}::timestamptz END,
        "asked" = "asked" || '{"tries": 0}'
      WHERE "shop" = ${shop} AND "id" = ${id} AND "state" = 'parked'`
    if (changed === 0) throw new InvalidInput(`grant ${id} of shop ${shop} is not parked`, { code: 'not-found' })
    await owe(tx, shop, isThere ? 'show-offers' : 'issue-grants', String(shop), {})
  })
}
