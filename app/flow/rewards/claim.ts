/** First come, first served: a reward that its shoppers take themselves, to the last one and to the last cent. */
import type { ClaimAnswer } from '#app/domain/wire.ts'
import { OPEN_STATES, StandingFacts, type Arm, type GrantState } from '#app/domain/rewards/grant.ts'
import { PersonalRewards } from '#app/domain/rewards/personal-rewards.ts'
import { isInstead } from '#app/domain/rewards/progress.ts'
import type { RewardGift } from '#app/domain/rewards/reward.ts'
import type { Instant } from '#app/domain/order.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { ShownToken } from '#app/outside/visitor-token.server.ts'
import { type Person, personOf } from '../confirmed-links.ts'
import { type KnownReward, lockPerson, reserveClaim } from './reserve.ts'

type Claim = { shop: ShopId; reward: number; customer: string; at: Instant }

/**
 * Takes a grant of a reward for one customer. Taken already, by whichever of their accounts and however often it is asked, the
 * answer is what became of it.
 *
 * @returns null: the token has been used before, and the transaction must not be kept
 */
export async function takeReward(tx: BulkTx, claim: Claim, token: ShownToken): Promise<ClaimAnswer | null> {
  const { shop, reward, customer, at } = claim
  const { own, known, isLinked, what } = await lookAt(tx, claim)
  if (own) return own
  const person = isLinked ? await personOf(tx, shop, customer) : { id: customer, accounts: [customer] }
  if (!known) return (await becameOf(tx, claim, person)) ?? { state: 'not-yours' }
  if (person.accounts.length > 1 && (await hasAnotherOpen(tx, claim, person))) return { state: 'not-yours' }
  const because = [{ kind: 'claimed' }]
  const to = { reward, step: 0, turn: 0, customer, person, because, at, ...(what ? { what } : {}) }
  const reserved = await reserveClaim(tx, shop, to, known, token)
  if (reserved === null) return null
  switch (reserved.kind) {
    case 'reserved':
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

type Seen = KnownReward & {
  state: GrantState | null
  code: string | null
  isLinked: boolean
  arm: Arm | null
  facts: unknown
  wanted: unknown
}
type Look = {
  /** What became of what this account took. */
  own: ClaimAnswer | null
  /** Null: by the worker's last word it is not theirs to take. */
  known: KnownReward | null
  /** Whether the merchant has said that this account is one person's with another. */
  isLinked: boolean
  what?: RewardGift
}

async function lookAt(tx: BulkTx, { shop, reward, customer }: Claim): Promise<Look> {
  const [row] = await tx.query<Seen>(
    `SELECT state, code, definition, timezone, arm, facts, wanted, is_linked AS "isLinked" FROM look_at_claim($1, $2, $3)`,
    [shop, reward, customer],
  )
  if (!row) return { own: null, known: null, isLinked: true }
  const { definition, timezone, arm, isLinked } = row
  const own = row.state === null ? null : answerOf(row.state, row.code)
  const facts = StandingFacts.safeParse(row.facts)
  const read = PersonalRewards.safeParse(row.wanted)
  const isOffered =
    definition.take === 'claimed' &&
    arm === 'reward' &&
    read.success &&
    read.data.rewards.some(({ id, state }) => id === reward && state === 'claim')
  if (!isOffered || !facts.success) return { own, known: null, isLinked }
  const instead = isInstead(definition, 0, facts.data) ? facts.data.insteadMinor[0] : null
  const what = instead ? { what: { kind: 'credit' as const, amountMinor: instead } } : {}
  return { own, known: { definition, timezone }, isLinked, ...what }
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
