-- What shoppers who allow it look at, told by the web pixel: visits, and what they are interested in.

CREATE TABLE "StorefrontEvent" (
    "shop" INTEGER NOT NULL,
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "customer" BIGINT,
    "product" BIGINT,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "StorefrontEvent_pkey" PRIMARY KEY ("shop","id")
);
CREATE INDEX "StorefrontEvent_shop_customer_at_idx" ON "StorefrontEvent"("shop", "customer", "at");
CREATE INDEX "StorefrontEvent_shop_receivedAt_idx" ON "StorefrontEvent"("shop", "receivedAt");

CREATE TABLE "CustomerVisits" (
    "shop" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "visits30d" INTEGER NOT NULL,
    "lastAt" TIMESTAMPTZ(3) NOT NULL,
    "interests" BIGINT[] NOT NULL,

    CONSTRAINT "CustomerVisits_pkey" PRIMARY KEY ("shop","customer")
);

CREATE TABLE "WebPixel" (
    "shop" INTEGER NOT NULL,
    "pixel" TEXT,
    "syncedAt" TIMESTAMPTZ(3),
    "countedAt" TIMESTAMPTZ(3),
    "problem" JSONB,

    CONSTRAINT "WebPixel_pkey" PRIMARY KEY ("shop")
);

-- Tenants: as every table with a shop (0001_init).
DO $$
DECLARE named text;
BEGIN
  FOREACH named IN ARRAY ARRAY['StorefrontEvent', 'CustomerVisits', 'WebPixel'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', named);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', named);
    EXECUTE format('CREATE POLICY tenant ON %I
      USING (shop = (SELECT nullif(current_setting(''app.shop'', true), '''')::int))
      WITH CHECK (shop = (SELECT nullif(current_setting(''app.shop'', true), '''')::int))', named);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON "StorefrontEvent", "CustomerVisits", "WebPixel" TO morello_app;

-- Stores what came together, shop by shop, each under its own policy: [{"shop", "events": [{"id", "kind", "customer", "product",
-- "reason", "at"}]}]. Answers the shops that take events: installed, and switched on by their merchant. An event that is here
-- already stays as it is; a customer whom we do not know (erased, or made up) is nobody.
CREATE FUNCTION receive_events(p_groups jsonb) RETURNS int[]
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_group jsonb;
  v_shop int;
  taking int[] := '{}';
BEGIN
  FOR v_group IN SELECT g FROM jsonb_array_elements(p_groups) g ORDER BY (g ->> 'shop')::int LOOP
    v_shop := (v_group ->> 'shop')::int;
    PERFORM set_config('app.shop', v_shop::text, true);
    -- Locked: who switches it off waits for what is on its way, and erases it too.
    PERFORM FROM "Shop" s JOIN "Settings" t ON t.shop = s.shop
      WHERE s.shop = v_shop AND s."uninstalledAt" IS NULL AND (t.data ->> 'learnFromVisits')::boolean FOR SHARE OF t;
    CONTINUE WHEN NOT FOUND;
    taking := taking || v_shop;
    -- In one order everywhere, so that two processes do not wait for each other's rows.
    INSERT INTO "StorefrontEvent" (shop, id, kind, customer, product, reason, at, "receivedAt")
    SELECT v_shop, e.id, e.kind, c.id, e.product, e.reason, e.at, now()
    FROM jsonb_to_recordset(v_group -> 'events') AS e (
        id text, kind text, customer bigint, product bigint, reason text, at timestamptz)
      LEFT JOIN "Customer" c ON c.shop = v_shop AND c.id = e.customer
    ORDER BY e.id ON CONFLICT DO NOTHING;
    -- Owed once and not with every event: that row would be what all of a busy shop's events wait for.
    IF FOUND AND NOT EXISTS (
      SELECT FROM "Work" w WHERE w.shop = v_shop AND w.kind = 'count-visits' AND w.state <> 'dead'
    ) THEN
      PERFORM owe_work(v_shop, 'count-visits', v_shop::text, '{}', 5000);
    END IF;
  END LOOP;
  RETURN taking;
END $$;
REVOKE ALL ON FUNCTION receive_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION receive_events TO morello_app;
