-- What the merchant says to each segment, and for whom lists were made: a fatigue cap looks back at them.

CREATE TABLE "Message" (
    "shop" INTEGER NOT NULL,
    "id" SERIAL NOT NULL,
    "segment" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "savedAt" TIMESTAMPTZ(3) NOT NULL,
    "data" JSONB NOT NULL,

    CONSTRAINT "Message_pkey" PRIMARY KEY ("shop","id")
);
CREATE UNIQUE INDEX "Message_shop_segment_channel_key" ON "Message"("shop", "segment", "channel");

CREATE TABLE "MessageExport" (
    "shop" INTEGER NOT NULL,
    "id" SERIAL NOT NULL,
    "segment" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "madeAt" TIMESTAMPTZ(3) NOT NULL,
    "customers" INTEGER NOT NULL,
    "noConsent" INTEGER NOT NULL,
    "offersOff" INTEGER NOT NULL,
    "capped" INTEGER NOT NULL,

    CONSTRAINT "MessageExport_pkey" PRIMARY KEY ("shop","id")
);
CREATE INDEX "MessageExport_shop_segment_madeAt_idx" ON "MessageExport"("shop", "segment", "madeAt");

CREATE TABLE "MessageSending" (
    "shop" INTEGER NOT NULL,
    "export" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "MessageSending_pkey" PRIMARY KEY ("shop","export","customer")
);
CREATE INDEX "MessageSending_shop_customer_at_idx" ON "MessageSending"("shop", "customer", "at");

-- Tenants: as every table with a shop (0001_init).
DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['Message', 'MessageExport', 'MessageSending'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
      $policy$CREATE POLICY tenant ON %I
        USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
        WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))$policy$,
      tenant_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON "Message", "MessageExport", "MessageSending" TO morello_app;
GRANT USAGE ON SEQUENCE "Message_id_seq", "MessageExport_id_seq" TO morello_app;
