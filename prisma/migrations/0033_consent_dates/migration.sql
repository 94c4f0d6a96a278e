-- When a marketing consent last changed, as Shopify says; null: it names no date. For the two years after which one is confirmed.
ALTER TABLE "Customer" ADD COLUMN "emailConsentAt" TIMESTAMPTZ(3), ADD COLUMN "smsConsentAt" TIMESTAMPTZ(3);
ALTER TABLE "StagedCustomer" ADD COLUMN "emailConsentAt" TIMESTAMPTZ(3), ADD COLUMN "smsConsentAt" TIMESTAMPTZ(3);
