/**
 * What has to change in Shopify, worked out for the whole shop at once: customers fall into a few dozen groups that are
 * alike in everything the decision looks at; the domain decides once for each group, and SQL carries it to the rows.
 */
import {
  NO_HANDS,
  allTags,
  desiredState,
  desiredTags,
  showsTheSame,
  tagChange,
  wantedOf,
} from '#app/domain/publication.ts'
import type { Hands, TagsKnown } from '#app/domain/publication.ts'
import type { CherryTier } from '#app/domain/cherry-picker.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import type { Stage } from '#app/domain/stages.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { neverUsedNames, noteNames, type TaggingSettings } from './names.ts'

/** What a plan is for: bringing tags to the stages, the same with what Shopify refused asked again, or taking ours away. */
type Purpose = 'update' | 'start' | 'remove'

/** Tags just read from Shopify, newer than the import's. */
export type TagsJustRead = { customer: string; tags: string[] }[]

type PlanInput = {
  shop: ShopId
  purpose: Purpose
  settings: TaggingSettings
  justRead?: TagsJustRead
}

/** A group: everything that the decision looks at. */
type GroupKey = {
  stage: Stage | null
  tier: CherryTier | null
  /** Ids of the merchant's own segments. */
  own: number[]
  known: TagsKnown
  /** The part of the state as last written that the storefront shows; null: none was. */
  shown: string | null
  /** What Shopify has refused for them. */
  refused: string | null
}

/** What is done to everybody of a group. */
type GroupPlan = {
  key: string
  customers: number
  add: string[]
  remove: string[]
  /** What the ledger owns once this is about to be sent, and what of it we own already. */
  owned: string[]
  kept: string[]
  preexisting: string[]
  hands: Hands
  noticed: { removed: string[]; added: string[] }
  /** They are not in the ledger yet. */
  isNew: boolean
  wanted: string
  /** The new state with `since` to be filled in for each customer; null: it stays. */
  state: string | null
  clear: boolean
  /** Something has to be sent. */
  changes: boolean
  /** The ledger has to be written, if only to note the merchant's own tags. */
  notes: boolean
}

/** A group's `since` is each customer's own: the template carries this instant in its place. */
const SINCE_IN_TEMPLATE = new Date(0).toISOString()

// Our own writes come back with later imports; what was fetched this soon after one may have missed it.
const ECHO_MINUTES = 10

/** The same customer may be published alone at this moment: they are left to that job, which looks again when it is done. */
export const IS_IN_FLIGHT = `coalesce(l.problem->'pending' ? 'live' AND EXISTS (SELECT FROM "Work" w WHERE w.shop = l.shop
  AND w.kind = 'publish-customer' AND w.entity = l.customer::text AND w.state = 'running'), false)`

const UPDATE_FROM = `
  FROM "Membership" m
  LEFT JOIN "Customer" c ON c.shop = m.shop AND c.id = m.customer
  LEFT JOIN "Ledger" l ON l.shop = m.shop AND l.customer = m.customer
  LEFT JOIN "OwnMembership" o ON o.shop = m.shop AND o.customer = m.customer
  LEFT JOIN jsonb_to_recordset($4::jsonb) AS r(customer bigint, tags text[]) ON r.customer = m.customer
  WHERE m.shop = $1 AND NOT ${IS_IN_FLIGHT}`

const REMOVE_FROM = `
  FROM "Ledger" l
  LEFT JOIN "Customer" c ON c.shop = l.shop AND c.id = l.customer
  LEFT JOIN jsonb_to_recordset($4::jsonb) AS r(customer bigint, tags text[]) ON r.customer = l.customer
  CROSS JOIN (SELECT NULL::text AS stage, NULL::text AS "cherryPicker", NULL::timestamptz AS "stageSince") m
  CROSS JOIN (SELECT NULL::int[] AS segments) o
  WHERE l.shop = $1 AND (l.tags <> '{}' OR l.state IS NOT NULL OR l.problem ? 'pending')`

/**
 * Customers with the text of their group. $1 shop, $2 keys of our names, $3 those of them that we had never written
 * before, $4 tags just read. `how` and `observed` are those of the domain's `TagsKnown`.
 */
