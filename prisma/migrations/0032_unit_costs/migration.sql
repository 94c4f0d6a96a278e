-- What one piece costs the shop: for likely cherry-pickers, of what fits what leaves more money comes first.
ALTER TABLE "Product" ADD COLUMN "unitCostMinor" BIGINT;
