/**
 * What each customer reads of their own rewards, brought to their metafield: a code or credit only once Shopify has it, a
 * shared code that is bound only once Shopify counts them among those it is for.
 */
import { isDeepStrictEqual } from 'node:util'
import { STATE_NAMESPACE } from '#app/domain/publication.ts'
import {
  isNothing,
  PERSONAL_REWARDS_KEY,
  PersonalRewards,
  type PersonalOffer,
} from '#app/domain/rewards/personal-rewards.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import { Bug, OutsideFailure } from '#app/errors.ts'
import {
  OffersDefinitionDeleteDocument,
  OffersDefinitionDocument,
  OffersShowDocument,
  OffersTakeDownDocument,
} from '#app/outside/admin.generated.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { log } from '#app/outside/log.server.ts'
import { adminOf, type Admin } from '#app/outside/shopify.server.ts'
import { confirmShared, readBound, type Asking } from './confirm.ts'
import type { Hold } from './sync.ts'

/** metafieldsSet takes 25; a call costs 10 points, so that many customers a second are no trouble. */
const PER_CALL = 25
const PER_READ = 500
/** A customer whom Shopify does not count among those a bound code is for yet is asked about again. */
const ASK_AGAIN_MS = 10 * 60_000
const CUSTOMER = 'gid://shopify/Customer/'
const FIELD = { namespace: STATE_NAMESPACE, key: PERSONAL_REWARDS_KEY }

type Row = { customer: Id; wanted: unknown; written: unknown; writtenAt: Date | null }
type Read = { customer: Id; wanted: PersonalRewards; written: PersonalRewards | null; since: Instant | null }
type Change = Pick<Read, 'customer' | 'written'> & { shown: PersonalRewards }

/**
 * Writes the metafield of every customer whose rewards have changed since, and takes it away where there is nothing to show.
 * Safe to be killed anywhere: what is written twice is the same.
 *
 * @returns when to look again, while Shopify has not confirmed somebody of whom it may still hear
 * @throws {Bug} after everything else is written, where something is wanted that the storefront cannot read
 */
export async function showOffers(shop: ShopId, hold: Hold): Promise<void | { againInMs: number }> {
  let admin: Admin | null = null
  let isDefined = false
  let isOpen = false
  const unreadable: Id[] = []
  for (let after = '0'; ;) {
    const { last, reads, bound } = await withShop(shop, (tx) => readWanted(tx, shop, after, unreadable))
    if (last === null) break
    after = last
    for (let at = 0; at < reads.length; at += PER_CALL) {
      admin ??= await adminOf(shop)
      const batch = reads.slice(at, at + PER_CALL)
      const told = await confirmShared(admin, bound, batch.map(askingOf), now())
      isOpen ||= [...told.values()].some((one) => one.isOpen)
      const changes = batch.flatMap((read) => changeOf(read, told.get(read.customer)!.shared))
      if (changes.length === 0) continue
      if (!isDefined) await define(admin)
      isDefined = true
      await write(shop, admin, changes, hold)
    }
  }
  if (unreadable.length > 0) throw new Bug(`what customers of shop ${shop} are to read of rewards cannot be read`)
  return isOpen ? { againInMs: ASK_AGAIN_MS } : undefined
}

function askingOf({ customer, wanted, written, since }: Read): Asking {
  return { customer, wanted: wanted.shared ?? [], confirmed: written?.shared ?? [], since }
}

/** @returns nothing where it is written so already */
function changeOf({ customer, wanted: { v, off, rewards }, written }: Read, shared: number[]): Change[] {
  const shown = { v, off, rewards, ...(shared.length === 0 ? {} : { shared }) }
  return isDeepStrictEqual(shown, written) ? [] : [{ customer, written, shown }]
}

type Wanted = { last: Id | null; reads: Read[]; bound: ReadonlyMap<number, string> }

