/** What each customer reads of their own rewards, brought to their metafield; a code or credit only once Shopify has it. */
import { isDeepStrictEqual } from 'node:util'
import { STATE_NAMESPACE } from '#app/domain/publication.ts'
import { PERSONAL_REWARDS_KEY, PersonalRewards, type PersonalOffer } from '#app/domain/rewards/personal-rewards.ts'
import type { Id } from '#app/domain/order.ts'
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
import type { Hold } from './sync.ts'

/** metafieldsSet takes 25; a call costs 10 points, so that many customers a second are no trouble. */
const PER_CALL = 25
const PER_READ = 500
const CUSTOMER = 'gid://shopify/Customer/'
const FIELD = { namespace: STATE_NAMESPACE, key: PERSONAL_REWARDS_KEY }

type Row = { customer: Id; wanted: unknown; written: unknown }
type Change = { customer: Id; shown: PersonalRewards }

/**
 * Writes the metafield of every customer whose rewards have changed since, and takes it away where there is nothing to show.
 * Safe to be killed anywhere: what is written twice is the same.
 *
 * @throws {Bug} after everything else is written, where something is wanted that the storefront cannot read
 */
export async function showOffers(shop: ShopId, hold: Hold): Promise<void> {
  let admin: Admin | null = null
  const unreadable: Id[] = []
  for (let after = '0'; ;) {
    const { rows, changes } = await withShop(shop, (tx) => readChanges(tx, shop, after, unreadable))
    if (rows === 0) break
    after = changes.after
    if (changes.of.length === 0) continue
    if (admin === null) {
      admin = await adminOf(shop)
      await define(admin)
    }
    for (let at = 0; at < changes.of.length; at += PER_CALL)
      await write(shop, admin, changes.of.slice(at, at + PER_CALL), hold)
  }
  if (unreadable.length > 0) throw new Bug(`what customers of shop ${shop} are to read of rewards cannot be read`)
}

async function readChanges(
  tx: Tx,
  shop: ShopId,
  after: Id,
  unreadable: Id[],
): Promise<{ rows: number; changes: { after: Id; of: Change[] } }> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT "customer"::text, "wanted", "written" FROM "CustomerRewards"
    WHERE "shop" = ${shop} AND "customer" > ${after}::text::bigint AND "wanted" IS DISTINCT FROM "written"
    ORDER BY "customer" LIMIT ${PER_READ}`
  const there = await grantsThere(tx, shop, rows)
  const of = rows.flatMap(({ customer, wanted, written }): Change[] => {
    const read = PersonalRewards.safeParse(wanted)
    if (!read.success) {
      log.error({ shop, entity: customer }, 'what a customer is to read of their rewards has a wrong shape')
      unreadable.push(customer)
      return []
    }
    const rewards = read.data.rewards.filter((offer) => !isWithheld(offer, customer, there))
    const shown = { ...read.data, rewards }
    return isDeepStrictEqual(shown, written) ? [] : [{ customer, shown }]
  })
  return { rows: rows.length, changes: { after: rows.at(-1)?.customer ?? after, of } }
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
  const isEmpty = ({ shown }: Change) => shown.rewards.length === 0 && !shown.off
  const gone = batch.filter(isEmpty)
  const set = batch.filter((change) => !isEmpty(change))
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
