-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Shop" (
    "shop" SERIAL NOT NULL,
    "domain" TEXT NOT NULL,
    "installedAt" TIMESTAMPTZ(3) NOT NULL,
    "uninstalledAt" TIMESTAMPTZ(3),
    "redactedAt" TIMESTAMPTZ(3),
    "scopes" TEXT NOT NULL DEFAULT '',
    "currency" TEXT,
    "timezone" TEXT,
    "lastOrderAt" TIMESTAMPTZ(3),
    "syncedAt" TIMESTAMPTZ(3),
    "nightlyAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Shop_pkey" PRIMARY KEY ("shop")
);

-- CreateTable
CREATE TABLE "Customer" (
    "shop" INTEGER NOT NULL,
    "id" BIGINT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "tags" TEXT[],
    "road" SMALLINT NOT NULL,
    "fetchedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Customer_pkey" PRIMARY KEY ("shop","id")
);

-- CreateTable
CREATE TABLE "Order" (
    "shop" INTEGER NOT NULL,
    "id" BIGINT NOT NULL,
    "customer" BIGINT,
    "name" TEXT NOT NULL,
    "processedAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "cancelledAt" TIMESTAMPTZ(3),
    "isTest" BOOLEAN NOT NULL,
    "financialStatus" TEXT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "subtotalMinor" BIGINT NOT NULL,
    "totalMinor" BIGINT NOT NULL,
    "discountMinor" BIGINT NOT NULL,
    "refundedMinor" BIGINT NOT NULL,
    "isBusiness" BOOLEAN NOT NULL,
    "quantity" INTEGER NOT NULL,
    "currentQuantity" INTEGER NOT NULL,
    "discounts" TEXT[],
    "road" SMALLINT NOT NULL,
    "fetchedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Order_pkey" PRIMARY KEY ("shop","id")
);

-- CreateTable
CREATE TABLE "Line" (
    "shop" INTEGER NOT NULL,
    "order" BIGINT NOT NULL,
    "id" BIGINT NOT NULL,
    "product" BIGINT,
    "title" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "currentQuantity" INTEGER NOT NULL,
    "unitMinor" BIGINT NOT NULL,
    "discountMinor" BIGINT NOT NULL,
    "discounts" TEXT[],

    CONSTRAINT "Line_pkey" PRIMARY KEY ("shop","order","id")
);

-- CreateTable
CREATE TABLE "SyncRun" (
    "shop" INTEGER NOT NULL,
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "bulkOperation" TEXT,
    "objectCount" INTEGER,
    "rootObjectCount" INTEGER,
    "url" BYTEA,
    "etag" TEXT,
    "byteOffset" BIGINT NOT NULL DEFAULT 0,
    "linesRead" INTEGER NOT NULL DEFAULT 0,
    "rootsRead" INTEGER NOT NULL DEFAULT 0,
    "orphans" INTEGER NOT NULL DEFAULT 0,
    "badLines" JSONB,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),
    "problem" JSONB,

    CONSTRAINT "SyncRun_pkey" PRIMARY KEY ("shop","id")
);

-- CreateTable
CREATE TABLE "Tombstone" (
    "shop" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "deletedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Tombstone_pkey" PRIMARY KEY ("shop","kind","hash")
);

-- CreateTable
CREATE TABLE "PrivacyRequest" (
    "shop" INTEGER NOT NULL,
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "hash" BYTEA,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "doneAt" TIMESTAMPTZ(3),
    "counts" JSONB,
    "export" BYTEA,
    "delivery" TEXT,

    CONSTRAINT "PrivacyRequest_pkey" PRIMARY KEY ("shop","id")
);

-- CreateTable
CREATE TABLE "StagedCustomer" (
    "run" INTEGER NOT NULL,
    "line" INTEGER NOT NULL,
    "id" BIGINT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "tags" TEXT[],

    CONSTRAINT "StagedCustomer_pkey" PRIMARY KEY ("run","line")
);

