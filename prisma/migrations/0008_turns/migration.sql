-- Told by the tick of the edit that brought it, not by whatever is ticked when Flow is told.
-- AlterTable
ALTER TABLE "MembershipChange" ADD COLUMN "isForFlow" BOOLEAN NOT NULL DEFAULT false;

-- A bulk run rings for everybody it wrote to, and a purchase must not wait behind thousands of those rings.
DROP INDEX "Work_due_idx";
CREATE INDEX "Work_due_idx"
  ON "Work" (shop, (kind = 'refresh-customer'), (CASE state WHEN 'running' THEN "leaseUntil" ELSE "nextAt" END))
  WHERE state IN ('waiting', 'running');

-- As before, in turns: every shop's first before any shop's second, and what a shop has running counts as turns taken.
-- Within a shop a customer's ring takes three turns where anything else takes one, so of four that run beside each other
-- one at most is a customer's while others wait, and neither waits for ever.
CREATE OR REPLACE FUNCTION due_work(wanted int, issued_before timestamptz) RETURNS TABLE (shop int, id bigint)
LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
  WITH RECURSIVE live(shop) AS (
    (SELECT w.shop FROM "Work" w WHERE w.state IN ('waiting', 'running') ORDER BY w.shop LIMIT 1)
    UNION ALL
    SELECT (SELECT w.shop FROM "Work" w WHERE w.state IN ('waiting', 'running') AND w.shop > live.shop ORDER BY w.shop LIMIT 1)
    FROM live WHERE live.shop IS NOT NULL
  ), busy AS MATERIALIZED (
    -- Counted once for each shop: behind an old snapshot every look passes over all that has lately ended.
    SELECT live.shop, count(r.id) AS running, count(r.id) FILTER (WHERE r.kind = 'refresh-customer') AS customers
    FROM live LEFT JOIN "Work" r ON r.shop = live.shop AND r.state = 'running' AND r."leaseUntil" > now()
    WHERE live.shop IS NOT NULL GROUP BY live.shop
  ), due AS (
    SELECT d.shop, d.id, d.at, busy.running,
      (row_number() OVER (PARTITION BY d.shop, sort.turns ORDER BY d.at, d.id)
        + CASE WHEN sort."isCustomers" THEN busy.customers ELSE busy.running - busy.customers END) * sort.turns AS turn
    FROM busy CROSS JOIN (VALUES (false, 1), (true, 3)) AS sort("isCustomers", turns)
    CROSS JOIN LATERAL (
      SELECT w.shop, w.id, CASE w.state WHEN 'running' THEN w."leaseUntil" ELSE w."nextAt" END AS at
      FROM "Work" w
      WHERE w.shop = busy.shop AND (w.kind = 'refresh-customer') = sort."isCustomers" AND w.state IN ('waiting', 'running')
        AND CASE w.state WHEN 'running' THEN w."leaseUntil" ELSE w."nextAt" END <= now()
        AND (issued_before IS NULL OR w."issuedAt" IS NULL OR w."issuedAt" < issued_before)
      ORDER BY 3, 2 LIMIT wanted
    ) d
  ), ordered AS (
    SELECT due.shop, due.id, due.at,
      row_number() OVER (PARTITION BY due.shop ORDER BY due.turn, due.at, due.id) + due.running AS turn
    FROM due
  )
  SELECT w.shop, w.id FROM ordered JOIN "Work" w ON w.shop = ordered.shop AND w.id = ordered.id
  WHERE w.state IN ('waiting', 'running') AND CASE w.state WHEN 'running' THEN w."leaseUntil" ELSE w."nextAt" END <= now()
  ORDER BY ordered.turn, ordered.at, w.id
  LIMIT wanted
  FOR UPDATE OF w SKIP LOCKED
$$;
