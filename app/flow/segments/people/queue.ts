/** The review queue: pairs of accounts that look like one person's, with what speaks for it and what a link would change. */
import { contradictionsIn, type JoinedPersons } from '#app/domain/joined-persons.ts'
import { factsOf, occasionsOf } from '#app/domain/occasions.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import type {
  LinkConflict,
  LinkedAccount,
  LinkEvidence,
  LinkState,
  ReviewPage,
  ReviewRow,
} from '#app/domain/people-pages.ts'
import { stageAt, type Stage } from '#app/domain/stages.ts'
import { type ShopId, type Tx, withShop } from '#app/outside/database.server.ts'
import { joinedPersons } from '../../confirmed-links.ts'
import { freshnessOf } from '../../freshness.ts'
import { validTimes } from '../customer-rows.ts'
import { adminUrl, readShopState, type ShopState } from '../shop-state.ts'
import { linkingOf } from './linking.ts'

const PAGE_ROWS = 10

type LinkRow = LinkEvidence & { a: Id; b: Id; state: LinkState; decidedAt: Date | null }

type AccountRow = {
  customer: Id
  stage: Stage | null
  n: number
  lastAt: Date | null
  createdAt: Date
  benefits: number
  attempts: number
  decidedAt: Date | null
}

/** One page of pairs. @param page  from 0 */
export async function reviewPage(shop: ShopId, show: ReviewPage['show'], page: number): Promise<ReviewPage> {
  return withShop(shop, async (tx) => {
    const state = await readShopState(tx, shop)
    const persons = await joinedPersons(tx, shop)
    const contradicting = contradictionsIn(persons)
    const suggested = await tx.personLink.count({ where: { shop, state: 'suggested' } })
    const answered = await tx.personLink.count({ where: { shop, state: { not: 'suggested' } } })
    const waiting = suggested + contradicting.size
    const decided = answered - contradicting.size
    const links = await linksOf(tx, shop, show, page, [...contradicting.keys()])
    return {
      show,
      rows: await rowsOf(tx, shop, links, persons, contradicting, state),
      total: show === 'waiting' ? waiting : decided,
      page,
      pageRows: PAGE_ROWS,
      waiting,
      decided,
      linking: await linkingOf(tx, shop),
      freshness: await freshnessOf(tx, shop),
    }
  })
}

/** Contradictions first, then the newest; of those that came together, the youngest accounts. */
async function linksOf(
  tx: Tx,
  shop: ShopId,
  show: ReviewPage['show'],
  page: number,
  contradicting: string[],
): Promise<LinkRow[]> {
  const isWaiting = show === 'waiting'
  return tx.$queryRaw<LinkRow[]>`
    SELECT l.a::text, l.b::text, l.state, l."decidedAt",
      CASE WHEN x.email IS NULL OR y.email IS NULL THEN 'unknown' WHEN x.email = y.email THEN 'same' ELSE 'different' END AS email,
      CASE WHEN x.phone IS NULL OR y.phone IS NULL THEN 'unknown' WHEN x.phone = y.phone THEN 'same' ELSE 'different' END AS phone,
      CASE WHEN x.address IS NULL OR y.address IS NULL THEN 'unknown' WHEN x.address = y.address THEN 'same' ELSE 'different' END
        AS address,
      CASE WHEN x."nameAtAddress" IS NULL OR y."nameAtAddress" IS NULL THEN 'unknown'
        WHEN x."nameAtAddress" = y."nameAtAddress" THEN 'same' ELSE 'different' END AS name
    FROM (
      SELECT * FROM "PersonLink"
      WHERE shop = ${shop} AND (state = 'suggested' OR a || ' ' || b = ANY (${contradicting})) = ${isWaiting}
      ORDER BY ${isWaiting} AND state <> 'suggested' DESC, coalesce("decidedAt", "suggestedAt") DESC, b DESC, a DESC LIMIT ${PAGE_ROWS} OFFSET ${page * PAGE_ROWS}) l
    LEFT JOIN "AccountKeys" x ON x.shop = ${shop} AND x.customer = l.a
    LEFT JOIN "AccountKeys" y ON y.shop = ${shop} AND y.customer = l.b
    ORDER BY ${isWaiting} AND l.state <> 'suggested' DESC, coalesce(l."decidedAt", l."suggestedAt") DESC, l.b DESC, l.a DESC`
}

