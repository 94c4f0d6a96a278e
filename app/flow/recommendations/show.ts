/**
 * Brings what is recommended to Shopify: references to products on customers, products and the app itself, only where it has
 * changed. A few go call by call; many go as files that Shopify works off by itself. Safe to be killed anywhere: what is
 * sent twice is the same.
 */
import { isDeepStrictEqual } from 'node:util'
import { STATE_NAMESPACE } from '#app/domain/publication.ts'
import { FIRST_PICKS_KEY, PICKS_SETTINGS_KEY, shopFields, type Field } from '#app/domain/recommendations/documents.ts'
import { REWARDS_NAMESPACE as APP_NAMESPACE } from '#app/domain/rewards/storefront-rewards.ts'
import { OutsideFailure } from '#app/errors.ts'
import {
  OurInstallationDocument,
  PicksDefinitionDeleteDocument,
  PicksDefinitionDocument,
  PicksSetDocument,
  PicksTakeDownDocument,
  RewardsShowDocument,
} from '#app/outside/admin.generated.ts'
import { withShop, withShopBulk, type ShopId } from '#app/outside/database.server.ts'
import { adminOf, type Admin } from '#app/outside/shopify.server.ts'
import { advanceFiles } from './files.ts'
import { CUSTOMERS, echoOf, IS_CHANGED, metafieldsOf, PRODUCTS, type Hold, type Owner } from './owners.ts'
import { readRecommender } from './stored.ts'

/** metafieldsSet takes 25, a customer has two at most. */
const PER_CALL = 12
/** From so many changes on a file is quicker than calls, and costs nothing of the shop's rate. */
const MANY = 500
/** Between two looks at a file that Shopify works off. */
const LOOK_AGAIN_MS = 3_000

/** What a product's metafields may be written with; without it product pages show what guests see. */
export const PRODUCTS_SCOPE = 'write_products'

/** @returns when to look again, while Shopify works off a file */
export async function showPicks(shop: ShopId, hold: Hold): Promise<void | { againInMs: number }> {
  const { recommender, scopes } = await withShop(shop, async (tx) => ({
    recommender: await readRecommender(tx, shop),
    scopes: (await tx.shop.findUnique({ where: { shop }, select: { scopes: true } }))?.scopes.split(',') ?? [],
  }))
  const { isOn, wanted, written } = recommender
  // Never switched on, nothing of it is in the shop.
  if (!isOn && written === null) return
  const admin = await adminOf(shop)
  const owners = scopes.includes(PRODUCTS_SCOPE) ? [CUSTOMERS, PRODUCTS] : [CUSTOMERS]
  if (isOn) for (const owner of owners) await define(admin, owner)
  if (wanted !== null && !isDeepStrictEqual(wanted, written)) {
    await showInShop(admin, shopFields(wanted))
    await withShop(shop, async (tx) => {
      await hold.stillMine(tx)
      await tx.recommender.update({ where: { shop }, data: { written: wanted } })
    })
  }
  // Switched off, the theme shows none of it: what lies with customers and products stays as it is.
  if (!isOn) return
  let isOpen = false
  for (const owner of owners) {
    isOpen = (await advanceFiles(shop, admin, owner, hold)) || isOpen
    const count = await countChanges(shop, owner)
    if (count >= MANY) isOpen = (await advanceFiles(shop, admin, owner, hold, true)) || isOpen
    else if (count > 0) await sendAll(shop, admin, owner, hold)
    await takeDownAll(shop, admin, owner, hold)
  }
  return isOpen ? { againInMs: LOOK_AGAIN_MS } : undefined
}

