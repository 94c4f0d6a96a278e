/** Whom a reward is for, and what is fixed of them when they could first get it. */
import type { Instant } from '#app/domain/order.ts'
import { armOf, textOf } from '#app/domain/rewards/arms.ts'
import { faceValueMinor, type Standing } from '#app/domain/rewards/grant.ts'
import { smallAmount } from '#app/domain/rewards/ready-made.ts'
import type { RewardDefinition, RewardGift, RewardWho } from '#app/domain/rewards/reward.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import type { Person } from '../confirmed-links.ts'
import type { GrantingFrame } from './granting-frame.ts'
import type { Account, OrderOfPerson, SurveyAnswerOfPerson } from './person-rows.ts'

type About = {
  person: Person
  account: Account
  orders: readonly OrderOfPerson[]
  /** All of the person's. */
  standings: readonly Standing[]
  frame: GrantingFrame
  at: Instant
}

/** Whether an account is among whom a reward is for, at this moment. */
export function isAmong(who: RewardWho, account: Account, orders: readonly OrderOfPerson[]): boolean {
  switch (who.kind) {
    case 'first-order':
      return !orders.some((order) => order.customer === account.id && order.counts)
    case 'everybody':
      return true
    case 'stage':
      return account.stage !== null && who.stages.includes(account.stage)
    case 'flag':
      return account.flags.includes(who.flag)
    case 'own':
      return account.own.has(who.segment)
  }
}

/**
 * The account's place as it is stored, or as it would be fixed now: of a person who has one under another account, the same.
 *
 * @returns `isNew`: it is not stored
 */
export function standingOf(
  shop: ShopId,
  reward: GrantingFrame['live'][number],
  about: About,
): Standing & { isNew: boolean } {
  const { person, account, standings } = about
  const theirs = standings.filter((each) => each.reward === reward.id)
  const own = theirs.find(({ customer }) => customer === account.id)
  if (own) return { ...own, isNew: false }
  const mark = { customer: account.id, person: person.id, isNew: true }
  if (theirs[0]) return { ...theirs[0], ...mark }
  const { definition, id } = reward
  const since = sinceOf(reward, about)
  return {
    reward: id,
    ...mark,
    arm: armOf(shop, id, person.id, definition.comparisonPercent),
    text: textOf(shop, id, person.id, definition.texts.length),
    since,
    facts: factsOf(reward, about, since),
  }
}

/** When they could first get it: the start; whoever came later, when they came. */
function sinceOf({ startedAt, definition: { who } }: GrantingFrame['live'][number], { account, at }: About): Instant {
  const came = (): Instant => {
    switch (who.kind) {
      case 'first-order':
      case 'everybody':
        return account.createdAt
      case 'stage':
        return account.stageSince ?? at
      case 'own':
        return account.own.get(who.segment) ?? at
      // Since when somebody has a flag is not kept.
      case 'flag':
        return at
    }
  }
  return Math.min(at, Math.max(startedAt, came()))
}

function factsOf(
  { definition, startedAt }: GrantingFrame['live'][number],
  { account, orders, frame, at }: About,
  since: Instant,
): Standing['facts'] {
  // Whoever came after the start had agreed to nothing before they came.
  const had = (channel: 'email' | 'sms') => account.agrees[channel] && account.createdAt < startedAt
  const hadConsent = { email: had('email'), sms: had('sms') }
  return {
    ordersBefore: orders.filter((order) => order.counts && order.at < since).length,
    hadConsent,
    isSuspect: account.isCherryPicker || account.isLikeAnother,
    insteadMinor: definition.steps.map(({ what }) => insteadOf(what, frame.meanMinor)),
    consentAt: consentSeen({ hadConsent, consentAt: { email: null, sms: null } }, account, at),
  }
}

/** What a step is worth as credit; of an average order where its own value follows from the order. */
function insteadOf(what: RewardGift, meanMinor: number | null): number | null {
  const face = faceValueMinor(what)
  if (face !== null || meanMinor === null) return face
  return what.kind === 'percent' ? Math.max(1, Math.round((meanMinor * what.percent) / 100)) : smallAmount(meanMinor)
}

function consentSeen(
  { hadConsent, consentAt }: Pick<Standing['facts'], 'hadConsent' | 'consentAt'>,
  { agrees }: Account,
  at: Instant,
): Standing['facts']['consentAt'] {
  const seen = (channel: 'email' | 'sms') => consentAt[channel] ?? (agrees[channel] && !hadConsent[channel] ? at : null)
  return { email: seen('email'), sms: seen('sms') }
}

/** The stored place with what they have agreed to and answered since. */
export function withSeen(
  { facts, since }: Standing,
  definition: RewardDefinition,
  account: Account,
  answers: readonly SurveyAnswerOfPerson[],
  at: Instant,
): Standing['facts'] {
  const seen = { ...facts, consentAt: consentSeen(facts, account, at) }
  const asked = new Set(
    definition.steps.flatMap(({ conditions }) =>
      conditions.flatMap((each) => (each.kind === 'survey' ? [each.which] : [])),
    ),
  )
  const first = answers.filter((each) => asked.has(each.which) && each.at >= since).reverse()
  if (first.length === 0) return seen
  return { ...seen, surveyAt: { ...Object.fromEntries(first.map((each) => [each.which, each.at])), ...facts.surveyAt } }
}

export async function placeIn(tx: Tx, shop: ShopId, standing: Standing): Promise<void> {
  const { reward, customer, person, arm, text, since, facts } = standing
  await tx.$executeRaw`
    INSERT INTO "RewardStanding" ("shop", "reward", "customer", "person", "arm", "text", "since", "facts")
    VALUES (${shop}, ${reward}, ${customer}::text::bigint, ${person}::text::bigint, ${arm}, ${text}, ${new Date(since)},
      ${JSON.stringify(facts)}::jsonb)
    ON CONFLICT DO NOTHING`
}

/** Only that they agreed, and that they answered, is ever added to what was fixed. */
export async function noteSeen(tx: Tx, shop: ShopId, { reward, customer, facts }: Standing): Promise<void> {
  await tx.$executeRaw`
    UPDATE "RewardStanding" SET "facts" = "facts" || ${JSON.stringify({ consentAt: facts.consentAt, surveyAt: facts.surveyAt })}::jsonb
    WHERE "shop" = ${shop} AND "reward" = ${reward} AND "customer" = ${customer}::text::bigint`
}
