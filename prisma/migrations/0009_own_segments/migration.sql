-- The merchant's own segments: rules with all their versions, who is in which, and who has moved.

CREATE TABLE "OwnSegment" (
    "shop" INTEGER NOT NULL,
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "rule" JSONB NOT NULL,
    "savedAt" TIMESTAMPTZ(3) NOT NULL,
    "workedAt" TIMESTAMPTZ(3),

    CONSTRAINT "OwnSegment_pkey" PRIMARY KEY ("shop","id")
);

CREATE TABLE "OwnSegmentVersion" (
    "shop" INTEGER NOT NULL,
    "segment" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "rule" JSONB NOT NULL,
    "savedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "OwnSegmentVersion_pkey" PRIMARY KEY ("shop","segment","version")
);

CREATE TABLE "OwnMembership" (
    "shop" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "segments" INTEGER[],
    "since" TIMESTAMPTZ(3)[],

    CONSTRAINT "OwnMembership_pkey" PRIMARY KEY ("shop","customer")
);

CREATE TABLE "OwnMove" (
    "shop" INTEGER NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "segment" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "isEntering" BOOLEAN NOT NULL,
    "cause" TEXT NOT NULL,
    "because" JSONB NOT NULL,

    CONSTRAINT "OwnMove_pkey" PRIMARY KEY ("shop","id")
);

CREATE INDEX "OwnMove_shop_segment_id_idx" ON "OwnMove"("shop", "segment", "id");
CREATE INDEX "OwnMove_shop_customer_id_idx" ON "OwnMove"("shop", "customer", "id");

-- Every 64th customer: the fixed sample by which a rule is counted while it is edited. Not for Prisma.
CREATE INDEX "CustomerFeatures_sample_idx" ON "CustomerFeatures" ("shop", "customer") WHERE (hashint8("customer") & 63) = 0;

-- Tenants: as every table with a shop (0001_init).
DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['OwnSegment', 'OwnSegmentVersion', 'OwnMembership', 'OwnMove'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
      $policy$CREATE POLICY tenant ON %I
        USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
        WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))$policy$,
      tenant_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON "OwnSegment", "OwnSegmentVersion", "OwnMembership", "OwnMove" TO morello_app;
GRANT USAGE ON SEQUENCE "OwnSegment_id_seq", "OwnMove_id_seq" TO morello_app;
