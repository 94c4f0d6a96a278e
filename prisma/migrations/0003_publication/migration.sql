-- AlterTable
ALTER TABLE "Ledger" ADD COLUMN     "added" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "echoAt" TIMESTAMPTZ(3),
ADD COLUMN     "leftOff" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "missing" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "putBack" JSONB NOT NULL DEFAULT '{}';

-- CreateTable
CREATE TABLE "TagChange" (
    "shop" INTEGER NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "run" INTEGER,
    "customer" BIGINT NOT NULL,
    "what" TEXT NOT NULL,
    "tag" TEXT,
    "was" TEXT,
    "by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "TagChange_pkey" PRIMARY KEY ("shop","id")
);

-- CreateTable
CREATE TABLE "ShopifySegment" (
    "shop" INTEGER NOT NULL,
    "segment" TEXT NOT NULL,
    "gid" TEXT,
    "name" TEXT NOT NULL,
    "query" TEXT NOT NULL,
    "problem" JSONB,
    "checkedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ShopifySegment_pkey" PRIMARY KEY ("shop","segment")
);

-- CreateIndex
CREATE INDEX "TagChange_shop_customer_id_idx" ON "TagChange"("shop", "customer", "id");

-- CreateIndex
CREATE INDEX "TagChange_shop_run_customer_idx" ON "TagChange"("shop", "run", "customer");

-- CreateIndex
CREATE INDEX "TagChange_shop_at_idx" ON "TagChange"("shop", "at");


-- Tenants: as every table with a shop (0001_init).
DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['TagChange', 'ShopifySegment'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
      $policy$CREATE POLICY tenant ON %I
        USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
        WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))$policy$,
      tenant_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON "TagChange", "ShopifySegment" TO morello_app;
GRANT USAGE ON SEQUENCE "TagChange_id_seq" TO morello_app;
