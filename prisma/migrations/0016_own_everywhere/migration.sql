-- Shopify Flow is told of moves in and out of the merchant's own segments too. Both kinds of moves are numbered by one
-- sequence, so that one mark says how far telling has come.

ALTER TABLE "OwnMove" ADD COLUMN "isForFlow" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "OwnSegment" ADD COLUMN "announces" BOOLEAN NOT NULL DEFAULT false;

SELECT setval('"MembershipChange_id_seq"', greatest(
  (SELECT last_value FROM "MembershipChange_id_seq"), (SELECT last_value FROM "OwnMove_id_seq")));
ALTER TABLE "OwnMove" ALTER COLUMN "id" SET DEFAULT nextval('"MembershipChange_id_seq"'::regclass);
DROP SEQUENCE "OwnMove_id_seq";

-- What Flow may be told of, after a mark. Not for Prisma.
CREATE INDEX "OwnMove_flow_idx" ON "OwnMove" ("shop", "id") WHERE "isForFlow";

-- Who came into which of the merchant's own segments and left it in a period, from the index alone. Not for Prisma.
CREATE INDEX "OwnMove_period_idx" ON "OwnMove" ("shop", "at") INCLUDE ("segment", "customer", "isEntering");
-- The same of the fixed sample of customers (0009), where the moves are very many.
CREATE INDEX "OwnMove_sample_idx" ON "OwnMove" ("shop", "at") INCLUDE ("segment", "customer", "isEntering")
    WHERE (hashint8("customer") & 63) = 0;
