-- The live road: a delivery may owe several works, debts keep what they are about, and customers have their consent.

ALTER TABLE "Customer" ADD COLUMN "emailConsent" TEXT, ADD COLUMN "smsConsent" TEXT;
ALTER TABLE "StagedCustomer" ADD COLUMN "emailConsent" TEXT, ADD COLUMN "smsConsent" TEXT;

-- As before, and: `at`, when the newest event happened, is kept only while every event told it (one that did not has to be
-- looked at whatever is stored), and `mayBeOurs` while it is so of every event; `withOrders` and `isNightly` stay asked
-- for; of two causes the one that more follows from stays.
CREATE OR REPLACE FUNCTION owe_work(p_shop int, p_kind text, p_entity text, p_payload jsonb, p_in_ms bigint) RETURNS void
LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
  INSERT INTO "Work" AS w (shop, kind, entity, payload, state, "nextAt", "owedAt")
  VALUES (p_shop, p_kind, p_entity, p_payload, 'waiting', now() + p_in_ms * interval '1 ms', now())
  ON CONFLICT (shop, kind, entity) DO UPDATE SET
    version = w.version + 1,
    payload = (excluded.payload - 'at' - 'mayBeOurs')
      || CASE WHEN w.payload ? 'at' AND excluded.payload ? 'at'
           THEN jsonb_build_object('at', greatest((w.payload ->> 'at')::bigint, (excluded.payload ->> 'at')::bigint))
           ELSE '{}' END
      || CASE WHEN w.payload -> 'mayBeOurs' = 'true' AND excluded.payload -> 'mayBeOurs' = 'true'
           THEN '{"mayBeOurs": true}' ELSE '{}'::jsonb END
      || CASE WHEN w.payload -> 'withOrders' = 'true' THEN '{"withOrders": true}' ELSE '{}'::jsonb END
      || CASE WHEN w.payload -> 'isNightly' = 'true' THEN '{"isNightly": true}' ELSE '{}'::jsonb END
      || CASE WHEN array_position(ARRAY['time', 'rule', 'estimates', 'import'], w.payload ->> 'cause')
             > array_position(ARRAY['time', 'rule', 'estimates', 'import'], excluded.payload ->> 'cause')
           THEN jsonb_build_object('cause', w.payload -> 'cause') ELSE '{}' END,
    "owedAt" = excluded."owedAt",
    state = CASE w.state WHEN 'dead' THEN 'waiting' ELSE w.state END,
    attempts = CASE w.state WHEN 'dead' THEN 0 ELSE w.attempts END,
    crashes = CASE w.state WHEN 'dead' THEN 0 ELSE w.crashes END,
    problem = CASE w.state WHEN 'dead' THEN NULL ELSE w.problem END,
    "issuedAt" = CASE w.state WHEN 'waiting' THEN w."issuedAt" END,
    "nextAt" = CASE
      WHEN w.state IN ('dead', 'running') THEN excluded."nextAt"
      WHEN w.state = 'waiting' AND w.attempts = 0 THEN least(w."nextAt", excluded."nextAt")
      ELSE w."nextAt" END
$$;

-- As before, with all the works of a delivery: [{"kind", "entity", "payload", "inMs"}]. Ignored for compliance topics.
DROP FUNCTION receive_webhook(text, text, text, timestamptz, text, text, jsonb, bytea, int);
CREATE FUNCTION receive_webhook(
  p_domain text, p_topic text, p_dedupe_key text, p_triggered_at timestamptz, p_works jsonb, p_body bytea, p_shop int
) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  installed "Shop";
  request int;
BEGIN
  SELECT * INTO installed FROM "Shop" WHERE shop = coalesce(p_shop, webhook_shop(p_domain, p_topic, p_triggered_at)) AND domain = p_domain;
  IF installed.shop IS NULL THEN
    RETURN 'unknown-shop';
  END IF;

  INSERT INTO "Inbox" (shop, topic, "dedupeKey", "triggeredAt", "receivedAt", body)
  VALUES (installed.shop, p_topic, p_dedupe_key, p_triggered_at, now(), p_body)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN 'repeated';
  END IF;

  IF p_topic IN ('customers/data_request', 'customers/redact', 'shop/redact') THEN
    INSERT INTO "PrivacyRequest" (shop, kind, "receivedAt", "dueAt", delivery)
    VALUES (
      installed.shop,
      CASE p_topic WHEN 'customers/data_request' THEN 'data-request' WHEN 'customers/redact' THEN 'customer-redact' ELSE 'shop-redact' END,
      now(), now() + interval '30 days', p_dedupe_key)
    RETURNING id INTO request;
    PERFORM owe_work(
      installed.shop, CASE p_topic WHEN 'customers/data_request' THEN 'export-data' ELSE 'redact' END, request::text,
      jsonb_build_object('request', request), 0);
    RETURN 'stored';
  END IF;

  IF p_topic = 'app/uninstalled' THEN
    IF installed."uninstalledAt" IS NOT NULL OR p_triggered_at >= installed."installedAt" AND EXISTS (
      SELECT FROM "Session" s WHERE s.shop = installed.shop AND s."updatedAt" > p_triggered_at
    ) THEN
      RETURN 'stored';
    END IF;
    UPDATE "Shop" SET "uninstalledAt" = now() WHERE shop = installed.shop;
  ELSIF installed."uninstalledAt" IS NOT NULL THEN
    RETURN 'stored';
  END IF;

  -- In one order everywhere, so that two deliveries about the same things do not wait for each other.
  PERFORM owe_work(installed.shop, owed.kind, owed.entity, coalesce(owed.payload, '{}'), coalesce(owed."inMs", 0))
  FROM (
    SELECT * FROM jsonb_to_recordset(p_works) AS w(kind text, entity text, payload jsonb, "inMs" bigint)
    ORDER BY w.kind, w.entity
  ) owed;
  RETURN 'stored';
END $$;

GRANT CREATE ON SCHEMA public TO morello_system;
REVOKE ALL ON FUNCTION receive_webhook FROM PUBLIC;
GRANT EXECUTE ON FUNCTION receive_webhook TO morello_app;
ALTER FUNCTION receive_webhook OWNER TO morello_system;
REVOKE CREATE ON SCHEMA public FROM morello_system;
