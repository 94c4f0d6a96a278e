/** Which accounts look like one person's: the kept hashes held against each other by domain/same-person.ts. */
import type { Id } from '#app/domain/order.ts'
import {
  type AccountKeys,
  type Link,
  MOST_IDENTITIES,
  MOST_NUMBERS_OF_COMPANY,
  suggestedLinks,
} from '#app/domain/same-person.ts'
import { type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import { mayLinkAccounts } from '../../settings.ts'

type Holder = { shop: ShopId; stillMine(tx: BulkTx): Promise<void> }
type Pair = { a: Id; b: Id; because: Link['because'][] }

/**
 * Brings the suggestions to what the hashes say now. Answers stay, whatever the hashes say; a suggestion that nothing
 * speaks for any more goes.
 */
export async function linkAccounts(holder: Holder): Promise<void> {
  const { shop } = holder
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    if (!(await mayLinkAccounts(tx, shop))) return
    const isApart = await apartIn(tx, shop)
    const pairs = pairsOf(suggestedLinks(await sharingAccounts(tx, shop), await companies(tx, shop), isApart))
    const values = [shop, pairs.map(({ a }) => a), pairs.map(({ b }) => b)]
    await tx.query(
      `INSERT INTO "PersonLink" AS l (shop, a, b, state, because, "suggestedAt")
       SELECT $1::int, n.a, n.b, 'suggested', string_to_array(n.because, ','), now()
       FROM unnest($2::bigint[], $3::bigint[], $4::text[]) n(a, b, because)
       ON CONFLICT (shop, a, b) DO UPDATE SET because = excluded.because WHERE l.because <> excluded.because`,
      [...values, pairs.map(({ because }) => because.join(','))],
    )
    await tx.query(
      `DELETE FROM "PersonLink" l WHERE l.shop = $1 AND l.state = 'suggested' AND NOT EXISTS (
         SELECT FROM unnest($2::bigint[], $3::bigint[]) n(a, b) WHERE n.a = l.a AND n.b = l.b)`,
      values,
    )
  })
}

/** Whether the merchant has said of two accounts that they are not one person's. */
async function apartIn(tx: BulkTx, shop: ShopId): Promise<(one: Id, other: Id) => boolean> {
  const rows = await tx.query<{ a: Id; b: Id }>(
    `SELECT a::text, b::text FROM "PersonLink" WHERE shop = $1 AND state = 'household'`,
    [shop],
  )
  const apart = new Set(rows.flatMap(({ a, b }) => [`${a} ${b}`, `${b} ${a}`]))
  return (one, other) => apart.has(`${one} ${other}`)
}

/** One row a pair, the older account first: ids grow. */
function pairsOf(links: readonly Link[]): Pair[] {
  const pairs = new Map<string, Pair>()
  for (const { profiles, because } of links) {
    const [a, b] = BigInt(profiles[0]) < BigInt(profiles[1]) ? profiles : [profiles[1], profiles[0]]
    const pair = pairs.get(`${a} ${b}`) ?? { a, b, because: [] }
    if (!pair.because.includes(because)) pair.because.push(because)
    pairs.set(`${a} ${b}`, pair)
  }
  return [...pairs.values()]
}

/** Accounts that have something in common with another one: of most shops a few in a hundred, so they are read whole. */
async function sharingAccounts(tx: BulkTx, shop: ShopId): Promise<AccountKeys[]> {
  // Hashes have no statistics that would tell the planner how few of them repeat.
  await tx.query(`SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true)`)
  return tx.query<AccountKeys>(
    `SELECT k.customer::text AS profile, encode(k.email, 'base64') AS email, encode(k.phone, 'base64') AS phone,
       k."phoneKind", NULL AS address, encode(k."nameAtAddress", 'base64') AS "nameAtAddress",
       encode(k.workplace, 'base64') AS workplace
     FROM "AccountKeys" k JOIN (
       ${['email', 'phone', '"nameAtAddress"'].map(sharedBy).join(' UNION ')}) shared ON shared.customer = k.customer
     WHERE k.shop = $1 ORDER BY k.customer`,
    [shop, MOST_IDENTITIES],
  )
}

/** Spellings of one mailbox are one identity, however many there are; of a number or a door, more are a place's. */
function sharedBy(key: string): string {
  const isFew = key === 'email' ? '' : `AND count(DISTINCT coalesce(email, int8send(customer))) <= $2`
  return `SELECT k.customer FROM "AccountKeys" k JOIN (
      SELECT ${key} AS key FROM "AccountKeys" WHERE shop = $1 AND ${key} IS NOT NULL
      GROUP BY ${key} HAVING count(*) > 1 ${isFew}) common ON common.key = k.${key}
    WHERE k.shop = $1 AND $2 > 0`
}

/** As `companiesIn` of all accounts says. */
async function companies(tx: BulkTx, shop: ShopId): Promise<Set<string>> {
  const rows = await tx.query<{ workplace: string }>(
    `SELECT encode(workplace, 'base64') AS workplace FROM "AccountKeys" WHERE shop = $1 AND workplace IS NOT NULL
     GROUP BY workplace HAVING count(*) > 1 AND count(DISTINCT phone) <= $2`,
    [shop, MOST_NUMBERS_OF_COMPANY],
  )
  return new Set(rows.map(({ workplace }) => workplace))
}
