-- What a shop's history has taught of its sales and people; the cherry-picker's other measures; the flags that say something good.

CREATE TABLE "Learned" (
    "shop" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "adoptedAt" TIMESTAMPTZ(3) NOT NULL,
    "data" JSONB NOT NULL,

    CONSTRAINT "Learned_pkey" PRIMARY KEY ("shop","version")
);

-- Rows of before are worked out again with the next run over the whole shop.
ALTER TABLE "CustomerFeatures"
    ADD COLUMN "benefitCuts" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "first" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "laterDiscounted" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "saleOccasions" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "sumSquaredGapDays" DOUBLE PRECISION,
    ADD COLUMN "laterLeftMinor" BIGINT;

ALTER TABLE "Membership"
    ADD COLUMN "isVip" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "buysInSales" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "isRegular" BOOLEAN NOT NULL DEFAULT false;

-- Tenants: as every table with a shop (0001_init).
ALTER TABLE "Learned" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Learned" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "Learned"
    USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
    WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));

GRANT SELECT, INSERT, UPDATE, DELETE ON "Learned" TO morello_app;
