/**
 * Own codes: each step of a reward has a discount of its own in Shopify, and each person one code of it. A code is a name:
 * adding it twice makes it once, so whatever is not known to be there is simply asked for again.
 */
import { isDeepStrictEqual } from 'node:util'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import type { Problem } from '#app/domain/pages.ts'
import { ownDiscountOf, type OwnDiscount, type OwnDiscountKey } from '#app/domain/rewards/discount.ts'
import { dayFromText, dayText, endOfDay, shopCalendar } from '#app/domain/shop-calendar.ts'
import { CodesAddDocument, CodesMadeDocument } from '#app/outside/admin.generated.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { freshCode } from '#app/outside/secrets.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { customersThere } from './confirm.ts'
import {
  bindCustomers,
  changeOwnDiscount,
  deleteDiscount,
  discountOfCode,
  findOwnDiscount,
  isStanding,
  makeOwnDiscount,
} from './discounts.ts'
import { noteGrant, noteGrants, readOpenGrants, type OpenGrant, type Told } from './granted.ts'
import { readRewards, readShopFrame, type ShopFrame, type StoredReward } from './stored.ts'
import type { Hold } from './sync.ts'

/** Shopify takes as many codes, and as many customers, in one call. */
const PER_CALL = 250
const PER_RUN = 2000
const LOOK_AGAIN_MS = 1000
/** Codes that Shopify has not made after so long are asked for again. */
const PATIENCE_MS = 10 * 60_000

/** What was asked for: Shopify's bulk creation, null while its answer is not known. */
type CodeAsked = { discount: string; creation: string | null; at: Instant }
type CodeGrant = OpenGrant<CodeAsked> & { code: string }
type StoredDiscount = { asked: OwnDiscount | null; discountGid: string | null; problem: Problem | null }

/** Goes on with every code that is wanted; answers when to look again while Shopify is making some. */
export async function issueCodes(shop: ShopId, admin: Admin, hold: Hold): Promise<void | { againInMs: number }> {
  const { grants, rewards, frame } = await withShop(shop, async (tx) => ({
    grants: (await readOpenGrants<CodeAsked>(tx, shop, 'codes', PER_RUN)) as CodeGrant[],
    rewards: await readRewards(tx, shop),
    frame: await readShopFrame(tx, shop),
  }))
  await bringEditsOver(shop, admin, rewards, frame, hold)
  const groups = new Map<string, CodeGrant[]>()
  for (const grant of grants) {
    const key = `${grant.reward}.${grant.step}.${grant.turn}`
    groups.set(key, [...(groups.get(key) ?? []), grant])
  }
  let isOpen = grants.length === PER_RUN
  for (const group of groups.values()) {
    const reward = rewards.find(({ id }) => id === group[0]!.reward)
    // Of a reward that ended with the app's leaving nothing is made any more; of any other what was granted is a promise.
    if (!reward || reward.endedBy === 'leaving') continue
    if (await issueGroup(shop, admin, reward, frame, group, hold)) isOpen = true
  }
  return isOpen ? { againInMs: LOOK_AGAIN_MS } : undefined
}

/** @returns whether codes are still being made */
async function issueGroup(
  shop: ShopId,
  admin: Admin,
  reward: StoredReward,
  frame: ShopFrame,
  grants: CodeGrant[],
  hold: Hold,
): Promise<boolean> {
  const { step, turn } = grants[0]!
  const key: OwnDiscountKey = { reward: reward.id, step, turn }
  const there = await customersThere(
    admin,
    grants.map(({ customer }) => customer),
  )
  for (const grant of grants) if (!there.has(grant.customer)) await noteGrant(shop, hold, grant, { state: 'ended' })
  const open = grants.filter(({ customer }) => there.has(customer))
  if (open.length === 0) return false
  const stored = await readDiscount(shop, key)
  const known = stored.discountGid === null ? null : { gid: stored.discountGid, asked: stored.asked! }
  const discount = known ?? (await make(shop, admin, key, reward, frame, stored, open, hold))
  if (discount === null) return false
  if (!(await stands(shop, admin, key, discount, stored.problem, hold))) return false
  const { gid } = discount
  const expiresAt = codesEnd(reward, frame, Date.parse(discount.asked.endsAt))
  for (const creation of new Set(open.flatMap(({ asked }) => asked?.creation ?? [])))
    await settle(
      shop,
      admin,
      gid,
      creation,
      open.filter(({ state, asked }) => state === 'asked' && asked?.creation === creation),
      { expiresAt, reward },
      hold,
    )
  const toAdd = open.filter(
    ({ state, asked }) => state === 'reserved' || (state === 'asked' && asked?.creation == null),
  )
  for (let at = 0; at < toAdd.length; at += PER_CALL) {
    const batch = toAdd.slice(at, at + PER_CALL)
    if (!(await bind(shop, admin, key, discount, batch, hold))) return false
    await add(shop, admin, gid, batch, hold)
  }
  return open.some(({ state }) => state === 'asked' || state === 'reserved')
}

