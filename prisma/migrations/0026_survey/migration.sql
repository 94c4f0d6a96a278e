-- A short survey on the storefront, and what signed-in customers have answered with their consent.

CREATE TABLE "Survey" (
    "shop" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "isOn" BOOLEAN NOT NULL,
    "lastId" INTEGER NOT NULL,
    "savedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Survey_pkey" PRIMARY KEY ("shop")
);

CREATE TABLE "SurveyAnswer" (
    "shop" INTEGER NOT NULL,
    "customer" BIGINT NOT NULL,
    "question" INTEGER NOT NULL,
    "choices" INTEGER[] NOT NULL,
    "consentedAt" TIMESTAMPTZ(3) NOT NULL,
    "answeredAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SurveyAnswer_pkey" PRIMARY KEY ("shop","customer","question")
);

ALTER TABLE "Survey" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Survey" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "Survey"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "Survey" TO morello_app;
ALTER TABLE "SurveyAnswer" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "SurveyAnswer" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "SurveyAnswer"
  USING (shop = (SELECT nullif(current_setting('app.shop', true), '')::int))
  WITH CHECK (shop = (SELECT nullif(current_setting('app.shop', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON "SurveyAnswer" TO morello_app;