-- CreateTable
CREATE TABLE "StagedOrder" (
    "run" INTEGER NOT NULL,
    "line" INTEGER NOT NULL,
    "id" BIGINT NOT NULL,
    "customer" BIGINT,
    "name" TEXT NOT NULL,
    "processedAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "cancelledAt" TIMESTAMPTZ(3),
    "isTest" BOOLEAN NOT NULL,
    "financialStatus" TEXT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "subtotalMinor" BIGINT NOT NULL,
    "totalMinor" BIGINT NOT NULL,
    "discountMinor" BIGINT NOT NULL,
    "refundedMinor" BIGINT NOT NULL,
    "isBusiness" BOOLEAN NOT NULL,
    "discounts" TEXT[],

    CONSTRAINT "StagedOrder_pkey" PRIMARY KEY ("run","line")
);

-- CreateTable
CREATE TABLE "StagedLine" (
    "run" INTEGER NOT NULL,
    "line" INTEGER NOT NULL,
    "order" BIGINT NOT NULL,
    "id" BIGINT NOT NULL,
    "product" BIGINT,
    "title" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "currentQuantity" INTEGER NOT NULL,
    "unitMinor" BIGINT NOT NULL,
    "discountMinor" BIGINT NOT NULL,
    "discounts" TEXT[],

    CONSTRAINT "StagedLine_pkey" PRIMARY KEY ("run","line")
);

-- CreateTable
CREATE TABLE "Estimates" (
    "shop" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "takenAt" TIMESTAMPTZ(3) NOT NULL,
    "adoptedAt" TIMESTAMPTZ(3),
    "source" TEXT NOT NULL,
    "reorderers" INTEGER NOT NULL,
    "cycleDays" DOUBLE PRECISION NOT NULL,
    "windowDays" DOUBLE PRECISION NOT NULL,
    "medianFirstGapDays" DOUBLE PRECISION,
    "p80FirstGapDays" DOUBLE PRECISION,
    "gapRatioP20" DOUBLE PRECISION,
    "gapRatioP80" DOUBLE PRECISION,
    "firstGapPercentiles" DOUBLE PRECISION[],

    CONSTRAINT "Estimates_pkey" PRIMARY KEY ("shop","version")
);

-- CreateTable
CREATE TABLE "OrderEvidence" (
    "shop" INTEGER NOT NULL,
    "order" BIGINT NOT NULL,
    "lines" INTEGER NOT NULL,
    "discounted" INTEGER NOT NULL,
    "expected" DOUBLE PRECISION NOT NULL,
    "variance" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "OrderEvidence_pkey" PRIMARY KEY ("shop","order")
);

-- CreateTable
CREATE TABLE "CustomerFeatures" (
    "shop" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "n" INTEGER NOT NULL,
    "orders" INTEGER NOT NULL,
    "firstAt" TIMESTAMPTZ(3),
    "lastAt" TIMESTAMPTZ(3),
    "firstGapDays" DOUBLE PRECISION,
    "sumLnGapDays" DOUBLE PRECISION NOT NULL,
    "isBusiness" BOOLEAN NOT NULL,
    "netMinor" BIGINT NOT NULL,
    "net12mMinor" BIGINT NOT NULL,
    "dealLines" INTEGER NOT NULL,
    "dealDiscounted" INTEGER NOT NULL,
    "dealExpected" DOUBLE PRECISION NOT NULL,
    "dealVariance" DOUBLE PRECISION NOT NULL,
    "recentOccasions" INTEGER NOT NULL,
    "fullPriceOccasions" INTEGER NOT NULL,
    "benefitsUsed" INTEGER NOT NULL,
    "freeKits" INTEGER NOT NULL,
    "benefitAttempts" INTEGER NOT NULL,
    "lastOrder" BIGINT,
    "asOf" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "CustomerFeatures_pkey" PRIMARY KEY ("shop","customer")
);

-- CreateTable
CREATE TABLE "DiscountUse" (
    "shop" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "uses" INTEGER NOT NULL,
    "firstUses" INTEGER NOT NULL,
    "discountMinor" BIGINT NOT NULL,
    "matured" INTEGER NOT NULL,
    "cameBack" INTEGER NOT NULL,
    "lastUsedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "DiscountUse_pkey" PRIMARY KEY ("shop","key")
);

-- CreateTable
CREATE TABLE "Summary" (
    "shop" INTEGER NOT NULL,
    "asOf" TIMESTAMPTZ(3) NOT NULL,
    "data" JSONB NOT NULL,

    CONSTRAINT "Summary_pkey" PRIMARY KEY ("shop")
);

