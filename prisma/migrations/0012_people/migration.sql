-- Several accounts of one person: keyed hashes of how an account can be reached, the links they suggest, and who looked at names.

CREATE TABLE "AccountKeys" (
    "shop" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "email" BYTEA,
    "phone" BYTEA,
    "phoneKind" TEXT,
    "address" BYTEA,
    "nameAtAddress" BYTEA,
    "workplace" BYTEA,
    "fetchedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "AccountKeys_pkey" PRIMARY KEY ("shop","customer")
);

CREATE TABLE "PersonLink" (
    "shop" INTEGER NOT NULL,
    "a" BIGINT NOT NULL,
    "b" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "because" TEXT[],
    "suggestedAt" TIMESTAMPTZ(3) NOT NULL,
    "decidedAt" TIMESTAMPTZ(3),

    CONSTRAINT "PersonLink_pkey" PRIMARY KEY ("shop","a","b")
);

ALTER TABLE "CustomerFeatures" ADD COLUMN "linkedWithBenefit" INTEGER NOT NULL DEFAULT 0;

CREATE INDEX "PersonLink_shop_state_suggestedAt_idx" ON "PersonLink"("shop", "state", "suggestedAt");
CREATE INDEX "PersonLink_shop_b_idx" ON "PersonLink"("shop", "b");

CREATE TABLE "NameLook" (
    "shop" INTEGER NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "staff" TEXT,
    "page" TEXT NOT NULL,
    "customers" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,

    CONSTRAINT "NameLook_pkey" PRIMARY KEY ("shop","id")
);

CREATE INDEX "NameLook_shop_at_idx" ON "NameLook"("shop", "at");

-- Tenants: as every table with a shop (0001_init).
DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['AccountKeys', 'PersonLink', 'NameLook'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
      $policy$CREATE POLICY tenant ON %I
        USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
        WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))$policy$,
      tenant_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON "AccountKeys", "PersonLink", "NameLook" TO morello_app;
GRANT USAGE ON SEQUENCE "NameLook_id_seq" TO morello_app;
