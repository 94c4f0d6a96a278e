// Store credit among everything that can go wrong with it at once: paid twice to nobody, and forgotten of nobody.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { answerParked } from '#app/flow/rewards/credit.ts'
import { issueGrants } from '#app/flow/rewards/issue.ts'
import { OutsideFailure } from '#app/errors.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { chanceFrom, wholeBetween } from '#tests/shop/chance.ts'
import {
  creditAccountsOf,
  creditMinor,
  giveCredit,
  openCreditAccount,
  payWithCredit,
  takeCredit,
} from '#tests/shop/store-credit.ts'
import type { WorldCustomer } from '#tests/shop/world.ts'
import { until } from '#tests/support/until.ts'
import { CREDIT_SCOPES, customers, FIVE_CREDIT, later, reserved } from './issuing.ts'
import { callsTo, issuer, kill, oweIssuing } from './killed-issuer.ts'
import { HELD, rewardingShop, started } from './rewarded.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** Shops, each with people of its own and another seed; and shops whose worker is killed twice: what fails oftener is tried again later each time. */
const SEEDS = Number(process.env['EXAM_SEEDS'] ?? 1)
const PEOPLE = Number(process.env['EXAM_PEOPLE'] ?? 12)
const KILLED_SHOPS = Number(process.env['EXAM_KILLED_SHOPS'] ?? 1)
const KILLS = 2
const PASSES = 8
const PATIENCE_MS = 1_800_000

type CreditShop = PlayedShop & { people: WorldCustomer[]; grants: number; byOthers: Set<number> }

/** Every second person has been granted two credits of five dollars, the others one. */
async function owing(people: number): Promise<CreditShop> {
  const played = await rewardingShop()
  // The shop before it has moved the app's clock far ahead of this one's.
  later(played, 0)
  await played.local.shop.grantScopes(...CREDIT_SCOPES)
  const reward = await started(played.shop, { who: { kind: 'everybody' }, what: FIVE_CREDIT })
  const owed = customers(played, people)
  let grants = 0
  for (const [n, person] of owed.entries())
    for (let turn = 0; turn <= n % 2; turn += 1) {
      await reserved(played, person, { reward, turn, what: FIVE_CREDIT })
      grants += 1
    }
  return { ...played, people: owed, grants, byOthers: new Set() }
}

/** What others do to somebody's account at any moment: the merchant gives and takes, the customer buys. */
function meddle({ world, people, byOthers }: CreditShop, chance: () => number): void {
  const person = people[wholeBetween(chance, 0, people.length - 1)]!
  const account = creditAccountsOf(world, person.id)[0] ?? openCreditAccount(world, person.id, 'USD')
  const ours = account.transactions.findLast(({ id, type }) => type === 'credit' && !byOthers.has(id))
  const gives = (minor: number, expiresAt: number | null) =>
    byOthers.add(giveCredit(world, account, minor, { expiresAt }).id)
  const what = chance()
  if (what < 0.3) gives(500, null)
  else if (what < 0.45) gives(500, world.now() + 40 * 24 * HOUR_MS)
  else if (what < 0.6) gives(wholeBetween(chance, 1, 2000), null)
  else if (what < 0.65 && ours) gives(500, ours.expiresAt!)
  else if (what < 0.85)
    payWithCredit(world, { id: world.nextId(), customerId: person.id }, wholeBetween(chance, 1, 900))
  else if (creditMinor(world, account) > 0)
    takeCredit(world, account, wholeBetween(chance, 1, creditMinor(world, account)))
}

/**
 * Issues once as the worker does. Whenever something is written down, chance decides what becomes of the next call, whether
 * the worker dies there, and what others do meanwhile.
 */
async function pass(played: CreditShop, chance: () => number, met: Map<string, number>): Promise<void> {
  const { faults } = played.local
  const meet = (what: string) => met.set(what, (met.get(what) ?? 0) + 1)
  const stillMine = async () => {
    if (chance() < 0.3) meddle(played, chance)
    const what = chance()
    if (what < 0.1) {
      meet('answer lost')
      faults.lostAnswers = { mutation: 'storeCreditAccountCredit', times: 1 }
    } else if (what < 0.2) {
      meet('connection cut after the work')
      Object.assign(faults, { resetNext: 1, resetAfterWork: true })
    } else if (what < 0.3) {
      meet('connection cut before the work')
      Object.assign(faults, { resetNext: 1, resetAfterWork: false })
    } else if (what < 0.34) {
      meet('throttled')
      faults.throttledNext = 1
    } else if (what < 0.39) {
      meet('death')
      throw new Dead()
    }
  }
  try {
    await issueGrants(played.shop, { stillMine })
  } catch (error) {
    // What the queue would try again.
    if (!(error instanceof Dead || error instanceof OutsideFailure)) throw error
  }
}

class Dead extends Error {}

/** Nothing goes wrong any more; as much time passes as an unclear answer may need. */
async function settle(played: CreditShop): Promise<void> {
  Object.assign(played.local.faults, { lostAnswers: null, resetNext: 0, throttledNext: 0, lateMs: 0 })
  played.world.lags.creditMs = 0
  for (let hours = 0; hours < 6; hours += 1) {
    later(played, HOUR_MS + MINUTE_MS)
    await issueGrants(played.shop, HELD)
  }
}

type Verdict = { grants: number; parked: number; paidTwice: number; lost: number; notOurs: number }

