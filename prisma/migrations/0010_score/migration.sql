-- What a shop's own past says of what customers will do: the model, and by whom to begin.

CREATE TABLE "LifetimeFit" (
    "shop" INTEGER NOT NULL,
    "takenAt" TIMESTAMPTZ(3) NOT NULL,
    "horizonDays" INTEGER NOT NULL,
    "model" JSONB NOT NULL,
    "spend" JSONB NOT NULL,
    "rightness" JSONB NOT NULL,

    CONSTRAINT "LifetimeFit_pkey" PRIMARY KEY ("shop")
);

CREATE TABLE "ProductCycle" (
    "shop" INTEGER NOT NULL,
    "product" BIGINT NOT NULL,
    "gaps" INTEGER NOT NULL,
    "cycleDays" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "ProductCycle_pkey" PRIMARY KEY ("shop","product")
);

-- AlterTable
ALTER TABLE "CustomerFeatures" ADD COLUMN "expected12mMinor" BIGINT;

-- A list by priority reads the first so many of it. Not for Prisma, which cannot say where nulls stand.
CREATE INDEX "CustomerFeatures_expected_idx" ON "CustomerFeatures" ("shop", "expected12mMinor" DESC NULLS LAST, "customer");

-- Tenants: as every table with a shop (0001_init).
DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['LifetimeFit', 'ProductCycle'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
      $policy$CREATE POLICY tenant ON %I
        USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
        WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))$policy$,
      tenant_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON "LifetimeFit", "ProductCycle" TO morello_app;
