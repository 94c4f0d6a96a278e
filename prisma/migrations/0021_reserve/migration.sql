-- Granting in one trip to the database: many shoppers take turns at one reward's lock, and each trip under it is a wait for all.

-- Holds everything that is decided for a person until the transaction ends, so that two of their accounts take turns.
CREATE FUNCTION lock_person(p_shop int, p_person bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('person:' || p_person, p_shop));
  RETURN true;
END $$;

-- What a reward's grants in these states hold: people, their money, and whether one of the accounts is among them.
CREATE FUNCTION held_by_grants(p_shop int, p_reward int, p_states text[], p_accounts bigint[])
RETURNS TABLE (people bigint, held_minor bigint, is_among boolean)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT count(DISTINCT g.person), coalesce(sum(coalesce(g."reservedMinor", g."spentMinor")), 0)::bigint,
    coalesce(bool_or(g.person = ANY (p_accounts) OR g.customer = ANY (p_accounts)), false)
  FROM "Grant" g WHERE g.shop = p_shop AND g.reward = p_reward AND g.state = ANY (p_states)
$$;

-- Takes the lock of the person, then that of the reward, and makes the grant if the person has not had it and the limits leave
-- room. It decides nothing that the caller could have said before the locks: it is told what to write and what the limits are,
-- with the definition that these were read from; if that is not the reward's any more, it answers `changed` and the new one.
-- {"reward", "step", "turn", "customer", "person", "accounts", "what", "reservedMinor", "code", "because", "at", "endsAt",
-- "takers", "budgetMinor", "holds": states, "definition"}; answers reserved, had, ended, changed, takers or budget.
CREATE FUNCTION reserve_grant(p_shop int, p_grant jsonb) RETURNS TABLE (answer text, id int, definition jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  asked record;
  reward record;
  held record;
BEGIN
  SELECT * INTO asked FROM jsonb_to_record(p_grant) AS g (
    reward int, step int, turn int, customer bigint, person bigint, accounts bigint[], what jsonb, "reservedMinor" bigint, code text,
    because jsonb, at timestamptz, "endsAt" timestamptz, takers bigint, "budgetMinor" bigint, holds text[], definition jsonb);
  PERFORM lock_person(p_shop, asked.person);
  SELECT r.definition, r.state INTO reward FROM "Reward" r WHERE r.shop = p_shop AND r.id = asked.reward FOR UPDATE;

  -- In statements of their own: what others had taken before the locks came free is seen only from here on.
  IF EXISTS (
    SELECT FROM "Grant" g WHERE g.shop = p_shop AND g.reward = asked.reward AND g.step = asked.step AND g.turn = asked.turn
      AND (g.person = ANY (asked.accounts) OR g.customer = ANY (asked.accounts))
  ) THEN
    RETURN QUERY SELECT 'had', NULL::int, NULL::jsonb;
    RETURN;
  END IF;
  IF reward.state IS DISTINCT FROM 'live' OR asked.at >= asked."endsAt" THEN
    RETURN QUERY SELECT 'ended', NULL::int, NULL::jsonb;
    RETURN;
  END IF;
  IF reward.definition <> asked.definition THEN
    RETURN QUERY SELECT 'changed', NULL::int, reward.definition;
    RETURN;
  END IF;
  IF asked.takers IS NOT NULL OR asked."budgetMinor" IS NOT NULL THEN
    SELECT * INTO held FROM held_by_grants(p_shop, asked.reward, asked.holds, asked.accounts);
    IF NOT held.is_among AND held.people >= asked.takers THEN
      RETURN QUERY SELECT 'takers', NULL::int, NULL::jsonb;
      RETURN;
    END IF;
    -- What has no face value may begin while anything is left: it ends at the budget, and says by how much it went over.
    IF held.held_minor + greatest(1, coalesce(asked."reservedMinor", 0)) > asked."budgetMinor" THEN
      RETURN QUERY SELECT 'budget', NULL::int, NULL::jsonb;
      RETURN;
    END IF;
  END IF;
  RETURN QUERY
    INSERT INTO "Grant" AS g (shop, reward, step, turn, customer, person, state, what, "reservedMinor", code, because, "grantedAt")
    VALUES (p_shop, asked.reward, asked.step, asked.turn, asked.customer, asked.person, 'reserved', asked.what,
      asked."reservedMinor", asked.code, asked.because, asked.at)
    RETURNING 'reserved', g.id, NULL::jsonb;
  -- Last, for it holds a row that every grant of the shop needs.
  PERFORM owe_work(p_shop, 'issue-grants', p_shop::text, '{}', 0);
END $$;

-- What a claim is decided by before the locks. A function, for it keeps its plan: to plan these joins takes longer than to run them.
CREATE FUNCTION look_at_claim(p_shop int, p_reward int, p_customer bigint)
RETURNS TABLE (state text, code text, definition jsonb, timezone text, arm text, facts jsonb, wanted jsonb, is_linked boolean)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
    SELECT g.state, g.code, r.definition, h.timezone, s.arm, s.facts, c.wanted, EXISTS (
      SELECT FROM "PersonLink" l WHERE l.shop = p_shop AND (l.a = p_customer OR l.b = p_customer) AND l.state = 'confirmed')
    FROM "Reward" r JOIN "Shop" h ON h.shop = r.shop
    LEFT JOIN "RewardStanding" s ON s.shop = r.shop AND s.reward = r.id AND s.customer = p_customer
    LEFT JOIN "CustomerRewards" c ON c.shop = r.shop AND c.customer = p_customer
    LEFT JOIN LATERAL (
      SELECT l.state, l.code FROM "Grant" l WHERE l.shop = r.shop AND l.reward = r.id AND l.step = 0 AND l.customer = p_customer
      ORDER BY l.turn DESC LIMIT 1) g ON true
    WHERE r.shop = p_shop AND r.id = p_reward;
END $$;

-- The same for a shopper who takes it themselves, by a token that is good for one grant; `spent`: it was used before, and what
-- is done here must be undone.
CREATE FUNCTION claim_grant(p_shop int, p_grant jsonb, p_jti bytea, p_expires_at timestamptz)
RETURNS TABLE (answer text, id int, definition jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  SELECT * INTO answer, id, definition FROM reserve_grant(p_shop, p_grant);
  IF answer = 'reserved' THEN
    INSERT INTO "VisitorToken" (shop, jti, "expiresAt") VALUES (p_shop, p_jti, p_expires_at) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      answer := 'spent';
    END IF;
    PERFORM owe_work(p_shop, 'grant-customer', p_grant ->> 'customer', '{}', 0);
  END IF;
  RETURN NEXT;
END $$;

REVOKE ALL ON FUNCTION lock_person, held_by_grants, reserve_grant, look_at_claim, claim_grant FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_person, held_by_grants, reserve_grant, look_at_claim, claim_grant TO morello_app;