/** The end of the last day on which a code of today can be used, and never after its discount's. */
function codesEnd({ definition }: StoredReward, { timezone }: ShopFrame, endsAt: Instant): Instant {
  const at = now()
  const today = shopCalendar(timezone, at - DAY_MS, at + DAY_MS).dayOf(at)
  return Math.min(endsAt, endOfDay(dayText(today + definition.validDays), timezone))
}

/** Whoever gets a code on the last day has all its days; and what was promised once is never shortened. */
function wantedOf(
  key: OwnDiscountKey,
  { definition, startedAt }: StoredReward,
  { currency, timezone }: ShopFrame,
  before: OwnDiscount | null,
  code: string,
): OwnDiscount {
  const at = now()
  const today = dayText(shopCalendar(timezone, at - DAY_MS, at + DAY_MS).dayOf(at))
  // What is granted on the last day may be made a little after it.
  const last = before === null && definition.endsOn < today ? today : definition.endsOn
  const ownEnd = endOfDay(dayText(dayFromText(last) + definition.validDays), timezone)
  const endsAt = Math.max(ownEnd, before === null ? 0 : Date.parse(before.endsAt))
  const frame = { currency, startsAt: startedAt ?? at, endsAt }
  return ownDiscountOf(key, definition, frame, before?.code ?? code, before?.whom ?? 'customers')
}

type Discount = { gid: string; asked: OwnDiscount }

async function make(
  shop: ShopId,
  admin: Admin,
  key: OwnDiscountKey,
  reward: StoredReward,
  frame: ShopFrame,
  stored: StoredDiscount,
  grants: CodeGrant[],
  hold: Hold,
): Promise<Discount | null> {
  const wanted = wantedOf(key, reward, frame, stored.asked, grants[0]!.code)
  // What Shopify has refused is not asked again until the merchant changes something.
  if (stored.problem !== null && isDeepStrictEqual(wanted, stored.asked)) return null
  const first = grants.find(({ code }) => code === wanted.code)
  const found = await foundAsAsked(shop, admin, key, wanted, stored, hold)
  if (found !== null) return found
  await noteDiscount(shop, hold, key, { asked: wanted, problem: null })
  const customers = grants.slice(0, PER_CALL).map(({ customer }) => CUSTOMER + customer)
  const answer = await makeOwnDiscount(admin, key, wanted, customers)
  if (answer.gid === null && answer.problem.kind === 'code-taken') {
    await noteDiscount(shop, hold, key, { asked: null })
    if (first) await noteGrant(shop, hold, first, { state: 'reserved', asked: null, code: freshOf(reward) })
    return make(shop, admin, key, reward, frame, { ...stored, asked: null }, grants, hold)
  }
  if (answer.gid === null && wanted.whom === 'customers') {
    // It may be that Shopify refuses the customers and not the discount.
    const asked: OwnDiscount = { ...wanted, whom: 'anybody' }
    return make(shop, admin, key, reward, frame, { asked, discountGid: null, problem: null }, grants, hold)
  }
  if (answer.gid === null) {
    await noteDiscount(shop, hold, key, { problem: answer.problem })
    return null
  }
  const { gid } = answer
  await noteDiscount(shop, hold, key, { discountGid: gid })
  if (first)
    await noteGrant(shop, hold, first, {
      state: 'issued',
      problem: null,
      expiresAt: first.expiresAt ?? codesEnd(reward, frame, Date.parse(wanted.endsAt)),
    })
  return { gid, asked: wanted }
}

/** Whoever died after asking has left it there as it was asked for then; what has changed since is brought over. */
async function foundAsAsked(
  shop: ShopId,
  admin: Admin,
  key: OwnDiscountKey,
  wanted: OwnDiscount,
  { asked, problem }: StoredDiscount,
  hold: Hold,
): Promise<Discount | null> {
  const gid = asked === null || problem !== null ? null : await findOwnDiscount(admin, key, asked.code)
  if (asked === null || gid === null) return null
  await noteDiscount(shop, hold, key, { discountGid: gid })
  return {
    gid,
    asked: isDeepStrictEqual(asked, wanted)
      ? asked
      : await bringEditOver(shop, admin, key, { gid, asked }, wanted, hold),
  }
}

