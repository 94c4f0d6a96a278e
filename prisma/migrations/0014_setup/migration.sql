-- What a shop had set before it took over another's setup, so that taking it over can be undone.

CREATE TABLE "SetupCopy" (
    "shop" INTEGER NOT NULL,
    "appliedAt" TIMESTAMPTZ(3) NOT NULL,
    "before" JSONB NOT NULL,
    "after" JSONB NOT NULL,

    CONSTRAINT "SetupCopy_pkey" PRIMARY KEY ("shop")
);

-- Tenants: as every table with a shop (0001_init).
ALTER TABLE "SetupCopy" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "SetupCopy" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "SetupCopy"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));

GRANT SELECT, INSERT, UPDATE, DELETE ON "SetupCopy" TO morello_app;