-- CreateTable
CREATE TABLE "StageDay" (
    "shop" INTEGER NOT NULL,
    "day" DATE NOT NULL,
    "stage" TEXT NOT NULL,
    "customers" INTEGER NOT NULL,
    "revenue12mMinor" BIGINT NOT NULL,

    CONSTRAINT "StageDay_pkey" PRIMARY KEY ("shop","day","stage")
);

-- CreateTable
CREATE TABLE "Membership" (
    "shop" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "stage" TEXT NOT NULL,
    "stageSince" TIMESTAMPTZ(3) NOT NULL,
    "cherryPicker" TEXT NOT NULL,
    "isBusiness" BOOLEAN NOT NULL,
    "isWatched" BOOLEAN NOT NULL,
    "nextStageAt" TIMESTAMPTZ(3),
    "nextStage" TEXT,
    "ruleVersion" INTEGER NOT NULL,
    "estimates" INTEGER NOT NULL,
    "decidedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Membership_pkey" PRIMARY KEY ("shop","customer")
);

-- CreateTable
CREATE TABLE "MembershipChange" (
    "shop" INTEGER NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "customer" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "what" TEXT NOT NULL,
    "from" TEXT NOT NULL,
    "to" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "because" JSONB NOT NULL,
    "ruleVersion" INTEGER NOT NULL,
    "estimates" INTEGER NOT NULL,

    CONSTRAINT "MembershipChange_pkey" PRIMARY KEY ("shop","id")
);

-- CreateTable
CREATE TABLE "Ledger" (
    "shop" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "tags" TEXT[],
    "preexisting" TEXT[],
    "state" TEXT,
    "writtenAt" TIMESTAMPTZ(3) NOT NULL,
    "problem" JSONB,

    CONSTRAINT "Ledger_pkey" PRIMARY KEY ("shop","customer")
);

-- CreateTable
CREATE TABLE "PublicationRun" (
    "shop" INTEGER NOT NULL,
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "customers" INTEGER NOT NULL DEFAULT 0,
    "tagsAdded" INTEGER NOT NULL DEFAULT 0,
    "tagsRemoved" INTEGER NOT NULL DEFAULT 0,
    "statesWritten" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "progress" JSONB,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),
    "problem" JSONB,

    CONSTRAINT "PublicationRun_pkey" PRIMARY KEY ("shop","id")
);

-- CreateTable
CREATE TABLE "Settings" (
    "shop" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "data" JSONB NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Settings_pkey" PRIMARY KEY ("shop")
);

-- CreateTable
CREATE TABLE "Session" (
    "shop" INTEGER NOT NULL,
    "id" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "expiresAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("shop","id")
);

-- CreateTable
CREATE TABLE "Inbox" (
    "shop" INTEGER NOT NULL,
    "topic" TEXT NOT NULL,
    "dedupeKey" TEXT NOT NULL,
    "triggeredAt" TIMESTAMPTZ(3),
    "receivedAt" TIMESTAMPTZ(3) NOT NULL,
    "body" BYTEA,

    CONSTRAINT "Inbox_pkey" PRIMARY KEY ("shop","topic","dedupeKey")
);

-- CreateTable
CREATE TABLE "Work" (
    "shop" INTEGER NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "entity" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "payload" JSONB,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMPTZ(3) NOT NULL,
    "leaseUntil" TIMESTAMPTZ(3),
    "fence" INTEGER NOT NULL DEFAULT 0,
    "crashes" INTEGER NOT NULL DEFAULT 0,
    "issuedAt" TIMESTAMPTZ(3),
    "problem" JSONB,
    "owedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Work_pkey" PRIMARY KEY ("shop","id")
);

-- CreateIndex
CREATE INDEX "Shop_domain_installedAt_idx" ON "Shop"("domain", "installedAt");

-- CreateIndex
CREATE INDEX "Order_shop_customer_processedAt_idx" ON "Order"("shop", "customer", "processedAt");

-- CreateIndex
CREATE INDEX "Membership_shop_stage_stageSince_idx" ON "Membership"("shop", "stage", "stageSince");

-- CreateIndex
CREATE INDEX "Membership_shop_cherryPicker_idx" ON "Membership"("shop", "cherryPicker");

-- CreateIndex
CREATE INDEX "MembershipChange_shop_customer_at_idx" ON "MembershipChange"("shop", "customer", "at");