async function countChanges(shop: ShopId, { table }: Owner): Promise<number> {
  const [row] = await withShopBulk(shop, (tx) =>
    tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM (SELECT FROM "${table}" t WHERE t."shop" = $1 AND ${IS_CHANGED} LIMIT ${MANY}) c`,
      [shop],
    ),
  )
  return row!.count
}

type Change = { id: string; wanted: unknown }

async function sendAll(shop: ShopId, admin: Admin, owner: Owner, hold: Hold): Promise<void> {
  for (;;) {
    const batch = await withShopBulk(shop, (tx) =>
      tx.query<Change>(
        `SELECT t."${owner.column}"::text AS id, t."wanted" FROM "${owner.table}" t
         WHERE t."shop" = $1 AND ${IS_CHANGED} ORDER BY t."${owner.column}" LIMIT ${PER_CALL}`,
        [shop],
      ),
    )
    if (batch.length === 0) return
    const told = await setAll(admin, owner, batch)
    await noteTold(shop, owner, hold, batch, told)
  }
}

/** By id, when the shop dated the write (customers only); who is not in it was refused. */
type Told = ReadonlyMap<string, string | null>

/** One call for all is atomic: if Shopify refuses it for one, each is sent alone. */
async function setAll(admin: Admin, owner: Owner, batch: readonly Change[]): Promise<Told> {
  const metafields = batch.flatMap(({ id, wanted }) => metafieldsOf(owner, id, wanted))
  const { metafieldsSet: answer } = await admin.change(PicksSetDocument, { metafields }, { isRepeatable: true })
  if ((answer?.userErrors ?? []).length > 0) {
    if (batch.length === 1) return new Map()
    const all = new Map<string, string | null>()
    for (const one of batch) for (const [id, at] of await setAll(admin, owner, [one])) all.set(id, at)
    return all
  }
  const dates = new Map<string, string>()
  for (const { owner: told } of answer?.metafields ?? [])
    if ('updatedAt' in told) dates.set(told.id.slice(owner.gid.length), told.updatedAt)
  return new Map(batch.map(({ id }) => [id, dates.get(id) ?? null]))
}

/** What was sent is there, or was refused: as it is, it is not sent again before the next rebuild. */
async function noteTold(shop: ShopId, owner: Owner, hold: Hold, batch: readonly Change[], told: Told): Promise<void> {
  const rows = batch.map(({ id, wanted }) => ({ id, sent: wanted, isDone: told.has(id), at: told.get(id) ?? null }))
  await withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    await tx.query(
      `UPDATE "${owner.table}" t SET "sent" = CASE WHEN NOT r."isDone" THEN r."sent" END,
         "written" = CASE WHEN r."isDone" THEN r."sent" ELSE t."written" END ${echoOf(owner)}
       FROM jsonb_to_recordset($2::jsonb) AS r("id" bigint, "sent" jsonb, "isDone" bool, "at" timestamptz)
       WHERE t."shop" = $1 AND t."${owner.column}" = r."id"`,
      [shop, JSON.stringify(rows)],
    )
  })
}

/** Of whom nothing is to be shown any more. */
async function takeDownAll(shop: ShopId, admin: Admin, owner: Owner, hold: Hold): Promise<void> {
  for (;;) {
    const batch = await withShopBulk(shop, (tx) =>
      tx.query<{ id: string }>(
        `SELECT t."${owner.column}"::text AS id FROM "${owner.table}" t WHERE t."shop" = $1 AND t."wanted" IS NULL
           AND t."written" IS NOT NULL AND t."sentIn" IS NULL ORDER BY t."${owner.column}" LIMIT ${PER_CALL}`,
        [shop],
      ),
    )
    if (batch.length === 0) break
    const metafields = batch.flatMap(({ id }) =>
      owner.keys.map(({ key }) => ({ ownerId: owner.gid + id, namespace: STATE_NAMESPACE, key })),
    )
    // Of somebody whom Shopify has deleted nothing is left to take away.
    await admin.change(PicksTakeDownDocument, { metafields }, { isRepeatable: true })
    await withShopBulk(shop, async (tx) => {
      await hold.stillMine(tx)
      await tx.query(
        `UPDATE "${owner.table}" SET "written" = NULL WHERE "shop" = $1 AND "${owner.column}" = ANY ($2::bigint[])`,
        [shop, batch.map(({ id }) => id)],
      )
    })
  }
  await withShopBulk(shop, (tx) =>
    tx.query(
      `DELETE FROM "${owner.table}" WHERE "shop" = $1 AND "wanted" IS NULL AND "written" IS NULL AND "sentIn" IS NULL`,
      [shop],
    ),
  )
}

async function showInShop(admin: Admin, fields: readonly Field[]): Promise<void> {
  const { currentAppInstallation: installation } = await admin.ask(OurInstallationDocument, {
    namespace: APP_NAMESPACE,
    key: PICKS_SETTINGS_KEY,
  })
  const { metafieldsSet: answer } = await admin.change(
    RewardsShowDocument,
    { metafields: fields.map((field) => ({ ownerId: installation.id, namespace: APP_NAMESPACE, ...field })) },
    { isRepeatable: true },
  )
  const errors = answer?.userErrors ?? []
  if (errors.length > 0) throw new OutsideFailure('shopify-refused', errors.map(({ message }) => message).join(' '))
}

/** The metafields' definitions; they are there already on every later start. */
async function define(admin: Admin, { ownerType, keys }: Owner): Promise<void> {
  for (const { key, type, name } of keys) {
    const { metafieldDefinitionCreate: answer } = await admin.change(PicksDefinitionDocument, {
      definition: {
        ownerType,
        namespace: STATE_NAMESPACE,
        key,
        type,
        name,
        description: 'Written by Morello; the block “Picked for you” reads it.',
        access: { admin: 'MERCHANT_READ' },
      },
    })
    const errors = (answer?.userErrors ?? []).filter(
      ({ code }) => code !== 'TAKEN' && code !== 'UNSTRUCTURED_ALREADY_EXISTS',
    )
    if (errors.length > 0) throw new OutsideFailure('shopify-refused', errors.map(({ message }) => message).join(' '))
  }
}

/** Takes all of it out of the shop, before the app leaves it. */
export async function withdrawPicks(shop: ShopId, hold: Hold): Promise<void> {
  const { written } = await withShop(shop, (tx) => readRecommender(tx, shop))
  if (written === null) return
  const admin = await adminOf(shop)
  const scopes = (await withShop(shop, (tx) => tx.shop.findUnique({ where: { shop }, select: { scopes: true } })))
    ?.scopes
  for (const { ownerType, keys } of scopes?.split(',').includes(PRODUCTS_SCOPE) ? [CUSTOMERS, PRODUCTS] : [CUSTOMERS])
    for (const { key } of keys) {
      const { metafieldDefinitionDelete: answer } = await admin.change(
        PicksDefinitionDeleteDocument,
        { identifier: { ownerType, namespace: STATE_NAMESPACE, key } },
        { isRepeatable: true },
      )
      const errors = (answer?.userErrors ?? []).filter(({ code }) => code !== 'NOT_FOUND')
      if (errors.length > 0) throw new OutsideFailure('shopify-refused', errors.map(({ message }) => message).join(' '))
    }
  const { currentAppInstallation: installation } = await admin.ask(OurInstallationDocument, {
    namespace: APP_NAMESPACE,
    key: PICKS_SETTINGS_KEY,
  })
  await admin.change(
    PicksTakeDownDocument,
    {
      metafields: [FIRST_PICKS_KEY, PICKS_SETTINGS_KEY].map((key) => ({
        ownerId: installation.id,
        namespace: APP_NAMESPACE,
        key,
      })),
    },
    { isRepeatable: true },
  )
  await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    await tx.customerPicks.deleteMany({ where: { shop } })
    await tx.productPicks.deleteMany({ where: { shop } })
    await tx.recommender.deleteMany({ where: { shop } })
  })
}
