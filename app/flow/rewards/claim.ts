/** First come, first served: a reward that its shoppers take themselves, to the last one and to the last cent. */
import type { ClaimAnswer } from '#app/domain/wire.ts'
import { faceValueMinor, HOLDS_BUDGET, type GrantState } from '#app/domain/rewards/grant.ts'
import { PersonalRewards } from '#app/domain/rewards/personal-rewards.ts'
import type { RewardDefinition, RewardState } from '#app/domain/rewards/reward.ts'
import type { Instant } from '#app/domain/order.ts'
import { InvalidInput } from '#app/errors.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import type { ShownToken } from '#app/outside/visitor-token.server.ts'

type Claim = ShownToken & { shop: ShopId; customer: string; at: Instant }
type Reward = { definition: RewardDefinition; state: RewardState }
/** Null: they have no place in the reward, or nothing of it yet. */
type Theirs = {
  person: string | null
  arm: string | null
  wanted: unknown
  state: GrantState | null
  code: string | null
  people: string
  heldMinor: string
}

/**
 * Takes a grant of a reward for one customer, under a lock on the reward's row: one for each person, never more people than it
 * has places, never more than its budget. Taken already, however often it is asked, the answer is what became of it.
 *
 * @throws {InvalidInput} not-allowed: the token was redeemed, and nothing is there of what it was redeemed for
 */
export async function takeReward(tx: BulkTx, claim: Claim): Promise<ClaimAnswer> {
  const { shop, reward: id, customer } = claim
  const [reward] = await tx.query<Reward>(
    `SELECT definition, state FROM "Reward" WHERE shop = $1 AND id = $2 FOR UPDATE`,
    [shop, id],
  )
  if (!reward) return { state: 'over' }
  // In a statement of its own: what others had taken before the lock came free is seen only from here on.
  const theirs = await readTheirs(tx, claim)
  if (theirs.state !== null) return became(theirs.state, theirs.code)
  const { definition } = reward
  if (definition.take !== 'claimed' || !isOffered(theirs, id)) return { state: 'not-yours' }
  const { what } = definition.steps[0]!
  const reservedMinor = faceValueMinor(what)
  if (reward.state !== 'live' || !hasRoom(definition, theirs, reservedMinor)) return { state: 'over' }
  const taken = await tx.query(
    `WITH redeemed AS (
       INSERT INTO "VisitorToken" (shop, jti, "expiresAt") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING shop)
     INSERT INTO "Grant" (shop, reward, step, turn, customer, person, state, what, "reservedMinor", because, "grantedAt")
     SELECT shop, $4, 0, 0, $5, $6, 'reserved', $7, $8, '[{"kind": "claimed"}]', $9 FROM redeemed RETURNING id`,
    [
      shop,
      claim.jti,
      new Date(claim.expiresAt),
      id,
      customer,
      theirs.person,
      JSON.stringify(what),
      reservedMinor,
      new Date(claim.at),
    ],
  )
  if (taken.length === 0) throw new InvalidInput('a token that was used', { code: 'not-allowed' })
  await owe(tx, shop, 'sync-rewards', String(shop), {})
  return { state: 'reserved' }
}

async function readTheirs(tx: BulkTx, { shop, reward, customer }: Claim): Promise<Theirs> {
  const [row] = await tx.query<Theirs>(
    `SELECT s.person, s.arm, c.wanted, g.state, g.code, held.*
     FROM (SELECT count(DISTINCT person) AS people, coalesce(sum("reservedMinor"), 0) AS "heldMinor" FROM "Grant"
       WHERE shop = $1 AND reward = $2 AND state = ANY($4)) held
     LEFT JOIN "RewardStanding" s ON s.shop = $1 AND s.reward = $2 AND s.customer = $3
     LEFT JOIN "CustomerRewards" c ON c.shop = $1 AND c.customer = $3
     LEFT JOIN LATERAL (SELECT state, code FROM "Grant" g
       WHERE g.shop = $1 AND g.reward = $2 AND g.step = 0 AND g.person = s.person ORDER BY turn DESC LIMIT 1) g ON true`,
    [shop, reward, customer, HOLDS_BUDGET],
  )
  return row!
}

function isOffered({ person, arm, wanted }: Theirs, reward: number): boolean {
  if (person === null || arm !== 'reward') return false
  const read = PersonalRewards.safeParse(wanted)
  return read.success && read.data.rewards.some(({ id, state }) => id === reward && state === 'claim')
}

function hasRoom({ takers, budgetMinor }: RewardDefinition, held: Theirs, moreMinor: number | null): boolean {
  if (takers !== null && Number(held.people) >= takers) return false
  return budgetMinor === null || Number(held.heldMinor) + (moreMinor ?? 0) <= budgetMinor
}

function became(state: GrantState, code: string | null): ClaimAnswer {
  switch (state) {
    case 'issued':
      return code === null ? { state } : { state, code }
    case 'reserved':
    case 'asked':
    case 'parked':
    case 'waiting':
      return { state: 'reserved' }
    case 'used':
    case 'expired':
    case 'ended':
    case 'declined':
      return { state: 'over' }
  }
}