-- CreateIndex
CREATE INDEX "Work_shop_state_nextAt_idx" ON "Work"("shop", "state", "nextAt");

-- CreateIndex
CREATE UNIQUE INDEX "Work_shop_kind_entity_key" ON "Work"("shop", "kind", "entity");


-- ── Staging: filled by COPY, which row-level security forbids; never in the write-ahead log, empty after a crash ──────

ALTER TABLE "StagedCustomer" SET UNLOGGED;
ALTER TABLE "StagedOrder" SET UNLOGGED;
ALTER TABLE "StagedLine" SET UNLOGGED;

-- ── Indexes that Prisma cannot express ────────────────────────────────────────────────────────────────────────────────

-- At most one active installation of a domain. Only install_shop writes domains, so it tells nobody anything.
CREATE UNIQUE INDEX "Shop_active_domain_key" ON "Shop" ("domain") WHERE "uninstalledAt" IS NULL;

-- What is due: waiting work at its time, running work when its lease runs out.
CREATE INDEX "Work_due_idx" ON "Work" (shop, (CASE state WHEN 'running' THEN "leaseUntil" ELSE "nextAt" END))
  WHERE state IN ('waiting', 'running');

-- ── Tenants: every table with a shop shows and takes the rows of the shop that app.shop names, to its owner as well ───

DO $$
DECLARE
  tenant_table text;
BEGIN
  FOR tenant_table IN
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'shop' AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    -- The sub-select is worked out once for a statement, not for every row; after a transaction the setting is '' and
    -- not null, and both must mean "no shop".
    EXECUTE format(
      $policy$CREATE POLICY tenant ON %I
        USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
        WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))$policy$,
      tenant_table);
  END LOOP;
END $$;

-- ── Roles: morello_app runs the app, morello_system owns the few functions below and can do nothing but what they need ─

DO $$ BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO morello_app', current_database());
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO morello_app, morello_system;

GRANT SELECT, INSERT, UPDATE, DELETE ON
  "Customer", "Order", "Line", "SyncRun", "Tombstone", "PrivacyRequest", "StagedCustomer", "StagedOrder", "StagedLine",
  "Estimates", "OrderEvidence", "CustomerFeatures", "DiscountUse", "Summary", "StageDay",
  "Membership", "MembershipChange", "Ledger", "PublicationRun", "Settings", "Session", "Inbox", "Work"
  TO morello_app;
-- Installations begin by install_shop; their rows stay, so that what arrives late finds the right one.
GRANT SELECT ON "Shop" TO morello_app;
GRANT UPDATE ("uninstalledAt", "redactedAt", scopes, currency, timezone, "lastOrderAt", "syncedAt") ON "Shop" TO morello_app;
GRANT USAGE ON SEQUENCE "SyncRun_id_seq", "PrivacyRequest_id_seq", "MembershipChange_id_seq", "PublicationRun_id_seq", "Work_id_seq"
  TO morello_app;

GRANT SELECT, INSERT, UPDATE ON "Shop", "Work" TO morello_system;
GRANT SELECT, INSERT ON "Inbox", "PrivacyRequest" TO morello_system;
GRANT SELECT ON "Session", "SyncRun" TO morello_system;
GRANT SELECT, DELETE ON "StagedCustomer", "StagedOrder", "StagedLine" TO morello_system;
GRANT USAGE ON SEQUENCE "Shop_shop_seq", "Work_id_seq", "PrivacyRequest_id_seq" TO morello_system;
CREATE POLICY system ON "Shop" TO morello_system USING (true) WITH CHECK (true);
CREATE POLICY system ON "Work" TO morello_system USING (true) WITH CHECK (true);
CREATE POLICY system ON "Inbox" TO morello_system USING (true) WITH CHECK (true);
CREATE POLICY system ON "PrivacyRequest" TO morello_system USING (true) WITH CHECK (true);
CREATE POLICY system ON "Session" FOR SELECT TO morello_system USING (true);
CREATE POLICY system ON "SyncRun" FOR SELECT TO morello_system USING (true);

-- ── Work: one way to owe, for stages (under their own rights) and for the functions below ─────────────────────────────