async function rowsOf(
  tx: Tx,
  shop: ShopId,
  links: LinkRow[],
  persons: JoinedPersons,
  contradicting: ReadonlyMap<string, LinkConflict>,
  state: ShopState,
): Promise<ReviewRow[]> {
  const accountsOfPerson = new Map<Id, Id[]>()
  for (const [account, person] of persons.personOf)
    accountsOfPerson.set(person, [...(accountsOfPerson.get(person) ?? []), account])
  const accountsOf = (link: LinkRow) => [
    ...new Set([link.a, link.b].flatMap((id) => accountsOfPerson.get(persons.personOf.get(id) ?? '') ?? [id])),
  ]
  const conflictOf = ({ a, b, state: answer }: LinkRow): LinkConflict | null => {
    const wouldBe = answer === 'suggested' ? persons.apartThrough(a, b) : null
    return wouldBe ? { is: 'would-be', with: wouldBe } : (contradicting.get(`${a} ${b}`) ?? null)
  }
  const everybody = [...new Set(links.flatMap(accountsOf))]
  const accounts = new Map((await readAccounts(tx, shop, everybody)).map((row) => [row.customer, row]))
  const joinedOf = await joining(tx, shop, accounts, state)
  return links.flatMap((link): ReviewRow[] => {
    const [a, b] = [accounts.get(link.a), accounts.get(link.b)]
    if (!a || !b) return []
    const { email, phone, address, name } = link
    const theirs = accountsOf(link)
    return [
      {
        a: shown(a),
        b: shown(b),
        state: link.state,
        evidence: { email, phone, address, name },
        alsoConfirmed: theirs.length - 2,
        joined: joinedOf(theirs),
        conflict: conflictOf(link),
        decidedAt: link.decidedAt?.getTime() ?? null,
        mergeUrl: adminUrl(state.domain, `customers/${link.a}`),
      },
    ]
  })
}

async function readAccounts(tx: Tx, shop: ShopId, customers: Id[]): Promise<AccountRow[]> {
  return tx.$queryRaw<AccountRow[]>`
    SELECT c.id::text AS customer, m.stage, coalesce(f.n, 0) AS n, f."lastAt", c."createdAt",
      coalesce(f."benefitsUsed", 0) AS benefits, coalesce(f."benefitAttempts", 0) AS attempts, m."decidedAt"
    FROM "Customer" c
    LEFT JOIN "CustomerFeatures" f ON f.shop = c.shop AND f.customer = c.id
    LEFT JOIN "Membership" m ON m.shop = c.shop AND m.customer = c.id
    WHERE c.shop = ${shop} AND c.id = ANY (${customers}::text[]::bigint[])`
}

function shown({ n, lastAt, createdAt, decidedAt: _, ...account }: AccountRow): LinkedAccount {
  return { ...account, orders: n, lastAt: lastAt?.getTime() ?? null, createdAt: createdAt.getTime() }
}

/** The stage that the orders of several accounts make together, by the function that decides everybody's. */
async function joining(
  tx: Tx,
  shop: ShopId,
  accounts: ReadonlyMap<Id, AccountRow>,
  state: ShopState,
): Promise<(ids: Id[]) => ReviewRow['joined']> {
  const { worked, settings } = state
  if (!worked || state.isLimited || accounts.size === 0) return () => null
  // An order may have moved somebody alone since the run over the whole shop; one moment for all only leaves out the future.
  const asOf = [...accounts.values()].reduce(
    (latest: Instant, { decidedAt }) => Math.max(latest, decidedAt?.getTime() ?? 0),
    worked.asOf,
  )
  const ids = [...accounts.keys()]
  const times = await validTimes(tx, shop, ids.map(BigInt), state, new Map(ids.map((id) => [id, asOf])))
  return (theirs) => {
    const orderedAts = theirs.flatMap((id) => times.get(id) ?? []).sort((a, b) => a - b)
    const facts = factsOf(occasionsOf(orderedAts))
    const benefits = theirs.reduce((sum, id) => {
      const account = accounts.get(id)
      return sum + (account ? account.benefits + account.attempts : 0)
    }, 0)
    return { stage: stageAt(facts, asOf, worked.estimates, settings.thresholds), orders: facts.n, benefits }
  }
}
