// People of a shop of the test's own, told in rows, and what the rewards make of them.
import { grantCustomer } from '#app/flow/rewards/grant.ts'
import { grantEverybody } from '#app/flow/rewards/grant-everybody.ts'
import { startReward, saveReward } from '#app/flow/rewards/save.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { PersonalRewards, type PersonalOffer } from '#app/domain/rewards/personal-rewards.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { rewardOf, type Wanted } from '#tests/domain/rewards/definitions.ts'
import { testShop } from '#tests/support/database.ts'
import { HELD } from './rewarded.ts'

export type Told = {
  stage?: string
  tier?: 'none' | 'possible' | 'likely' | 'confirmed'
  consent?: string
  /** Days ago. */
  since?: number
}

export async function grantingShop(): Promise<ShopId> {
  const shop = await testShop()
  await withShop(shop, (tx) =>
    tx.shop.updateMany({ where: { shop }, data: { currency: 'USD', timezone: 'Asia/Seoul' } }),
  )
  return shop
}

export async function startedFor(shop: ShopId, more: Wanted): Promise<number> {
  const endsOn = new Date(now() + 90 * DAY_MS).toISOString().slice(0, 10)
  const id = await saveReward(shop, null, rewardOf({ who: { kind: 'everybody' }, endsOn, ...more }))
  await startReward(shop, id)
  return id
}

export async function person(shop: ShopId, id: string, { stage, tier, consent, since }: Told = {}): Promise<void> {
  const at = new Date(now() - (since ?? 400) * DAY_MS)
  const decided = new Date(now())
  const row = { emailConsent: consent ?? null }
  const member = { stage: stage ?? 'prospect', cherryPicker: tier ?? 'none' }
  await withShop(shop, async (tx) => {
    await tx.customer.upsert({
      where: { shop_id: { shop, id: BigInt(id) } },
      create: { shop, id: BigInt(id), createdAt: at, updatedAt: at, tags: [], road: 3, fetchedAt: decided, ...row },
      update: row,
    })
    await tx.membership.upsert({
      where: { shop_customer: { shop, customer: BigInt(id) } },
      create: {
        shop,
        customer: BigInt(id),
        stageSince: at,
        isBusiness: false,
        isWatched: false,
        ruleVersion: 1,
        estimates: 1,
        decidedAt: decided,
        ...member,
      },
      update: member,
    })
  })
}

type ToldOrder = { code?: string; offMinor?: number; status?: string; isCancelled?: boolean; at?: number }
let orders = 1000

/** Ordered now, or tells it anew under the same id. */
export async function ordered(
  shop: ShopId,
  customer: string,
  { code, offMinor = 0, status = 'PAID', isCancelled = false, at = now() }: ToldOrder = {},
  id = String((orders += 1)),
): Promise<string> {
  const when = new Date(at)
  const facts = {
    cancelledAt: isCancelled ? when : null,
    financialStatus: status,
    discountMinor: BigInt(offMinor),
    discounts: code ? [`code:${code}`] : [],
  }
  await withShop(shop, (tx) =>
    tx.order.upsert({
      where: { shop_id: { shop, id: BigInt(id) } },
      create: {
        shop,
        id: BigInt(id),
        customer: BigInt(customer),
        name: `#${id}`,
        processedAt: when,
        createdAt: when,
        updatedAt: when,
        isTest: false,
        currency: 'USD',
        subtotalMinor: 10_000n,
        totalMinor: 10_000n,
        refundedMinor: 0n,
        isBusiness: false,
        quantity: 1,
        currentQuantity: 1,
        road: 3,
        fetchedAt: when,
        ...facts,
      },
      update: facts,
    }),
  )
  return id
}

export async function linked(shop: ShopId, a: string, b: string, state = 'confirmed'): Promise<void> {
  const at = new Date(now())
  await withShop(shop, (tx) =>
    tx.personLink.create({
      data: { shop, a: BigInt(a), b: BigInt(b), state, because: ['email'], suggestedAt: at, decidedAt: at },
    }),
  )
}

export const worked = (shop: ShopId, customer: string) => grantCustomer(shop, customer, HELD)
export const workedAll = (shop: ShopId) => grantEverybody({ shop, ...HELD })

/** What Shopify would have answered by then. */
export async function issued(shop: ShopId, days = 60): Promise<void> {
  const at = now()
  await withShop(shop, (tx) =>
    tx.grant.updateMany({
      where: { shop, state: 'reserved' },
      data: { state: 'issued', issuedAt: new Date(at), expiresAt: new Date(at + days * DAY_MS) },
    }),
  )
}

export const grants = (shop: ShopId) =>
  withShop(shop, (tx) => tx.grant.findMany({ where: { shop }, orderBy: { id: 'asc' } }))

/** Each grant as `reward/step/turn state`. */
export async function told(shop: ShopId): Promise<string[]> {
  return (await grants(shop)).map(({ reward, step, turn, state }) => `${reward}/${step}/${turn} ${state}`)
}

export async function shownTo(shop: ShopId, customer: string): Promise<PersonalOffer[]> {
  const row = await withShop(shop, (tx) =>
    tx.customerRewards.findUnique({ where: { shop_customer: { shop, customer: BigInt(customer) } } }),
  )
  return row === null ? [] : PersonalRewards.parse(row.wanted).rewards
}

export const owedWork = (shop: ShopId) =>
  withShop(shop, async (tx) => (await tx.work.findMany({ where: { shop } })).map(({ kind }) => kind).sort())
