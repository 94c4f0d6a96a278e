-- Recommendations: the products that the shop sells, what is learned of them, and what each customer and each product's page shows.

CREATE TABLE "Product" (
    "shop" INTEGER NOT NULL,
    "id" BIGINT NOT NULL,
    "title" TEXT NOT NULL,
    "isOnSale" BOOLEAN NOT NULL,
    "isGiftCard" BOOLEAN NOT NULL,
    "priceMinor" BIGINT,

    CONSTRAINT "Product_pkey" PRIMARY KEY ("shop","id")
);

CREATE TABLE "Recommender" (
    "shop" INTEGER NOT NULL,
    "isOn" BOOLEAN NOT NULL DEFAULT false,
    "rebuiltAt" TIMESTAMPTZ(3),
    "chosenAt" TIMESTAMPTZ(3),
    "choice" JSONB,
    "counts" JSONB,
    "wanted" JSONB,
    "written" JSONB,

    CONSTRAINT "Recommender_pkey" PRIMARY KEY ("shop")
);

CREATE TABLE "RecommendationChoice" (
    "shop" INTEGER NOT NULL,
    "product" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RecommendationChoice_pkey" PRIMARY KEY ("shop","product")
);

CREATE TABLE "ProductPicks" (
    "shop" INTEGER NOT NULL,
    "product" BIGINT NOT NULL,
    "customers" INTEGER NOT NULL,
    "near" BIGINT[],
    "weights" REAL[],
    "wanted" JSONB,
    "written" JSONB,
    "sent" JSONB,
    "sentIn" TEXT,

    CONSTRAINT "ProductPicks_pkey" PRIMARY KEY ("shop","product")
);

CREATE TABLE "CustomerPicks" (
    "shop" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "wanted" JSONB,
    "written" JSONB,
    "sent" JSONB,
    "sentIn" TEXT,
    "echoAt" TIMESTAMPTZ(3),

    CONSTRAINT "CustomerPicks_pkey" PRIMARY KEY ("shop","customer")
);

-- Tenants: as every table with a shop (0001_init).
ALTER TABLE "Product" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Product" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "Product"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "Product" TO morello_app;
ALTER TABLE "Recommender" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Recommender" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "Recommender"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "Recommender" TO morello_app;
ALTER TABLE "RecommendationChoice" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "RecommendationChoice" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "RecommendationChoice"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "RecommendationChoice" TO morello_app;
ALTER TABLE "ProductPicks" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "ProductPicks" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "ProductPicks"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "ProductPicks" TO morello_app;
ALTER TABLE "CustomerPicks" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "CustomerPicks" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "CustomerPicks"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "CustomerPicks" TO morello_app;
