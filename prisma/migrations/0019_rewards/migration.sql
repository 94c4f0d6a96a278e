-- Rewards, each with the discount in Shopify that makes it real.

CREATE TABLE "Reward" (
    "shop" INTEGER NOT NULL,
    "id" SERIAL NOT NULL,
    "definition" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "savedAt" TIMESTAMPTZ(3) NOT NULL,
    "startedAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),
    "endedBy" TEXT,
    "forecast" JSONB,
    "asked" JSONB,
    "discountGid" TEXT,
    "segmentGid" TEXT,
    "problem" JSONB,

    CONSTRAINT "Reward_pkey" PRIMARY KEY ("shop","id")
);

-- Tenants: as every table with a shop (0001_init).
ALTER TABLE "Reward" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Reward" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "Reward"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));

GRANT SELECT, INSERT, UPDATE, DELETE ON "Reward" TO morello_app;
GRANT USAGE ON SEQUENCE "Reward_id_seq" TO morello_app;
