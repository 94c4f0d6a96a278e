-- Who is kept out of rewards, what the merchant writes beside a segment's facts, and which of them were looked over when.

CREATE TABLE "Exclusion" (
    "shop" INTEGER NOT NULL,
    "id" SERIAL NOT NULL,
    "customer" BIGINT,
    "segment" INTEGER,
    "name" TEXT,
    "reason" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Exclusion_pkey" PRIMARY KEY ("shop","id"),
    CONSTRAINT "Exclusion_of_somebody" CHECK ("customer" IS NOT NULL OR "segment" IS NOT NULL)
);

CREATE INDEX "Exclusion_shop_customer_idx" ON "Exclusion"("shop", "customer");

-- One at a time for each customer and each segment. Not for Prisma.
CREATE UNIQUE INDEX "Exclusion_customer_in_force" ON "Exclusion" ("shop", "customer") WHERE "endedAt" IS NULL AND "customer" IS NOT NULL;
CREATE UNIQUE INDEX "Exclusion_segment_in_force" ON "Exclusion" ("shop", "segment") WHERE "endedAt" IS NULL AND "segment" IS NOT NULL;

CREATE TABLE "SegmentCard" (
    "shop" INTEGER NOT NULL,
    "segment" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "savedAt" TIMESTAMPTZ(3) NOT NULL,
    "name" TEXT NOT NULL,
    "story" TEXT NOT NULL,
    "pains" TEXT NOT NULL,
    "goals" TEXT NOT NULL,
    "channel" TEXT NOT NULL,

    CONSTRAINT "SegmentCard_pkey" PRIMARY KEY ("shop","segment","version")
);

CREATE TABLE "SegmentReview" (
    "shop" INTEGER NOT NULL,
    "segment" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "facts" JSONB NOT NULL,

    CONSTRAINT "SegmentReview_pkey" PRIMARY KEY ("shop","segment","at")
);

-- Who moved between which stages in a period, from the index alone. Not for Prisma.
CREATE INDEX "MembershipChange_period_idx" ON "MembershipChange" ("shop", "what", "at")
    INCLUDE ("id", "customer", "from", "to");

-- Tenants: as every table with a shop (0001_init).
DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['Exclusion', 'SegmentCard', 'SegmentReview'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
      $policy$CREATE POLICY tenant ON %I
        USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
        WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))$policy$,
      tenant_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON "Exclusion", "SegmentCard", "SegmentReview" TO morello_app;
GRANT USAGE ON SEQUENCE "Exclusion_id_seq" TO morello_app;