-- Two debts for one entity are one row. A row in backoff keeps its time and a parked one stays parked: a new debt does
-- not make Shopify answer. A dead one starts afresh. A running one runs again when it is done.
CREATE FUNCTION owe_work(p_shop int, p_kind text, p_entity text, p_payload jsonb, p_in_ms bigint) RETURNS void
LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
  INSERT INTO "Work" AS w (shop, kind, entity, payload, state, "nextAt", "owedAt")
  VALUES (p_shop, p_kind, p_entity, p_payload, 'waiting', now() + p_in_ms * interval '1 ms', now())
  ON CONFLICT (shop, kind, entity) DO UPDATE SET
    version = w.version + 1,
    payload = excluded.payload,
    "owedAt" = excluded."owedAt",
    state = CASE w.state WHEN 'dead' THEN 'waiting' ELSE w.state END,
    attempts = CASE w.state WHEN 'dead' THEN 0 ELSE w.attempts END,
    crashes = CASE w.state WHEN 'dead' THEN 0 ELSE w.crashes END,
    problem = CASE w.state WHEN 'dead' THEN NULL ELSE w.problem END,
    "issuedAt" = CASE w.state WHEN 'waiting' THEN w."issuedAt" END,
    "nextAt" = CASE
      WHEN w.state IN ('dead', 'running') THEN excluded."nextAt"
      WHEN w.state = 'waiting' AND w.attempts = 0 THEN least(w."nextAt", excluded."nextAt")
      ELSE w."nextAt" END
$$;
REVOKE ALL ON FUNCTION owe_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION owe_work TO morello_app, morello_system;

-- Locks and names up to `wanted` due rows, in turns: every shop's first before any shop's second, and what a shop has
-- running counts as turns taken. `issued_before` leaves out what Redis was told of since.
CREATE FUNCTION due_work(wanted int, issued_before timestamptz) RETURNS TABLE (shop int, id bigint)
LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
  WITH RECURSIVE live(shop) AS (
    (SELECT w.shop FROM "Work" w WHERE w.state IN ('waiting', 'running') ORDER BY w.shop LIMIT 1)
    UNION ALL
    SELECT (SELECT w.shop FROM "Work" w WHERE w.state IN ('waiting', 'running') AND w.shop > live.shop ORDER BY w.shop LIMIT 1)
    FROM live WHERE live.shop IS NOT NULL
  ), due AS (
    SELECT d.shop, d.id, d.at, row_number() OVER (PARTITION BY d.shop ORDER BY d.at, d.id) + (
      SELECT count(*) FROM "Work" r WHERE r.shop = d.shop AND r.state = 'running' AND r."leaseUntil" > now()
    ) AS turn
    FROM live CROSS JOIN LATERAL (
      SELECT w.shop, w.id, CASE w.state WHEN 'running' THEN w."leaseUntil" ELSE w."nextAt" END AS at
      FROM "Work" w
      WHERE w.shop = live.shop AND w.state IN ('waiting', 'running')
        AND CASE w.state WHEN 'running' THEN w."leaseUntil" ELSE w."nextAt" END <= now()
        AND (issued_before IS NULL OR w."issuedAt" IS NULL OR w."issuedAt" < issued_before)
      ORDER BY 3, 2 LIMIT wanted
    ) d
  )
  SELECT w.shop, w.id FROM due JOIN "Work" w ON w.shop = due.shop AND w.id = due.id
  WHERE w.state IN ('waiting', 'running') AND CASE w.state WHEN 'running' THEN w."leaseUntil" ELSE w."nextAt" END <= now()
  ORDER BY due.turn, due.at, w.id
  LIMIT wanted
  FOR UPDATE OF w SKIP LOCKED
$$;
REVOKE ALL ON FUNCTION due_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION due_work TO morello_system;

-- ── The only ways past the policies; each names its rows itself ───────────────────────────────────────────────────────

CREATE FUNCTION installed_shop(p_domain text) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT shop FROM "Shop" WHERE domain = p_domain AND "uninstalledAt" IS NULL
$$;

