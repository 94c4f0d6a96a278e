-- CreateTable
CREATE TABLE "MoveAnnouncement" (
    "shop" INTEGER NOT NULL,
    "change" BIGINT NOT NULL,
    "outcome" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "MoveAnnouncement_pkey" PRIMARY KEY ("shop","change")
);

-- CreateTable
CREATE TABLE "Announcing" (
    "shop" INTEGER NOT NULL,
    "upTo" BIGINT NOT NULL,
    "problem" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Announcing_pkey" PRIMARY KEY ("shop")
);

-- The orders of one week, and whether any of them has come since: without reading the rows.
-- CreateIndex
CREATE INDEX "Order_shop_processedAt_fetchedAt_idx" ON "Order"("shop", "processedAt", "fetchedAt");

-- Customers for whom a company has bought: few, and asked for whenever one customer is worked out. Not for Prisma.
CREATE INDEX "Order_business_idx" ON "Order" ("shop", "customer") WHERE "isBusiness";

-- Tenants: as every table with a shop (0001_init).
DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['MoveAnnouncement', 'Announcing'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
      $policy$CREATE POLICY tenant ON %I
        USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
        WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))$policy$,
      tenant_table);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON "MoveAnnouncement", "Announcing" TO morello_app;
