import { benefitStateOf } from '#app/domain/cherry-picker.ts'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { DiscountSets } from './discount-sets.ts'
import type { ByCustomer, Folded } from './fold.ts'
import type { OrderColumns } from './read-orders.ts'

type Use = {
  key: string
  uses: number
  firstUses: number
  discountMinor: number
  matured: number
  cameBack: number
  lastUsedAt: Instant
}

type DiscountUses = { uses: Use[]; withoutBenefit: { matured: number; cameBack: number } }

/**
 * How every discount was used on valid orders of known customers.
 *
 * @param windowDays  the return window: a first order counts as matured when it is at least that old
 */
export function countDiscountUses(
  orders: OrderColumns,
  grouped: ByCustomer,
  folded: Folded,
  discounts: DiscountSets,
  answers: Readonly<Record<string, 'confirmed' | 'declined'>>,
  windowDays: number,
  asOf: Instant,
): DiscountUses {
  const { standings } = folded
  const uses = discounts.keys.map((key, position): Use => ({
    key,
    uses: 0,
    firstUses: 0,
    discountMinor: Math.round(orders.takenOffMinor[position]!),
    matured: 0,
    cameBack: 0,
    lastUsedAt: 0,
  }))
  for (let order = 0; order < orders.count; order += 1) {
    const set = discounts.sets[orders.discountSet[order]!]!
    const at = orders.at[order]!
    if (orders.customer[order]! < 0) continue
    for (const key of set) {
      const use = uses[key]!
      use.uses += 1
      if (at > use.lastUsedAt) use.lastUsedAt = at
      if (isOfFirstOccasion(folded, orders.customer[order]!, at)) use.firstUses += 1
    }
  }
  const isBenefit = uses.map((use) => ['confirmed', 'proposed'].includes(benefitStateOf(use, answers)))
  const withoutBenefit = { matured: 0, cameBack: 0 }
  const lastCustomer = new Int32Array(uses.length).fill(-1)
  for (let customer = 0; customer < standings.count; customer += 1) {
    const firstAt = standings.firstAt[customer]!
    if (!(firstAt + windowDays * DAY_MS <= asOf)) continue
    const cameBack = standings.n[customer]! > 1 && standings.firstGapDays[customer]! <= windowDays ? 1 : 0
    let usedBenefit = false
    for (let k = grouped.start[customer]!; k < grouped.start[customer + 1]!; k += 1) {
      const order = grouped.sorted[k]!
      if (!isOfFirstOccasion(folded, customer, orders.at[order]!)) break
      for (const key of discounts.sets[orders.discountSet[order]!]!) {
        usedBenefit ||= isBenefit[key]!
        if (lastCustomer[key] === customer) continue
        lastCustomer[key] = customer
        uses[key]!.matured += 1
        uses[key]!.cameBack += cameBack
      }
    }
    if (usedBenefit) continue
    withoutBenefit.matured += 1
    withoutBenefit.cameBack += cameBack
  }
  return { uses: uses.filter((use, key) => use.uses > 0 && discounts.isToldApart(key)), withoutBenefit }
}

function isOfFirstOccasion(folded: Folded, customer: number, at: Instant): boolean {
  return at - folded.standings.firstAt[customer]! < DAY_MS
}

const CHUNK = 10_000

export async function writeDiscountUses(tx: BulkTx, shop: ShopId, uses: Use[]): Promise<void> {
  const stored = await tx.query<{ key: string; facts: string }>(
    `SELECT "key", concat_ws(' ', "uses", "firstUses", "discountMinor", "matured", "cameBack",
      (extract(epoch FROM "lastUsedAt") * 1000)::bigint) AS "facts" FROM "DiscountUse" WHERE "shop" = $1`,
    [shop],
  )
  const known = new Map(stored.map((row) => [row.key, row.facts]))
  const factsOf = (use: Use) =>
    [use.uses, use.firstUses, use.discountMinor, use.matured, use.cameBack, use.lastUsedAt].join(' ')
  const changed = uses.filter((use) => known.get(use.key) !== factsOf(use))
  for (const use of uses) known.delete(use.key)
  if (known.size > 0)
    await tx.query('DELETE FROM "DiscountUse" WHERE "shop" = $1 AND "key" = ANY($2::text[])', [shop, [...known.keys()]])
  for (let from = 0; from < changed.length; from += CHUNK) {
    const chunk = changed.slice(from, from + CHUNK)
    await tx.query(
      `INSERT INTO "DiscountUse" ("shop", "key", "uses", "firstUses", "discountMinor", "matured", "cameBack", "lastUsedAt")
        SELECT $1::int, r.* FROM unnest($2::text[], $3::int[], $4::int[], $5::bigint[], $6::int[], $7::int[], $8::timestamptz[]) r
        ON CONFLICT ("shop", "key") DO UPDATE SET "uses" = excluded."uses", "firstUses" = excluded."firstUses",
          "discountMinor" = excluded."discountMinor", "matured" = excluded."matured", "cameBack" = excluded."cameBack",
          "lastUsedAt" = excluded."lastUsedAt"`,
      [
        shop,
        chunk.map((use) => use.key),
        chunk.map((use) => use.uses),
        chunk.map((use) => use.firstUses),
        chunk.map((use) => use.discountMinor),
        chunk.map((use) => use.matured),
        chunk.map((use) => use.cameBack),
        chunk.map((use) => new Date(use.lastUsedAt)),
      ],
    )
  }
}
