/** A shop as large as the largest: rows made by PostgreSQL itself, in the order in which a shop's days bring them. */
import type pg from 'pg'

/** Of so many customers; orders are as many, and every order has two lines of 2,000 products. */
export const CUSTOMERS = 1_000_000
/** In this one stand 50 of the products. */
export const COLLECTION = 101
/** One of them, bought as often as the others. */
export const PRODUCT = 8_000_000_101
const DAYS = 1095

/**
 * Customers of whom three in ten have never ordered and half have once, orders of three years, collections, checkouts that
 * were left. What the app works out of them is not made up here: see `people.ts`.
 */
export async function fillLargeShop(client: pg.Client, shop: number, customers = CUSTOMERS): Promise<void> {
  await client.query(
    `UPDATE "Shop" SET "syncedAt" = now(), "lastOrderAt" = now(), "currency" = 'USD', "timezone" = 'Etc/UTC' WHERE "shop" = $1`,
    [shop],
  )
  await client.query(
    `INSERT INTO "Customer" ("shop", "id", "createdAt", "updatedAt", "tags", "emailConsent", "road", "fetchedAt", "country")
     SELECT $1, i, now() - (${DAYS} + i % 5) * interval '1 day', now(),
       CASE WHEN i % 5 = 0 THEN ARRAY['VIP', 'wholesale ' || i % 40] ELSE '{}' END,
       CASE WHEN i % 3 = 0 THEN 'SUBSCRIBED' ELSE 'NOT_SUBSCRIBED' END, 2, now(),
       (ARRAY['KR', 'KR', 'KR', 'JP', 'US', NULL])[i % 6 + 1] FROM generate_series(1, $2::int) i`,
    [shop, customers],
  )
  // Who orders again does so after 20 to 219 days; times are as even as golden steps make them.
  await client.query(
    `INSERT INTO "Order" ("shop", "id", "customer", "name", "processedAt", "createdAt", "updatedAt", "isTest",
       "financialStatus", "currency", "subtotalMinor", "totalMinor", "discountMinor", "refundedMinor", "isBusiness",
       "quantity", "currentQuantity", "discounts", "road", "fetchedAt")
     SELECT $1, 6000000000000 + row_number() OVER (ORDER BY o."at"), o."customer", '#' || o."customer", o."at", o."at",
       o."at", false, 'PAID', 'USD', o."minor", o."minor", 0, 0, false, 2, 2,
       CASE WHEN o."customer" % 16 = 0 THEN ARRAY['code:SALE'] ELSE '{}' END, 2, o."at"
     FROM (
       SELECT i AS "customer", 500 + i % 9000 AS "minor",
         now() - ((i * 0.6180339887) % 1) * ${DAYS - 460} * interval '1 day'
           - k * (20 + i % 200) * interval '1 day' - i % 86400 * interval '1 second' AS "at"
       FROM generate_series(1, $2::int) i
       CROSS JOIN LATERAL generate_series(1, (ARRAY[0, 1, 1, 0, 1, 2, 1, 0, 1, 3])[i % 10 + 1]) k) o ORDER BY o."at"`,
    [shop, customers],
  )
  await client.query(
    `INSERT INTO "Line" ("shop", "order", "id", "product", "title", "sku", "quantity", "currentQuantity", "unitMinor",
       "discountMinor", "discounts")
     SELECT $1, o."id", k, 8000000000 + p."n", 'Product ' || p."n", 'SKU-' || p."n", 1, 1, o."subtotalMinor" / 2,
       CASE WHEN o."discounts" = '{}' THEN 0 ELSE 100 END, o."discounts"
     FROM "Order" o CROSS JOIN generate_series(1, 2) k
     CROSS JOIN LATERAL (SELECT (o."id" * (7 + k)) % 2000 AS "n") p WHERE o."shop" = $1 ORDER BY o."id", k`,
    [shop],
  )
  await client.query(
    `INSERT INTO "Product" ("shop", "id", "title", "isOnSale", "isGiftCard", "priceMinor")
     SELECT $1, 8000000000 + p, 'Product ' || p, p % 20 > 0, false, 500 + p FROM generate_series(0, 1999) p`,
    [shop],
  )
  await client.query(
    `INSERT INTO "Collection" ("shop", "id", "title", "products", "isCategory")
     SELECT $1, 100 + c, 'Collection ' || c, array_agg(8000000000 + p), true
     FROM generate_series(0, 1999) p CROSS JOIN LATERAL (SELECT p % 40 AS c) k GROUP BY c`,
    [shop],
  )
  await client.query(
    `INSERT INTO "SyncRun" ("shop", "kind", "subject", "state", "startedAt", "finishedAt")
     SELECT $1, 'beside', s, 'done', now(), now() FROM unnest(ARRAY['collections', 'checkouts', 'words']) s`,
    [shop],
  )
  await client.query(
    `INSERT INTO "AbandonedCheckout" ("shop", "id", "customer", "createdAt", "updatedAt", "completedAt")
     SELECT $1, 5000000000000 + i, (i * 7919) % $2::int + 1, now() - i % 90 * interval '1 day', now(),
       CASE WHEN i % 4 = 0 THEN now() END FROM generate_series(1, $2::int / 10) i`,
    [shop, customers],
  )
}

/** So many moves between stages in the 360 days before now, of more than half of the customers, most of them once. */
export async function fillMoves(client: pg.Client, shop: number, moves: number, customers = CUSTOMERS): Promise<void> {
  await client.query('DELETE FROM "MembershipChange" WHERE "shop" = $1', [shop])
  await client.query(
    `INSERT INTO "MembershipChange" ("shop", "customer", "at", "what", "from", "to", "cause", "because", "ruleVersion", "estimates")
     SELECT $1, (m * 7919::bigint) % ($3::int * 6 / 10) + 1, now() - (1 - m / $2::float8) * interval '360 days', 'stage',
       s."of"[m % 6 + 1], s."of"[m % 6 + 2], 'time',
       jsonb_build_object('stage', s."of"[m % 6 + 2], 'orders', 2 + m % 5, 'sinceLastDays', 110, 'hopedWithinDays', 98,
         'gapDays', 138, 'lateFromDays', 98, 'lapsedFromDays', 196, 'ruleVersion', 1, 'estimates', 1), 1, 1
     FROM generate_series(1, $2::int) m
     CROSS JOIN (SELECT ARRAY['prospect', 'new', 'repeat', 'loyal', 'at-risk', 'lapsed', 'at-risk'] AS "of") s ORDER BY m`,
    [shop, moves, customers],
  )
}
