-- Which collections stand for a category on a segment's card. Null until they are read again, by the next night.

ALTER TABLE "Collection" ADD COLUMN "isCategory" BOOLEAN;
