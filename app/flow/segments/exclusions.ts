/** Keeping customers and segments out of rewards, and ending it. */
import { LONGEST_DAYS, type ExclusionInput } from '#app/domain/exclusions.ts'
import { DAY_MS, type Id, type Instant } from '#app/domain/order.ts'
import { endOfDay } from '#app/domain/shop-calendar.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'

/** SQL that lists whom anything keeps out at a moment, each once, in a column `customer`; nothing is bound. */
export function keptOutSql(shop: ShopId, at: Instant): string {
  const inForce = `x."shop" = ${Number(shop)} AND x."endedAt" IS NULL
    AND (x."until" IS NULL OR x."until" > '${new Date(at).toISOString()}')`
  return `SELECT x."customer" FROM "Exclusion" x WHERE ${inForce} AND x."customer" IS NOT NULL
    UNION SELECT o."customer" FROM "OwnMembership" o WHERE o."shop" = ${Number(shop)}
      AND o."segments" && ARRAY(SELECT x."segment" FROM "Exclusion" x WHERE ${inForce} AND x."segment" IS NOT NULL)`
}

/**
 * Keeps a customer, or everybody in one of the shop's own segments, out of rewards from now on.
 *
 * @throws {InvalidInput} `fields` are keys of the screen texts: `until` past | far, `who` already; not-found for who is not there
 */
export async function exclude(
  shop: ShopId,
  who: { customer: Id } | { segment: number },
  { reason, until }: ExclusionInput,
): Promise<void> {
  const since = now()
  await withShop(shop, async (tx) => {
    const end = until === '' ? null : await endOf(tx, shop, until)
    if (end !== null && end <= since) throw refused('until', 'past')
    if (end !== null && end > since + LONGEST_DAYS * DAY_MS) throw refused('until', 'far')
    const name = 'segment' in who ? await segmentName(tx, shop, who.segment) : null
    if ('customer' in who) await refuseUnknown(tx, shop, who.customer)
    await endPassed(tx, shop, since)
    const customer = 'customer' in who ? who.customer : null
    const segment = 'segment' in who ? who.segment : null
    const written = await tx.$executeRaw`
      INSERT INTO "Exclusion" ("shop", "customer", "segment", "name", "reason", "since", "until")
      VALUES (${shop}, ${customer}::text::bigint, ${segment}::int, ${name}::text, ${reason}, ${new Date(since)},
        ${end === null ? null : new Date(end)}::timestamptz)
      ON CONFLICT DO NOTHING`
    if (written === 0) throw refused('who', 'already')
  })
}

/** Ends one that is in force; one that has ended stays as it ended. */
export async function endExclusion(shop: ShopId, id: number): Promise<void> {
  const at = now()
  await withShop(shop, async (tx) => {
    await endPassed(tx, shop, at)
    await tx.$executeRaw`
      UPDATE "Exclusion" SET "endedAt" = ${new Date(at)} WHERE "shop" = ${shop} AND "id" = ${id} AND "endedAt" IS NULL`
  })
}

/** What ended by its date says so, so that the same customer or segment may be kept out anew. */
async function endPassed(tx: Tx, shop: ShopId, at: Instant): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Exclusion" SET "endedAt" = "until" WHERE "shop" = ${shop} AND "endedAt" IS NULL AND "until" <= ${new Date(at)}`
}

/** Where the day after the last one begins in the shop. */
async function endOf(tx: Tx, shop: ShopId, lastDay: string): Promise<Instant> {
  const found = await tx.shop.findUnique({ where: { shop }, select: { timezone: true } })
  return endOfDay(lastDay, found?.timezone ?? null)
}

async function segmentName(tx: Tx, shop: ShopId, id: number): Promise<string> {
  const [found] = await tx.$queryRaw<{ name: string }[]>`
    SELECT "name" FROM "OwnSegment" WHERE "shop" = ${shop} AND "id" = ${id} FOR KEY SHARE`
  if (!found) throw new InvalidInput(`no segment ${id} in shop ${shop}`, { code: 'not-found' })
  return found.name
}

async function refuseUnknown(tx: Tx, shop: ShopId, customer: Id): Promise<void> {
  const id = BigInt(customer)
  const known =
    (await tx.customer.count({ where: { shop, id } })) +
    (await tx.customerFeatures.count({ where: { shop, customer: id } }))
  if (known === 0) throw new InvalidInput(`no customer ${customer} in shop ${shop}`, { code: 'not-found' })
}

function refused(field: 'until' | 'who', key: string): InvalidInput {
  return new InvalidInput(`an exclusion cannot be so: ${key}`, { fields: { [field]: key } })
}