function factsOf(purpose: Purpose): string {
  const isRemoval = purpose === 'remove'
  return `
  SELECT customer, since, jsonb_build_array(stage, tier, owned, preexisting, how, CASE WHEN seen = '{}' THEN '[]' ELSE (
    SELECT coalesce(jsonb_agg(DISTINCT tag ORDER BY tag), '[]')
    FROM (SELECT tag, lower(normalize(tag, NFC)) AS name FROM unnest(seen) AS tag) AS named
    WHERE CASE how WHEN 'fresh' THEN name = ANY ($2::text[]) OR name = ANY (preexisting) ELSE name = ANY ($3::text[]) END
      OR how = 'fresh' AND name IN (SELECT lower(normalize(mine, NFC)) FROM unnest(owned) AS mine)
  ) END, shown, refused, hands, "cutOff", "isKnown", own)::text AS key
  FROM (
    SELECT ${isRemoval ? 'l' : 'm'}.customer, m."stageSince" AS since, m.stage, m."cherryPicker" AS tier,
      coalesce(o.segments, '{}') AS own, coalesce(l.tags, '{}') AS owned, coalesce(l.preexisting, '{}') AS preexisting,
      CASE
        WHEN r.tags IS NOT NULL OR l.customer IS NULL THEN 'fresh'
        WHEN l.problem ? 'pending' THEN 'unsure'
        WHEN c."fetchedAt" > l."writtenAt" + interval '${ECHO_MINUTES} minutes' THEN 'fresh'
        ELSE 'remembered'
      END AS how,
      coalesce(r.tags, c.tags, '{}') AS seen,
      split_part(l.state, ',"since"', 1) || '}' AS shown,
      l.problem->'refused'->>'wanted' AS refused,
      CASE WHEN l.missing <> '{}' OR l."leftOff" <> '{}' OR l.added <> '{}' OR l."putBack" <> '{}' THEN
        jsonb_build_object('missing', l.missing, 'leftOff', l."leftOff", 'added', l.added, 'putBack', l."putBack") END AS hands,
      CASE WHEN l.problem ? 'pending' THEN
        coalesce(l.problem->'pending'->'add', '[]') || coalesce(l.problem->'pending'->'remove', '[]') END AS "cutOff",
      l.customer IS NOT NULL AND NOT coalesce(l.problem->'pending' ? 'isNew', false) AS "isKnown"
    ${isRemoval ? REMOVE_FROM : UPDATE_FROM}
  ) AS facts`
}

function valuesOf({ shop, settings, justRead }: PlanInput, newNames: string[]): unknown[] {
  return [shop, allTags(settings).map(tagKeyOf), newNames, JSON.stringify(justRead ?? [])]
}

/** The groups of the shop with what is to be done for each. */
export async function planGroups(tx: BulkTx, input: PlanInput): Promise<GroupPlan[]> {
  const newNames = await neverUsedNames(tx, input.shop, input.settings)
  const groups = await tx.query<{ key: string; customers: number }>(
    `SELECT key, count(*)::int AS customers FROM (${factsOf(input.purpose)}) AS keyed GROUP BY key`,
    valuesOf(input, newNames),
  )
  return groups.map(({ key, customers }) => ({ ...decide(readKey(key, newNames), input), key, customers }))
}

function readKey(key: string, neverUsed: string[]): GroupKey {
  const [stage, tier, owned, preexisting, how, observed, shown, refused, hands, cutOff, isKnown, own] = JSON.parse(
    key,
  ) as [
    Stage | null,
    CherryTier | null,
    string[],
    string[],
    TagsKnown['how'],
    string[],
    string | null,
    string | null,
    Hands | null,
    string[] | null,
    boolean,
    number[],
  ]
  const rest = { cutOff: cutOff ?? [], hands: hands ?? NO_HANDS, isKnown, neverUsed }
  return { stage, tier, own, known: { owned, preexisting, how, observed, ...rest }, shown, refused }
}

function decide(group: GroupKey, { purpose, settings }: PlanInput): Omit<GroupPlan, 'key' | 'customers'> {
  const isRemoval = purpose === 'remove'
  const desired = isRemoval ? [] : desiredTags(group.stage, group.tier ?? 'none', settings, group.own)
  const desiredTemplate = isRemoval || group.stage === null ? null : desiredState(group.stage, [], 0)
  const change = tagChange(desired, group.known, settings.whenRemoved)
  const ownedAfter = new Set(change.owned.map(tagKeyOf))
  const isStateSame = showsTheSame(group.shown, desiredTemplate) && group.known.how !== 'unsure'
  const wanted = wantedOf(desired, desiredTemplate)
  const isRefused = purpose === 'update' && group.refused === wanted
  const hasTagChange = change.add.length > 0 || change.remove.length > 0
  const changes = !isRefused && (hasTagChange || !isStateSame)
  const isNew =
    change.preexisting.join() !== [...group.known.preexisting].sort().join() ||
    change.owned.join() !== group.known.owned.join() ||
    JSON.stringify(change.hands) !== JSON.stringify(inOrder(group.known.hands))
  return {
    add: isRefused ? [] : change.add,
    remove: isRefused ? [] : change.remove,
    owned: isRefused ? [...group.known.owned] : change.owned,
    kept: group.known.owned.filter((tag) => isRefused || ownedAfter.has(tagKeyOf(tag))),
    preexisting: change.preexisting,
    hands: isRefused ? group.known.hands : change.hands,
    noticed: isRefused ? { removed: [], added: [] } : change.noticed,
    isNew: !group.known.isKnown,
    wanted,
    state: changes && !isStateSame ? desiredTemplate : null,
    clear: changes && !isStateSame && desiredTemplate === null,
    changes,
    notes: changes || (!isRefused && isNew) || group.known.how === 'unsure',
  }
}