/** Looks into the shop's own accounts: a credit that is nobody else's is ours, whatever we know of it. */
async function verdictOn(played: CreditShop): Promise<Verdict & { unclaimed: Map<number, number> }> {
  const rows = await withShop(played.shop, (tx) => tx.grant.findMany({ where: { shop: played.shop } }))
  const unclaimed = new Map<number, number>()
  const verdict = { grants: rows.length, parked: 0, paidTwice: 0, lost: 0, notOurs: 0 }
  for (const person of played.people) {
    const own = rows.filter(({ customer }) => Number(customer) === person.id)
    const made = creditAccountsOf(played.world, person.id)
      .flatMap(({ transactions }) => transactions)
      .filter(({ id, type }) => type === 'credit' && !played.byOthers.has(id))
    const known = own.filter(({ state }) => state === 'issued' || state === 'used')
    const parked = own.filter(({ state }) => state === 'parked').length
    const gids = new Set(made.map(({ id }) => `gid://shopify/StoreCreditAccountCreditTransaction/${id}`))
    const claimed = new Set(known.flatMap(({ outsideGid }) => outsideGid ?? []))
    // One that a person has answered for has no number of Shopify's.
    const answered = known.filter(({ outsideGid }) => outsideGid === null).length
    verdict.parked += parked
    verdict.notOurs += [...claimed].filter((gid) => !gids.has(gid)).length
    verdict.lost += own.length - known.length - parked
    verdict.lost += Math.max(0, claimed.size + answered - made.length)
    verdict.lost += known.length - answered - claimed.size
    const left = made.length - [...claimed].filter((gid) => gids.has(gid)).length - answered
    verdict.paidTwice += Math.max(0, left - parked)
    unclaimed.set(person.id, Math.max(0, left))
  }
  return { ...verdict, unclaimed }
}

const NONE = { paidTwice: 0, lost: 0, notOurs: 0 }

/** A person looks into the account and answers of each that is parked; after that everybody has exactly what they were granted. */
async function answerAll(played: CreditShop): Promise<void> {
  const { unclaimed } = await verdictOn(played)
  const rows = await withShop(played.shop, (tx) =>
    tx.grant.findMany({ where: { shop: played.shop, state: 'parked' }, orderBy: { id: 'asc' } }),
  )
  for (const { id, customer } of rows) {
    const left = unclaimed.get(Number(customer))!
    unclaimed.set(Number(customer), left - 1)
    await answerParked(played.shop, id, left > 0)
  }
  await settle(played)
}

function tell(name: string, { grants, parked, paidTwice, lost }: Verdict, more: string): void {
  const share = ((100 * parked) / grants).toFixed(1)
  process.stderr.write(
    `${name}: ${grants} grants, paid twice ${paidTwice}, lost ${lost}, parked ${parked} (${share} %); ${more}\n`,
  )
}

test(
  'no credit is paid twice and none is lost, whatever becomes of the calls, and whatever others do to the accounts',
  { timeout: PATIENCE_MS },
  async () => {
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const chance = chanceFrom(`credit ${seed}`)
      const played = await owing(PEOPLE)
      const met = new Map<string, number>()
      for (let n = 0; n < PASSES; n += 1) {
        // Never an hour behind: that Shopify's reads are not is the one thing that is taken for granted.
        played.world.lags.creditMs = [0, 0, 5, 30, 55][wholeBetween(chance, 0, 4)]! * MINUTE_MS
        await pass(played, chance, met)
        later(played, wholeBetween(chance, 1, 40) * MINUTE_MS)
      }
      await settle(played)
      const verdict = await verdictOn(played)
      tell(`seed ${seed}`, verdict, [...met].map(([what, count]) => `${what} ${count}`).join(', '))
      expect(verdict).toMatchObject({ ...NONE, grants: played.grants })
      await answerAll(played)
      expect(await verdictOn(played)).toMatchObject({ ...NONE, grants: played.grants })
    }
  },
)

test(
  'a worker that is killed while it pays has its credits found or paid by the next, each once',
  { timeout: PATIENCE_MS },
  async () => {
    for (let shop = 0; shop < KILLED_SHOPS; shop += 1) await payWhileKilled(shop)
  },
)

async function payWhileKilled(shop: number): Promise<void> {
  const chance = chanceFrom(`killed while paying ${shop}`)
  const played = await owing(4 * KILLS)
  let reserve = await issuer(played)
  // The credit is there, and its answer still on its way.
  played.local.faults.lateMs = 40
  const moments: number[] = []
  for (let n = 0; n < KILLS; n += 1) {
    const worker = reserve
    reserve = await issuer(played)
    if (chance() < 0.3) played.local.faults.lostAnswers = { mutation: 'storeCreditAccountCredit', times: 1 }
    const before = callsTo(played, 'CreditGive')
    const calls = wholeBetween(chance, 1, 3)
    await oweIssuing(played)
    worker.send('go')
    await until(() => callsTo(played, 'CreditGive') >= before + calls)
    const ms = wholeBetween(chance, 0, 80)
    await sleep(ms)
    await kill(worker)
    moments.push(ms)
    meddle(played, chance)
  }
  await settle(played)
  const verdict = await verdictOn(played)
  tell(`killed worker ${shop}`, verdict, `killed ${moments.join(', ')} ms after asking`)
  expect(verdict).toMatchObject({ ...NONE, grants: played.grants })
  await answerAll(played)
  expect(await verdictOn(played)).toMatchObject({ ...NONE, grants: played.grants })
}