CREATE FUNCTION shop_domain(p_shop int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT domain FROM "Shop" WHERE shop = p_shop
$$;

-- The active installation of a domain, or a new one.
CREATE FUNCTION install_shop(p_domain text, p_scopes text, OUT shop int, OUT is_new boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('install ' || p_domain, 0));
  UPDATE "Shop" s SET scopes = p_scopes WHERE s.domain = p_domain AND s."uninstalledAt" IS NULL RETURNING s.shop INTO shop;
  is_new := shop IS NULL;
  IF is_new THEN
    INSERT INTO "Shop" AS s (domain, "installedAt", scopes) VALUES (p_domain, clock_timestamp(), p_scopes) RETURNING s.shop INTO shop;
  END IF;
END $$;

-- Which installation a delivery is about: the newest that had begun when it was triggered. Earlier than the first one
-- means that clocks differ. shop/redact comes 48 hours after an uninstall and is about what was uninstalled; where that
-- was never told, about the installation that had begun by then.
CREATE FUNCTION webhook_shop(p_domain text, p_topic text, p_triggered_at timestamptz) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(
    (SELECT shop FROM "Shop" WHERE p_topic = 'shop/redact' AND domain = p_domain
       AND "uninstalledAt" <= coalesce(p_triggered_at, now()) AND "redactedAt" IS NULL
     ORDER BY "installedAt" DESC LIMIT 1),
    (SELECT shop FROM "Shop" WHERE domain = p_domain
       AND "installedAt" <= coalesce(p_triggered_at, now()) - CASE p_topic WHEN 'shop/redact' THEN interval '48 hours' ELSE interval '0' END
     ORDER BY "installedAt" DESC LIMIT 1),
    (SELECT shop FROM "Shop" WHERE domain = p_domain ORDER BY "installedAt" LIMIT 1)
  )
$$;

-- Stores a delivery once and owes its work: stored | repeated | unknown-shop. `p_shop` is what webhook_shop has answered
-- where the body had to be sealed for it. app/uninstalled takes effect at once, so that an install which follows it is a
-- new installation; one that was triggered before our newest token is about the past. For compliance topics the
-- request is noted here, and the work is about its id.
CREATE FUNCTION receive_webhook(
  p_domain text, p_topic text, p_dedupe_key text, p_triggered_at timestamptz,
  p_kind text, p_entity text, p_payload jsonb, p_body bytea, p_shop int
) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  installed "Shop";
  request int;
BEGIN
  SELECT * INTO installed FROM "Shop" WHERE shop = coalesce(p_shop, webhook_shop(p_domain, p_topic, p_triggered_at)) AND domain = p_domain;
  IF installed.shop IS NULL THEN
    RETURN 'unknown-shop';
  END IF;

  INSERT INTO "Inbox" (shop, topic, "dedupeKey", "triggeredAt", "receivedAt", body)
  VALUES (installed.shop, p_topic, p_dedupe_key, p_triggered_at, now(), p_body)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN 'repeated';
  END IF;

  IF p_topic IN ('customers/data_request', 'customers/redact', 'shop/redact') THEN
    INSERT INTO "PrivacyRequest" (shop, kind, "receivedAt", "dueAt", delivery)
    VALUES (
      installed.shop,
      CASE p_topic WHEN 'customers/data_request' THEN 'data-request' WHEN 'customers/redact' THEN 'customer-redact' ELSE 'shop-redact' END,
      now(), now() + interval '30 days', p_dedupe_key)
    RETURNING id INTO request;
    PERFORM owe_work(
      installed.shop, CASE p_topic WHEN 'customers/data_request' THEN 'export-data' ELSE 'redact' END, request::text,
      jsonb_build_object('request', request), 0);
    RETURN 'stored';
  END IF;

  IF p_topic = 'app/uninstalled' THEN
    IF installed."uninstalledAt" IS NOT NULL OR p_triggered_at >= installed."installedAt" AND EXISTS (
      SELECT FROM "Session" s WHERE s.shop = installed.shop AND s."updatedAt" > p_triggered_at
    ) THEN
      RETURN 'stored';
    END IF;
    UPDATE "Shop" SET "uninstalledAt" = now() WHERE shop = installed.shop;
  ELSIF installed."uninstalledAt" IS NOT NULL THEN
    RETURN 'stored';
  END IF;

  IF p_kind IS NOT NULL THEN
    PERFORM owe_work(installed.shop, p_kind, p_entity, coalesce(p_payload, '{}'), 0);
  END IF;
  RETURN 'stored';
END $$;

-- Leases up to `wanted` due rows. A row whose worker died again and again is ours to look at.
CREATE FUNCTION claim_work(wanted int, lease_seconds int) RETURNS SETOF "Work"
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH picked AS MATERIALIZED (SELECT * FROM due_work(wanted, NULL)), claimed AS (
    UPDATE "Work" w SET
      state = CASE WHEN w.state = 'running' AND w.crashes >= 29 THEN 'dead' ELSE 'running' END,
      problem = CASE WHEN w.state = 'running' AND w.crashes >= 29 THEN '{"kind":"internal"}' ELSE w.problem END,
      crashes = CASE WHEN w.state = 'running' THEN w.crashes + 1 ELSE w.crashes END,
      fence = w.fence + 1,
      "leaseUntil" = clock_timestamp() + lease_seconds * interval '1 second'
    FROM picked WHERE w.shop = picked.shop AND w.id = picked.id
    RETURNING w.*
  )
  SELECT * FROM claimed WHERE state = 'running'
$$;

-- Names due rows for Redis to carry, and notes that it was told.
CREATE FUNCTION issue_work(wanted int, again_after_seconds int) RETURNS TABLE (shop int, id bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH picked AS MATERIALIZED (SELECT * FROM due_work(wanted, now() - again_after_seconds * interval '1 second'))
  UPDATE "Work" w SET "issuedAt" = now() FROM picked WHERE w.shop = picked.shop AND w.id = picked.id
  RETURNING w.shop, w.id
$$;

-- The shop's calendar day, which begins at 2 in the night for this purpose; an unknown time zone counts as UTC.
CREATE FUNCTION shop_night(p_at timestamptz, p_timezone text) RETURNS date
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN (p_at AT TIME ZONE coalesce(p_timezone, 'UTC') - interval '2 hours')::date;
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN (p_at AT TIME ZONE 'UTC' - interval '2 hours')::date;
END $$;
REVOKE ALL ON FUNCTION shop_night FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shop_night TO morello_system;

-- Owes the nightly work of every installed, imported shop whose night has come; answers how many.
CREATE FUNCTION due_nightly() RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  night record;
  owed int := 0;
BEGIN
  FOR night IN
    SELECT s.shop FROM "Shop" s
    WHERE s."uninstalledAt" IS NULL AND s."redactedAt" IS NULL AND s."syncedAt" IS NOT NULL
      AND shop_night(now(), s.timezone) > shop_night(s."nightlyAt", s.timezone)
    FOR UPDATE SKIP LOCKED
  LOOP
    UPDATE "Shop" SET "nightlyAt" = now() WHERE shop = night.shop;
    PERFORM owe_work(night.shop, 'nightly', night.shop::text, '{}', 0);
    owed := owed + 1;
  END LOOP;
  RETURN owed;
END $$;

-- Empties staging of runs that are finished, unknown or too old for their file to exist; answers the rows removed.
CREATE FUNCTION sweep_staging() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  staged text;
  removed bigint;
  total bigint := 0;
BEGIN
  FOREACH staged IN ARRAY ARRAY['StagedCustomer', 'StagedOrder', 'StagedLine'] LOOP
    EXECUTE format($sweep$
      WITH RECURSIVE runs(run) AS (
        SELECT min(run) FROM %1$I
        UNION ALL
        SELECT (SELECT min(s.run) FROM %1$I s WHERE s.run > runs.run) FROM runs WHERE runs.run IS NOT NULL
      ), stale AS (
        SELECT run FROM runs WHERE run IS NOT NULL AND NOT EXISTS (
          SELECT FROM "SyncRun" r WHERE r.id = runs.run AND r.state NOT IN ('done', 'failed') AND r."startedAt" > now() - interval '17 days')
      )
      DELETE FROM %1$I s USING stale WHERE s.run = stale.run$sweep$, staged);
    GET DIAGNOSTICS removed = ROW_COUNT;
    total := total + removed;
  END LOOP;
  RETURN total;
END $$;

DO $$
DECLARE
  system_function regprocedure;
BEGIN
  -- Only an owner who may create in the schema can be given a function.
  GRANT CREATE ON SCHEMA public TO morello_system;
  FOR system_function IN
    SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', system_function);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO morello_app', system_function);
    EXECUTE format('ALTER FUNCTION %s OWNER TO morello_system', system_function);
  END LOOP;
  REVOKE CREATE ON SCHEMA public FROM morello_system;
END $$;