function inOrder({ missing, leftOff, added, putBack }: Hands): Hands {
  return { missing, leftOff, added, putBack }
}

/**
 * Writes the plan into the ledger: each row says what its run still has to send (`problem.pending`). With `claims`, what is
 * about to be sent is ours from here on (`claimed`: what was not before); without, whoever sends it claims it after a last look at the customer's tags.
 * Answers how many customers are to change.
 */
export async function writeIntents(
  tx: BulkTx,
  input: PlanInput,
  groups: GroupPlan[],
  run: number,
  claims: boolean,
): Promise<number> {
  const noted = groups
    .filter((group) => group.notes)
    .map((group) => ({
      ...group,
      owned: claims ? group.owned : group.kept,
      claimed: claims ? group.add.filter((tag) => !group.kept.includes(tag)) : null,
    }))
  const neverUsed = await neverUsedNames(tx, input.shop, input.settings)
  const rows = await tx.query<{ customers: number }>(
    `WITH planned AS MATERIALIZED (
       SELECT keyed.customer, keyed.since, plan.* FROM (${factsOf(input.purpose)}) AS keyed
       JOIN jsonb_to_recordset($5::jsonb) AS plan(key text, owned text[], preexisting text[], wanted text, claimed text[],
         "add" text[], remove text[], state text, clear boolean, changes boolean, "isNew" boolean, hands jsonb,
         noticed jsonb) ON plan.key = keyed.key
     ), written AS (
       INSERT INTO "Ledger" AS l (shop, customer, tags, preexisting, missing, "leftOff", added, "putBack", state,
         "writtenAt", problem)
       SELECT $1, plan.customer, plan.owned, plan.preexisting,
         ARRAY(SELECT jsonb_array_elements_text(plan.hands->'missing')),
         ARRAY(SELECT jsonb_array_elements_text(plan.hands->'leftOff')),
         ARRAY(SELECT jsonb_array_elements_text(plan.hands->'added')), plan.hands->'putBack',
         NULL, now(), CASE WHEN plan.changes THEN
         jsonb_build_object('pending', jsonb_strip_nulls(jsonb_build_object(
           'run', $6::int, 'wanted', plan.wanted, 'claimed', to_jsonb(plan.claimed),
           'isNew', CASE WHEN plan."isNew" THEN true END,
           'add', CASE WHEN plan.add <> '{}' THEN to_jsonb(plan.add) END,
           'remove', CASE WHEN plan.remove <> '{}' THEN to_jsonb(plan.remove) END,
           'state', replace(plan.state, '${SINCE_IN_TEMPLATE}',
             to_char(plan.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
           'clear', CASE WHEN plan.clear THEN true END))) END
       FROM planned AS plan
       ON CONFLICT (shop, customer) DO UPDATE SET tags = excluded.tags, preexisting = excluded.preexisting,
         missing = excluded.missing, "leftOff" = excluded."leftOff", added = excluded.added,
         "putBack" = excluded."putBack", "writtenAt" = excluded."writtenAt", problem = excluded.problem
       RETURNING problem
     ), noted AS (
       INSERT INTO "TagChange" (shop, customer, what, tag, by, at)
       SELECT $1, plan.customer, noticed.what, noticed.tag, 'somebody', clock_timestamp()
       FROM planned AS plan CROSS JOIN LATERAL (
         SELECT 'remove' AS what, jsonb_array_elements_text(plan.noticed->'removed') AS tag
         UNION ALL SELECT 'add', jsonb_array_elements_text(plan.noticed->'added')
       ) AS noticed WHERE plan.noticed <> '{"removed":[],"added":[]}'
     )
     SELECT count(problem)::int AS customers FROM written`,
    [...valuesOf(input, neverUsed), JSON.stringify(noted), run],
  )
  if (input.purpose !== 'remove') await noteNames(tx, input.shop, run, input.settings)
  return rows[0]?.customers ?? 0
}

/** Customers of the groups that change something, in the order of their ids. */
export async function changesByCustomer(
  tx: BulkTx,
  input: PlanInput,
  groups: GroupPlan[],
): Promise<{ customer: string; group: number }[]> {
  const changing = groups
    .map((group, index) => ({ key: group.key, index }))
    .filter(({ index }) => groups[index]!.changes)
  return tx.query(
    `SELECT keyed.customer::text, plan.index AS "group" FROM (${factsOf(input.purpose)}) AS keyed
     JOIN jsonb_to_recordset($5::jsonb) AS plan(key text, index int) ON plan.key = keyed.key ORDER BY keyed.customer`,
    [...valuesOf(input, await neverUsedNames(tx, input.shop, input.settings)), JSON.stringify(changing)],
  )
}
