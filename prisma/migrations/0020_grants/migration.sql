-- What of a reward is a person's: their place in it, what they were granted, and what is known of deliveries and reviews.

-- A reward says whom it is for and what has to be done for it, in steps.
UPDATE "Reward" SET "definition" = ("definition" - 'what' - 'guests') || jsonb_build_object(
    'who', jsonb_build_object('kind', 'first-order', 'guests', "definition" -> 'guests'),
    'steps', jsonb_build_array(jsonb_build_object('what', "definition" -> 'what', 'join', 'and', 'conditions', '[]'::jsonb, 'waitDays', 0)),
    'take', 'given', 'products', '[]'::jsonb, 'takers', NULL, 'validDays', 60, 'suspects', 'same', 'comparisonPercent', 0,
    'texts', '[]'::jsonb)
  WHERE "definition" ? 'what';
UPDATE "Reward" SET "asked" = "asked" || '{"products": []}'::jsonb WHERE "asked" IS NOT NULL AND NOT "asked" ? 'products';

-- Amounts of a reward are in the currency that the shop had when it was saved.
ALTER TABLE "Reward" ADD COLUMN "currency" TEXT;

CREATE TABLE "RewardStanding" (
    "shop" INTEGER NOT NULL,
    "reward" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "person" BIGINT NOT NULL,
    "arm" TEXT NOT NULL,
    "text" SMALLINT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "facts" JSONB NOT NULL,

    CONSTRAINT "RewardStanding_pkey" PRIMARY KEY ("shop","reward","customer")
);
CREATE INDEX "RewardStanding_shop_customer_idx" ON "RewardStanding"("shop", "customer");

CREATE TABLE "Grant" (
    "shop" INTEGER NOT NULL,
    "id" SERIAL NOT NULL,
    "reward" INTEGER NOT NULL,
    "step" SMALLINT NOT NULL,
    "turn" SMALLINT NOT NULL,
    "customer" BIGINT NOT NULL,
    "person" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "what" JSONB NOT NULL,
    "reservedMinor" BIGINT,
    "code" TEXT,
    "asked" JSONB,
    "outsideGid" TEXT,
    "problem" JSONB,
    "because" JSONB NOT NULL,
    "grantedAt" TIMESTAMPTZ(3) NOT NULL,
    "issuedAt" TIMESTAMPTZ(3),
    "expiresAt" TIMESTAMPTZ(3),
    "usedAt" TIMESTAMPTZ(3),
    "usedOrder" BIGINT,
    "spentMinor" BIGINT,

    CONSTRAINT "Grant_pkey" PRIMARY KEY ("shop","id")
);
CREATE UNIQUE INDEX "Grant_shop_reward_step_turn_person_key" ON "Grant"("shop", "reward", "step", "turn", "person");
CREATE UNIQUE INDEX "Grant_shop_code_key" ON "Grant"("shop", "code");
CREATE INDEX "Grant_shop_customer_idx" ON "Grant"("shop", "customer");
CREATE INDEX "Grant_shop_person_idx" ON "Grant"("shop", "person");
CREATE INDEX "Grant_shop_state_idx" ON "Grant"("shop", "state");

CREATE TABLE "RewardDiscount" (
    "shop" INTEGER NOT NULL,
    "reward" INTEGER NOT NULL,
    "step" SMALLINT NOT NULL,
    "turn" SMALLINT NOT NULL,
    "asked" JSONB,
    "discountGid" TEXT,
    "problem" JSONB,

    CONSTRAINT "RewardDiscount_pkey" PRIMARY KEY ("shop","reward","step","turn")
);

CREATE TABLE "CustomerRewards" (
    "shop" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "wanted" JSONB NOT NULL,
    "written" JSONB,
    "writtenAt" TIMESTAMPTZ(3),
    "echoAt" TIMESTAMPTZ(3),

    CONSTRAINT "CustomerRewards_pkey" PRIMARY KEY ("shop","customer")
);

CREATE TABLE "Review" (
    "shop" INTEGER NOT NULL,
    "id" TEXT NOT NULL,
    "customer" BIGINT NOT NULL,
    "product" BIGINT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Review_pkey" PRIMARY KEY ("shop","id")
);
CREATE INDEX "Review_shop_customer_idx" ON "Review"("shop", "customer");

CREATE TABLE "Delivery" (
    "shop" INTEGER NOT NULL,
    "order" BIGINT NOT NULL,
    "fulfilledAt" TIMESTAMPTZ(3),
    "deliveredAt" TIMESTAMPTZ(3),
    "lookedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Delivery_pkey" PRIMARY KEY ("shop","order")
);

CREATE TABLE "RewardExposure" (
    "shop" INTEGER NOT NULL,
    "reward" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RewardExposure_pkey" PRIMARY KEY ("shop","reward","customer","kind","day")
);

CREATE TABLE "OffersOff" (
    "shop" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "OffersOff_pkey" PRIMARY KEY ("shop","customer")
);

CREATE TABLE "VisitorToken" (
    "shop" INTEGER NOT NULL,
    "jti" BYTEA NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "VisitorToken_pkey" PRIMARY KEY ("shop","jti")
);

-- Tenants: as every table with a shop (0001_init).
ALTER TABLE "RewardStanding" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "RewardStanding" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "RewardStanding"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "RewardStanding" TO morello_app;
ALTER TABLE "Grant" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Grant" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "Grant"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "Grant" TO morello_app;
ALTER TABLE "RewardDiscount" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "RewardDiscount" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "RewardDiscount"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "RewardDiscount" TO morello_app;
ALTER TABLE "CustomerRewards" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "CustomerRewards" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "CustomerRewards"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "CustomerRewards" TO morello_app;
ALTER TABLE "Review" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Review" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "Review"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "Review" TO morello_app;
ALTER TABLE "Delivery" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Delivery" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "Delivery"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "Delivery" TO morello_app;
ALTER TABLE "RewardExposure" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "RewardExposure" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "RewardExposure"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "RewardExposure" TO morello_app;
ALTER TABLE "OffersOff" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "OffersOff" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "OffersOff"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "OffersOff" TO morello_app;
ALTER TABLE "VisitorToken" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "VisitorToken" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "VisitorToken"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "VisitorToken" TO morello_app;
GRANT USAGE ON SEQUENCE "Grant_id_seq" TO morello_app;
