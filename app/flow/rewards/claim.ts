/** First come, first served: a reward that its shoppers take themselves, to the last one and to the last cent. */
import type { ClaimAnswer } from '#app/domain/wire.ts'
import { OPEN_STATES, StandingFacts, type Arm, type GrantState } from '#app/domain/rewards/grant.ts'
import { PersonalRewards } from '#app/domain/rewards/personal-rewards.ts'
import { isInstead } from '#app/domain/rewards/progress.ts'
import type { RewardDefinition, RewardGift } from '#app/domain/rewards/reward.ts'
import type { Instant } from '#app/domain/order.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { type Person, personOf } from '../confirmed-links.ts'
import { lockPerson, reserveGrant } from './reserve.ts'

type Claim = { shop: ShopId; reward: number; customer: string; at: Instant }

/**
 * Takes a grant of a reward for one customer. Taken already, by whichever of their accounts and however often it is asked, the
 * answer is what became of it.
 *
 * @param redeem  called where a grant has been made, in its transaction; what it throws undoes the grant
 */
export async function takeReward(tx: BulkTx, claim: Claim, redeem: () => Promise<void>): Promise<ClaimAnswer> {
  const { shop, reward, customer, at } = claim
  const { own, isOffered, what } = await lookAt(tx, claim)
  if (own) return own
  const person = await personOf(tx, shop, customer)
  if (!isOffered) return (await becameOf(tx, claim, person)) ?? { state: 'not-yours' }
  const because = [{ kind: 'claimed' }]
  if (person.accounts.length > 1 && (await hasAnotherOpen(tx, claim, person))) return { state: 'not-yours' }
  const reserved = await reserveGrant(tx, shop, {
    reward,
    step: 0,
    turn: 0,
    customer,
    person,
    because,
    at,
    ...(what ? { what } : {}),
  })
  switch (reserved.kind) {
    case 'reserved':
      await redeem()
      await owe(tx, shop, 'grant-customer', customer, {})
      return { state: 'reserved' }
    case 'had':
      // Another account or another request of theirs was first.
      return (await becameOf(tx, claim, person)) ?? { state: 'over' }
    case 'over':
      return { state: 'over' }
  }
}

/** One reward at a time, also where another account of theirs has just taken another. */
async function hasAnotherOpen(tx: BulkTx, { shop, reward, at }: Claim, { id, accounts }: Person): Promise<boolean> {
  await lockPerson(tx, shop, id)
  const open = await tx.query(
    `SELECT 1 FROM "Grant" WHERE shop = $1 AND reward <> $2 AND customer = ANY ($3::bigint[]) AND state = ANY ($4)
       AND ("expiresAt" IS NULL OR "expiresAt" > $5) LIMIT 1`,
    [shop, reward, accounts, OPEN_STATES, new Date(at)],
  )
  return open.length > 0
}

type Seen = {
  state: GrantState | null
  code: string | null
  definition: RewardDefinition
  arm: Arm | null
  facts: unknown
  wanted: unknown
}
type Look = { own: ClaimAnswer | null; isOffered: boolean; what?: RewardGift }

/** What this account has of the reward, and whether the worker's last word is that it is theirs to take. */
async function lookAt(tx: BulkTx, { shop, reward, customer }: Claim): Promise<Look> {
  const [row] = await tx.query<Seen>(
    `SELECT g.state, g.code, r.definition, s.arm, s.facts, c.wanted FROM "Reward" r
     LEFT JOIN "RewardStanding" s ON s.shop = r.shop AND s.reward = r.id AND s.customer = $3
     LEFT JOIN "CustomerRewards" c ON c.shop = r.shop AND c.customer = $3
     LEFT JOIN LATERAL (SELECT state, code FROM "Grant" g WHERE g.shop = r.shop AND g.reward = r.id AND g.step = 0
       AND g.customer = $3 ORDER BY turn DESC LIMIT 1) g ON true
     WHERE r.shop = $1 AND r.id = $2`,
    [shop, reward, customer],
  )
  if (!row) return { own: null, isOffered: false }
  const own = row.state === null ? null : answerOf(row.state, row.code)
  const facts = StandingFacts.safeParse(row.facts)
  if (row.definition.take !== 'claimed' || row.arm !== 'reward' || !facts.success) return { own, isOffered: false }
  const read = PersonalRewards.safeParse(row.wanted)
  const isOffered = read.success && read.data.rewards.some(({ id, state }) => id === reward && state === 'claim')
  const instead = isInstead(row.definition, 0, facts.data) ? facts.data.insteadMinor[0] : null
  return { own, isOffered, ...(instead ? { what: { kind: 'credit', amountMinor: instead } } : {}) }
}

async function becameOf(tx: BulkTx, { shop, reward }: Claim, { accounts }: Person): Promise<ClaimAnswer | null> {
  const [grant] = await tx.query<{ state: GrantState; code: string | null }>(
    `SELECT state, code FROM "Grant" WHERE shop = $1 AND reward = $2 AND step = 0
       AND (person = ANY ($3::bigint[]) OR customer = ANY ($3::bigint[])) ORDER BY turn DESC LIMIT 1`,
    [shop, reward, accounts],
  )
  return grant ? answerOf(grant.state, grant.code) : null
}

function answerOf(state: GrantState, code: string | null): ClaimAnswer {
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