async function readWanted(tx: Tx, shop: ShopId, after: Id, unreadable: Id[]): Promise<Wanted> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT "customer"::text, "wanted", "written", "writtenAt" FROM "CustomerRewards"
    WHERE "shop" = ${shop} AND "customer" > ${after}::text::bigint AND "wanted" IS DISTINCT FROM "written"
    ORDER BY "customer" LIMIT ${PER_READ}`
  const there = await grantsThere(tx, shop, rows)
  const reads = rows.flatMap(({ customer, wanted, written, writtenAt }): Read[] => {
    const read = PersonalRewards.safeParse(wanted)
    if (!read.success) {
      log.error({ shop, entity: customer }, 'what a customer is to read of their rewards has a wrong shape')
      unreadable.push(customer)
      return []
    }
    const rewards = read.data.rewards.filter((offer) => !isWithheld(offer, customer, there))
    const before = PersonalRewards.safeParse(written)
    return [
      {
        customer,
        wanted: { ...read.data, rewards },
        written: before.success ? before.data : null,
        since: writtenAt?.getTime() ?? null,
      },
    ]
  })
  return { last: rows.at(-1)?.customer ?? null, reads, bound: await readBound(tx, shop) }
}

/** Per customer: codes of grants, and steps with credit, each with whether Shopify has it. */
type There = Map<string, boolean>

async function grantsThere(tx: Tx, shop: ShopId, rows: readonly Row[]): Promise<There> {
  const grants = await tx.$queryRaw<{ customer: Id; reward: number; step: number; code: string | null; is: boolean }[]>`
    SELECT "customer"::text, "reward", "step", "code", "state" IN ('issued', 'used') AS "is" FROM "Grant"
    WHERE "shop" = ${shop} AND "customer" = ANY (${rows.map(({ customer }) => customer)}::text[]::bigint[])`
  const there: There = new Map()
  for (const { customer, reward, step, code, is } of grants) {
    const key = keyOf(customer, reward, step, code)
    there.set(key, is || (there.get(key) ?? false))
  }
  return there
}

function keyOf(customer: Id, reward: number, step: number, code: string | null): string {
  return `${customer} ${code === null ? `${reward}.${step}` : code.toLowerCase()}`
}

/** A shared code is nobody's grant and is there as long as its reward is shown. */
function isWithheld({ id, step, state, what, code }: PersonalOffer, customer: Id, there: There): boolean {
  if (state !== 'open' || (code === null && what.kind !== 'credit')) return false
  const isThere = there.get(keyOf(customer, id, step, code))
  return code === null ? isThere !== true : isThere === false
}

async function write(shop: ShopId, admin: Admin, batch: Change[], hold: Hold): Promise<void> {
  const gone = batch.filter(({ shown, written }) => isNothing(shown) && written !== null && !isNothing(written))
  const set = batch.filter(({ shown }) => !isNothing(shown))
  const echoes = set.length === 0 ? new Map<Id, string>() : await setAll(shop, admin, set)
  if (gone.length > 0) {
    const metafields = gone.map(({ customer }) => ({ ownerId: CUSTOMER + customer, ...FIELD }))
    const { metafieldsDelete: answer } = await admin.change(
      OffersTakeDownDocument,
      { metafields },
      { isRepeatable: true },
    )
    const words = (answer?.userErrors ?? []).map(({ message }) => message).join(' ')
    // Of somebody whom Shopify has deleted nothing is left to take away.
    if (words !== '')
      log.warn({ shop, count: gone.length }, 'some metafields of rewards were not there to be taken away')
  }
  await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    const told = batch.map(({ customer, shown }) => ({ customer, shown, echo: echoes.get(customer) ?? null }))
    await tx.$executeRaw`
      UPDATE "CustomerRewards" c SET "written" = told."shown", "writtenAt" = ${new Date(now())}::timestamptz,
        "echoAt" = greatest(c."echoAt", told."echo")
      FROM jsonb_to_recordset(${JSON.stringify(told)}::jsonb) AS told("customer" bigint, "shown" jsonb, "echo" timestamptz)
      WHERE c."shop" = ${shop} AND c."customer" = told."customer"`
  })
}

/** One call for all is atomic: if Shopify refuses it for somebody, each is sent alone. Answers each one's updatedAt. */
async function setAll(shop: ShopId, admin: Admin, batch: Change[]): Promise<Map<Id, string>> {
  const { metafieldsSet: answer } = await admin.change(
    OffersShowDocument,
    {
      metafields: batch.map(({ customer, shown }) => ({
        ownerId: CUSTOMER + customer,
        ...FIELD,
        type: 'json',
        value: JSON.stringify(shown),
      })),
    },
    { isRepeatable: true },
  )
  const isRefused = (answer?.userErrors ?? []).length > 0
  if (isRefused && batch.length > 1) {
    const echoes = new Map<Id, string>()
    for (const one of batch) for (const [customer, at] of await setAll(shop, admin, [one])) echoes.set(customer, at)
    return echoes
  }
  // As a customer whom Shopify has deleted: there is nobody to show it to.
  if (isRefused) log.warn({ shop, entity: batch[0]!.customer }, 'Shopify takes no rewards of a customer')
  return new Map(
    (answer?.metafields ?? []).flatMap(({ owner }): [Id, string][] =>
      'updatedAt' in owner ? [[owner.id.slice(CUSTOMER.length), owner.updatedAt]] : [],
    ),
  )
}

/** The metafield's definition; it is there already on every later start. */
async function define(admin: Admin): Promise<void> {
  const { metafieldDefinitionCreate: answer } = await admin.change(OffersDefinitionDocument, {
    definition: {
      ownerType: 'CUSTOMER',
      ...FIELD,
      type: 'json',
      name: 'Morello rewards',
      description: 'The customer’s own rewards, as the storefront blocks read them.',
      access: { admin: 'MERCHANT_READ' },
    },
  })
  const errors = (answer?.userErrors ?? []).filter(
    ({ code }) => code !== 'TAKEN' && code !== 'UNSTRUCTURED_ALREADY_EXISTS',
  )
  if (errors.length > 0) throw new OutsideFailure('shopify-refused', errors.map(({ message }) => message).join(' '))
}

/** Takes the metafield away from everybody, before the app leaves the shop. */
export async function withdrawOffers(shop: ShopId, admin: Admin, hold: Hold): Promise<void> {
  const { metafieldDefinitionDelete: answer } = await admin.change(
    OffersDefinitionDeleteDocument,
    { identifier: { ownerType: 'CUSTOMER', ...FIELD } },
    { isRepeatable: true },
  )
  const errors = (answer?.userErrors ?? []).filter(({ code }) => code !== 'NOT_FOUND')
  if (errors.length > 0) throw new OutsideFailure('shopify-refused', errors.map(({ message }) => message).join(' '))
  await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    await tx.customerRewards.deleteMany({ where: { shop } })
  })
}
