/**
 * What a shopper may ask and do about their own rewards on the storefront. Who they are is known from Shopify's signature
 * alone; what they do, by a token that was made for them, for that one thing.
 */
import { z } from 'zod'
import { PersonalRewards, type PersonalOffer } from '#app/domain/rewards/personal-rewards.ts'
import type { ClaimAnswer, VisitorAsked, VisitorOffers, VisitorReason } from '#app/domain/wire.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShopForVisitor, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { makeToken, readToken, type TokenPurpose } from '#app/outside/visitor-token.server.ts'
import { deed, question, type Roads, type VisitorHere } from '#app/outside/visitor.server.ts'
import { redeem } from '../visitor-tokens.ts'
import { takeReward } from './claim.ts'
import { askedBefore, grantAsked } from './asking.ts'

const Token = z.string().max(200)

/** Roads of the app proxy, /proxy/<name>, of rewards. */
export const REWARD_ROADS: Roads = {
  offers: question(listOffers),
  why: question(explainOffer, ['reward']),
  claim: deed(z.strictObject({ token: Token }), claim),
  'opt-out': deed(z.strictObject({ off: z.boolean(), token: Token }), switchOffers),
  seen: deed(z.strictObject({ kind: z.enum(['seen', 'clicked']), token: Token }), noteExposure),
  ask: deed(z.strictObject({ reward: z.number().int().positive(), token: Token }), askShop),
}

/** Shopify's ids fit into 64 bits; nobody we know has a longer one. */
const LARGEST_ID = 2n ** 63n - 1n

function signedIn({ customerId }: VisitorHere): string | null {
  return customerId !== null && BigInt(customerId) <= LARGEST_ID ? customerId : null
}

/** @throws {InvalidInput} not-allowed: why is nobody's business */
function holderOf(visitor: VisitorHere, purpose: TokenPurpose, token: string) {
  const { shop, at } = visitor
  const customer = signedIn(visitor)
  const shown = customer === null ? null : readToken({ shop, customerId: customer, purpose }, token, at)
  if (customer === null || shown === null) throw notAllowed()
  return { shop, customer, shown }
}

const notAllowed = () => new InvalidInput('a token that is not the visitor’s', { code: 'not-allowed' })

type Row = { wanted: unknown; off: boolean; taken: number[] | null }

/** Their offers as the worker last worked them out, with what they have taken since. */
async function offersOf(
  tx: BulkTx,
  shop: ShopId,
  customer: string,
): Promise<{ off: boolean; offers: PersonalOffer[] }> {
  const [row] = await tx.query<Row>(
    `SELECT (SELECT wanted FROM "CustomerRewards" WHERE shop = $1 AND customer = $2) AS wanted,
       EXISTS (SELECT FROM "OffersOff" WHERE shop = $1 AND customer = $2) AS off,
       (SELECT array_agg(reward) FROM "Grant" WHERE shop = $1 AND customer = $2) AS taken`,
    [shop, customer],
  )
  const { wanted, off, taken } = row!
  const read = PersonalRewards.safeParse(wanted)
  const rewards = read.success ? read.data.rewards : []
  return {
    off,
    offers: rewards.filter(({ id, state }) =>
      state === 'open' ? true : !off && !(state === 'claim' && (taken ?? []).includes(id)),
    ),
  }
}

async function listOffers(visitor: VisitorHere): Promise<VisitorOffers> {
  const { shop, at } = visitor
  const customer = signedIn(visitor)
  if (customer === null) return { off: false, offers: [], optOut: null }
  const { off, offers } = await withShopForVisitor(shop, (tx) => offersOf(tx, shop, customer))
  const token = (purpose: TokenPurpose, reward = 0) => makeToken({ shop, customerId: customer, purpose }, reward, at)
  return {
    off,
    offers: offers.map((offer) => ({
      ...offer,
      tokens: {
        seen: token('seen', offer.id),
        claim: offer.state === 'claim' ? token('claim', offer.id) : null,
        ask: offer.state === 'refused' ? token('ask', offer.id) : null,
      },
    })),
    optOut: token('opt-out'),
  }
}

async function explainOffer(visitor: VisitorHere): Promise<VisitorReason> {
  const { shop, fields } = visitor
  const customer = signedIn(visitor)
  const id = Number(fields['reward'])
  if (customer === null || Number.isNaN(id)) return { because: null }
  const { offers } = await withShopForVisitor(shop, (tx) => offersOf(tx, shop, customer))
  const offer = offers.find((each) => each.id === id)
  if (!offer) return { because: null }
  const { because, state, join, missing, endsOn } = offer
  return { because, state, join, missing, endsOn }
}

async function claim(visitor: VisitorHere, { token }: { token: string }): Promise<ClaimAnswer> {
  const { shop, customer, shown } = holderOf(visitor, 'claim', token)
  return withShopForVisitor(shop, async (tx) => {
    const answer = await takeReward(tx, { shop, customer, reward: shown.reward, at: visitor.at }, shown)
    if (answer === null) throw notAllowed()
    return answer
  })
}

/** What is theirs already stays theirs. */
async function switchOffers(visitor: VisitorHere, { off, token }: { off: boolean; token: string }) {
  const { shop, customer, shown } = holderOf(visitor, 'opt-out', token)
  await withShopForVisitor(shop, async (tx) => {
    if (!(await redeem(tx, shop, shown))) throw notAllowed()
    if (off)
      await tx.query(`INSERT INTO "OffersOff" (shop, customer, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [
        shop,
        customer,
        new Date(visitor.at),
      ])
    else await tx.query(`DELETE FROM "OffersOff" WHERE shop = $1 AND customer = $2`, [shop, customer])
    await owe(tx, shop, 'grant-customer', customer, {})
  })
  return { off }
}

/** Once for each reward, kind and day of the shop; a token may say both kinds. Of who has been erased nothing is noted. */
async function noteExposure(visitor: VisitorHere, { kind, token }: { kind: 'seen' | 'clicked'; token: string }) {
  const { shop, customer, shown } = holderOf(visitor, 'seen', token)
  await withShopForVisitor(shop, (tx) =>
    tx.query(
      `INSERT INTO "RewardExposure" (shop, reward, customer, kind, day, at)
       SELECT s.shop, s.reward, s.customer, $4, timezone(coalesce(h.timezone, 'UTC'), $5::timestamptz)::date, $5
       FROM "RewardStanding" s JOIN "Shop" h ON h.shop = s.shop
       WHERE s.shop = $1 AND s.reward = $2 AND s.customer = $3
       ON CONFLICT DO NOTHING`,
      [shop, shown.reward, customer, kind, new Date(visitor.at)],
    ),
  )
  return { noted: true }
}

/** "Think this is wrong? Ask the shop": a row for the merchant to decide, once. */
async function askShop(visitor: VisitorHere, body: { reward: number; token: string }): Promise<VisitorAsked> {
  const { shop, customer, shown } = holderOf(visitor, 'ask', body.token)
  if (shown.reward !== body.reward) throw notAllowed()
  return withShopForVisitor(shop, async (tx) => {
    if (await askedBefore(tx, shop, shown.reward, customer)) return { asked: true }
    const { offers } = await offersOf(tx, shop, customer)
    if (!offers.some(({ id, state }) => id === shown.reward && state === 'refused')) throw notAllowed()
    if (!(await redeem(tx, shop, shown))) throw notAllowed()
    await grantAsked(tx, { shop, reward: shown.reward, customer, at: visitor.at })
    return { asked: true }
  })
}