function freshOf({ definition }: StoredReward): string {
  return freshCode(definition.code)
}

/** Lets these customers use the codes before any is there. */
async function bind(
  shop: ShopId,
  admin: Admin,
  key: OwnDiscountKey,
  discount: Discount,
  batch: CodeGrant[],
  hold: Hold,
): Promise<boolean> {
  if (discount.asked.whom === 'anybody') return true
  const customers = batch.map(({ customer }) => CUSTOMER + customer)
  const bound = await bindCustomers(admin, discount.gid, discount.asked, customers)
  if (bound.gid !== null) return true
  // No page says how many customers a discount takes: where Shopify refuses them, a code works for whoever has it, once.
  const unbound: OwnDiscount = { ...discount.asked, whom: 'anybody' }
  const answer = await changeOwnDiscount(admin, discount.gid, unbound)
  await noteDiscount(shop, hold, key, answer.gid === null ? { problem: answer.problem } : { asked: unbound })
  if (answer.gid !== null) discount.asked = unbound
  return answer.gid !== null
}

async function add(shop: ShopId, admin: Admin, gid: string, batch: CodeGrant[], hold: Hold): Promise<void> {
  const at = now()
  await noteAll(shop, hold, batch, { discount: gid, creation: null, at })
  const { discountRedeemCodeBulkAdd: answer } = await admin.change(
    CodesAddDocument,
    { discount: gid, codes: batch.map(({ code }) => ({ code })) },
    { isRepeatable: true },
  )
  const creation = answer?.bulkCreation?.id
  if (creation) return noteAll(shop, hold, batch, { discount: gid, creation, at })
  const detail = (answer?.userErrors ?? []).map(({ message }) => message).join(' ')
  for (const grant of batch)
    await noteGrant(shop, hold, grant, {
      state: 'reserved',
      asked: null,
      problem: { kind: 'shopify-refused', detail: detail.slice(0, 500) },
    })
}

async function noteAll(shop: ShopId, hold: Hold, grants: CodeGrant[], asked: CodeAsked): Promise<void> {
  const told = { state: 'asked', asked, problem: null } as const
  await noteGrants(
    shop,
    hold,
    grants.map((grant) => ({ grant, told })),
  )
}

/** Reads what became of codes that were handed in together. */
async function settle(
  shop: ShopId,
  admin: Admin,
  gid: string,
  creation: string,
  grants: CodeGrant[],
  { expiresAt, reward }: { expiresAt: Instant; reward: StoredReward },
  hold: Hold,
): Promise<void> {
  const { discountRedeemCodeBulkCreation: told } = await admin.ask(CodesMadeDocument, { id: creation })
  const { at } = grants[0]!.asked!
  if (told && !told.done && now() - at < PATIENCE_MS) return
  const seen = new Map((told?.done ? told.codes.edges : []).map(({ node }) => [node.code.toLowerCase(), node]))
  const notes: { grant: CodeGrant; told: Told<CodeAsked> }[] = []
  for (const grant of grants) {
    const one = seen.get(grant.code.toLowerCase())
    const isMade = one !== undefined && one.errors.length === 0 && one.discountRedeemCode !== null
    const owner = isMade ? gid : await discountOfCode(admin, grant.code)
    notes.push({ grant, told: toldOf(owner) })

    function toldOf(ownerGid: string | null): Told<CodeAsked> {
      if (ownerGid === gid) return { state: 'issued', problem: null, expiresAt: grant.expiresAt ?? expiresAt }
      // Somebody else's: nobody has been shown ours yet.
      if (ownerGid !== null) return { state: 'reserved', asked: null, code: freshOf(reward) }
      const detail = (one?.errors ?? []).map(({ message }) => message).join(' ')
      if (detail !== '') return { state: 'reserved', asked: null, problem: { kind: 'shopify-refused', detail } }
      return { state: 'asked', asked: { discount: gid, creation: null, at: now() } }
    }
  }
  await noteGrants(shop, hold, notes)
}

/** Name and last day of a live reward reach its own discounts too; of one that has ended they stay as promised. */
async function bringEditsOver(
  shop: ShopId,
  admin: Admin,
  rewards: StoredReward[],
  frame: ShopFrame,
  hold: Hold,
): Promise<void> {
  for (const { key, asked, discountGid, problem } of await readDiscounts(shop)) {
    const reward = rewards.find(({ id }) => id === key.reward)
    if (!reward || reward.state !== 'live' || discountGid === null || asked === null) continue
    const wanted = wantedOf(key, reward, frame, asked, asked.code)
    if (isDeepStrictEqual(wanted, asked) || problem !== null) continue
    await bringEditOver(shop, admin, key, { gid: discountGid, asked }, wanted, hold)
  }
}

