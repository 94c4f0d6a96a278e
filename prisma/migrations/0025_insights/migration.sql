-- What products and categories say of a shop, worked out after every run over everybody; no customer's data.

CREATE TABLE "Insight" (
    "shop" INTEGER NOT NULL,
    "about" TEXT NOT NULL,
    "asOf" TIMESTAMPTZ(3) NOT NULL,
    "data" JSONB NOT NULL,

    CONSTRAINT "Insight_pkey" PRIMARY KEY ("shop","about")
);

-- Tenants: as every table with a shop (0001_init).
ALTER TABLE "Insight" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Insight" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "Insight"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "Insight" TO morello_app;
