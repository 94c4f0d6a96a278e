-- Beside the stage, so that the pages add up what its customers have spent without reading a second table of everybody.
-- AlterTable
ALTER TABLE "Membership" ADD COLUMN "net12mMinor" BIGINT NOT NULL DEFAULT 0;
