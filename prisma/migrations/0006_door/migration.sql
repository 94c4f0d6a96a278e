-- The door: many deliveries in one statement and one commit.

-- [{"domain", "topic", "dedupeKey", "triggeredAt", "works"}] as receive_webhook takes them one by one; answers in their
-- order. Bodies come one by one. A row that somebody holds is not waited for: the caller then sends each by itself, so
-- that only those about this row wait.
CREATE FUNCTION receive_webhooks(p_deliveries jsonb) RETURNS text[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  delivery jsonb;
  outcomes text[] := '{}';
BEGIN
  PERFORM set_config('lock_timeout', '200ms', true);
  FOR delivery IN SELECT value FROM jsonb_array_elements(p_deliveries) WITH ORDINALITY ORDER BY ordinality LOOP
    outcomes := outcomes || receive_webhook(
      delivery ->> 'domain', delivery ->> 'topic', delivery ->> 'dedupeKey', (delivery ->> 'triggeredAt')::timestamptz,
      delivery -> 'works', NULL, NULL);
  END LOOP;
  RETURN outcomes;
END $$;

GRANT CREATE ON SCHEMA public TO morello_system;
REVOKE ALL ON FUNCTION receive_webhooks FROM PUBLIC;
GRANT EXECUTE ON FUNCTION receive_webhooks TO morello_app;
ALTER FUNCTION receive_webhooks OWNER TO morello_system;
REVOKE CREATE ON SCHEMA public FROM morello_system;
