-- Which collections stand for a category on a segment's card. Null until they are read again, by the next night.

ALTER TABLE "Collection" ADD COLUMN "isCategory" BOOLEAN;

-- Of a period with very many moves, those of the fixed sample (0009) are read, from the index alone. Not for Prisma.
CREATE INDEX "MembershipChange_sample_idx" ON "MembershipChange" ("shop", "what", "at")
    INCLUDE ("id", "customer", "from", "to") WHERE (hashint8("customer") & 63) = 0;
