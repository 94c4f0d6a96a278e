-- A rebuild that began before somebody's order must not put older picks over those that followed it.
ALTER TABLE "CustomerPicks" ADD COLUMN "pickedAt" TIMESTAMPTZ(3);
