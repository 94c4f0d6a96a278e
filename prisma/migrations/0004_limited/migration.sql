-- Freshness: how the live road of each shop does; and shops whose older orders Shopify does not show.

ALTER TABLE "Shop"
  -- The orders that are held are those of 60 days: stages go by Shopify's own counts.
  ADD COLUMN "limited" BOOLEAN NOT NULL DEFAULT false,
  -- When the live road is looked at next: an import needs no looking at.
  ADD COLUMN "healthAt" TIMESTAMPTZ(3) NOT NULL DEFAULT now() + interval '10 minutes';
GRANT UPDATE ("limited") ON "Shop" TO morello_app;

-- Shopify's counts of a customer's orders were asked for with the history.
ALTER TABLE "SyncRun" ADD COLUMN "counted" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Customer" ADD COLUMN "numberOfOrders" INTEGER, ADD COLUMN "lastOrderAt" TIMESTAMPTZ(3);
ALTER TABLE "StagedCustomer" ADD COLUMN "numberOfOrders" INTEGER, ADD COLUMN "lastOrderAt" TIMESTAMPTZ(3);

-- Null: the gaps between somebody's orders are not known, only how many orders there were.
ALTER TABLE "CustomerFeatures" ALTER COLUMN "sumLnGapDays" DROP NOT NULL;
-- Null: they have ordered more than once, and Shopify does not say when last.
ALTER TABLE "Membership" ALTER COLUMN "stage" DROP NOT NULL;

CREATE TABLE "LiveHealth" (
    "shop" INTEGER NOT NULL,
    "checkedAt" TIMESTAMPTZ(3) NOT NULL,
    "agreedAt" TIMESTAMPTZ(3),
    "silentSince" TIMESTAMPTZ(3),
    "quietSince" TIMESTAMPTZ(3),
    "missing" TEXT[],
    "registered" JSONB NOT NULL,
    "problem" JSONB,

    CONSTRAINT "LiveHealth_pkey" PRIMARY KEY ("shop")
);

ALTER TABLE "LiveHealth" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "LiveHealth" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "LiveHealth"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "LiveHealth" TO morello_app;

-- Owes a look at the live road of every installed, imported shop whose turn has come; answers how many. Turns drift
-- apart by chance, so that shops which were installed or restarted together do not ask Shopify together.
CREATE FUNCTION due_health() RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  turn record;
  owed int := 0;
BEGIN
  FOR turn IN
    SELECT s.shop FROM "Shop" s
    WHERE s."uninstalledAt" IS NULL AND s."redactedAt" IS NULL AND s."syncedAt" IS NOT NULL AND s."healthAt" <= now()
    FOR UPDATE SKIP LOCKED
  LOOP
    UPDATE "Shop" SET "healthAt" = now() + (9 + 3 * random()) * interval '1 minute' WHERE shop = turn.shop;
    PERFORM owe_work(turn.shop, 'check-health', turn.shop::text, '{}', (random() * 60000)::bigint);
    owed := owed + 1;
  END LOOP;
  RETURN owed;
END $$;
GRANT CREATE ON SCHEMA public TO morello_system;
REVOKE ALL ON FUNCTION due_health FROM PUBLIC;
GRANT EXECUTE ON FUNCTION due_health TO morello_app;
ALTER FUNCTION due_health OWNER TO morello_system;
REVOKE CREATE ON SCHEMA public FROM morello_system;
