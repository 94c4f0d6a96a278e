-- What the conditions of the merchant's own segments look at: Shopify's words for a customer, the country, what was bought
-- of a collection, and checkouts that were left.

ALTER TABLE "Customer" ADD COLUMN "rfmGroup" TEXT, ADD COLUMN "spendTier" TEXT, ADD COLUMN "country" TEXT;
ALTER TABLE "StagedCustomer" ADD COLUMN "rfmGroup" TEXT, ADD COLUMN "spendTier" TEXT, ADD COLUMN "country" TEXT;

CREATE TABLE "Collection" (
    "shop" INTEGER NOT NULL,
    "id" BIGINT NOT NULL,
    "title" TEXT NOT NULL,
    "products" BIGINT[],

    CONSTRAINT "Collection_pkey" PRIMARY KEY ("shop","id")
);

CREATE TABLE "AbandonedCheckout" (
    "shop" INTEGER NOT NULL,
    "id" BIGINT NOT NULL,
    "customer" BIGINT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "completedAt" TIMESTAMPTZ(3),

    CONSTRAINT "AbandonedCheckout_pkey" PRIMARY KEY ("shop","id")
);
CREATE INDEX "AbandonedCheckout_shop_customer_createdAt_idx" ON "AbandonedCheckout"("shop", "customer", "createdAt");

-- A rule on products bought reads the lines of those products, not every line of the shop.
CREATE INDEX "Line_shop_product_idx" ON "Line"("shop", "product");

-- Tenants: as every table with a shop (0001_init).
DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['Collection', 'AbandonedCheckout'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
      $policy$CREATE POLICY tenant ON %I
        USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
        WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))$policy$,
      tenant_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON "Collection", "AbandonedCheckout" TO morello_app;