/** Asked again if nobody knows: an update leaves the same when it is done twice. @returns what is there */
async function bringEditOver(
  shop: ShopId,
  admin: Admin,
  key: OwnDiscountKey,
  { gid, asked }: Discount,
  wanted: OwnDiscount,
  hold: Hold,
): Promise<OwnDiscount> {
  const answer = await changeOwnDiscount(admin, gid, wanted)
  await noteDiscount(shop, hold, key, answer.gid === null ? { problem: answer.problem } : { asked: wanted })
  return answer.gid === null ? asked : wanted
}

/** Made once, it is the merchant's to end in Shopify too: then no further code of it is promised. */
async function stands(
  shop: ShopId,
  admin: Admin,
  key: OwnDiscountKey,
  { gid, asked }: Discount,
  problem: Problem | null,
  hold: Hold,
): Promise<boolean> {
  const isThere = await isStanding(admin, asked, gid)
  const found: Problem | null = isThere ? null : { kind: 'discount-gone' }
  if (found?.kind !== problem?.kind) await noteDiscount(shop, hold, key, { problem: found })
  return isThere
}

const CUSTOMER = 'gid://shopify/Customer/'

type Keyed = StoredDiscount & { key: OwnDiscountKey }

async function readDiscounts(shop: ShopId): Promise<Keyed[]> {
  const rows = await withShop(shop, (tx) => tx.rewardDiscount.findMany({ where: { shop } }))
  return rows.map(({ reward, step, turn, asked, discountGid, problem }) => ({
    key: { reward, step, turn },
    asked: asked as OwnDiscount | null,
    discountGid,
    problem: problem as Problem | null,
  }))
}

async function readDiscount(shop: ShopId, key: OwnDiscountKey): Promise<StoredDiscount> {
  const found = (await readDiscounts(shop)).find((one) => isDeepStrictEqual(one.key, key))
  return found ?? { asked: null, discountGid: null, problem: null }
}

async function noteDiscount(
  shop: ShopId,
  hold: Hold,
  { reward, step, turn }: OwnDiscountKey,
  noted: Partial<StoredDiscount>,
): Promise<void> {
  const json = (value: object | null | undefined) => (value == null ? null : JSON.stringify(value))
  await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    await tx.$executeRaw`
      INSERT INTO "RewardDiscount" AS d ("shop", "reward", "step", "turn", "asked", "discountGid", "problem")
      VALUES (${shop}, ${reward}, ${step}, ${turn}, ${json(noted.asked)}::jsonb, ${noted.discountGid ?? null}, ${json(noted.problem)}::jsonb)
      ON CONFLICT ("shop", "reward", "step", "turn") DO UPDATE SET
        "asked" = CASE WHEN ${noted.asked !== undefined} THEN excluded."asked" ELSE d."asked" END,
        "discountGid" = CASE WHEN ${noted.discountGid !== undefined} THEN excluded."discountGid" ELSE d."discountGid" END,
        "problem" = CASE WHEN ${noted.problem !== undefined} THEN excluded."problem" ELSE d."problem" END`
  })
}

/** Takes every own discount and its codes out of Shopify, before the app leaves the shop. */
export async function withdrawCodes(shop: ShopId, admin: Admin, hold: Hold): Promise<void> {
  for (const { key, asked, discountGid } of await readDiscounts(shop)) {
    const gid = discountGid ?? (asked === null ? null : await findOwnDiscount(admin, key, asked.code))
    if (gid !== null) await deleteDiscount(admin, gid)
    await withShop(shop, async (tx) => {
      await hold.stillMine(tx)
      await endCodes(tx, shop, key)
    })
  }
}

async function endCodes(tx: Tx, shop: ShopId, { reward, step, turn }: OwnDiscountKey): Promise<void> {
  const where = { shop, reward, step, turn, code: { not: null } }
  await tx.grant.updateMany({ where: { ...where, state: { in: ['reserved', 'asked'] } }, data: { state: 'ended' } })
  await tx.grant.updateMany({ where: { ...where, state: 'issued' }, data: { state: 'expired' } })
  await tx.rewardDiscount.deleteMany({ where: { shop, reward, step, turn } })
}
