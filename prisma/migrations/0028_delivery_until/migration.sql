-- Orders whose delivery only the survey's question waits for are looked after until then; null: a reward waits for it.
ALTER TABLE "Delivery" ADD COLUMN "until" TIMESTAMPTZ(3);
