import { isPicker } from '#app/domain/cherry-picker.ts'
import { cycleDaysOf } from '#app/domain/estimates.ts'
import { tierUnder, type Learned } from '#app/domain/learned.ts'
import type { Instant } from '#app/domain/order.ts'
import type { SegmentKey } from '#app/domain/pages.ts'
import { cherryFactsInto, emptyCherryFacts, emptyStandings, type Standings } from '#app/domain/standings.ts'
import { limitsOf, stageIndexAt, STAGES, type Estimates, type Thresholds } from '#app/domain/stages.ts'
import { now } from '#app/outside/clock.ts'
import { readCopy } from '#app/outside/copy-rows.server.ts'
import { withShopBulk, type ShopId } from '#app/outside/database.server.ts'

/**
 * A shop's customers in memory, so that a count while somebody edits a number asks no table. Worth no more than the run of
 * the stages that wrote the rows, so it is kept by that run's moment; whoever has been worked out alone since is read
 * again every few seconds. Nothing here decides: the domain does.
 */
type Snapshot = {
  asOf: Instant
  standings: Standings
  /** The newest row that it knows, and when it was last looked whether there are newer ones. */
  newestAt: Instant
  lookedAt: Instant
  /** Personal cycles under one version of the estimates: no threshold moves them. */
  cycles: { version: number; days: Float64Array }
  bytes: number
}

/** Looking takes as long as counting the rows, which is too long for every keystroke. */
const LOOK_EVERY_MS = 5000
const COMMITTED_WITHIN_MS = 30_000
const LIMIT_BYTES = 128 * 1024 * 1024

/** Least recently used first. */
const kept = new Map<ShopId, Snapshot>()
const loading = new Map<string, Promise<Snapshot>>()

export async function snapshotOf(shop: ShopId, asOf: Instant): Promise<Snapshot> {
  const known = kept.get(shop)
  if (known?.asOf === asOf && (await follow(shop, known))) {
    kept.delete(shop)
    kept.set(shop, known)
    return known
  }
  const key = `${shop} ${asOf}`
  const running = loading.get(key)
  if (running) return running
  const load = loadStandings(shop)
    .then(({ standings, newestAt }) => {
      const cycles = { version: 0, days: new Float64Array(standings.count) }
      const bytes = bytesOf(standings) + cycles.days.byteLength
      const snapshot = { asOf, standings, newestAt, lookedAt: now(), cycles, bytes }
      keep(shop, snapshot)
      return snapshot
    })
    .finally(() => loading.delete(key))
  loading.set(key, load)
  return load
}

function keep(shop: ShopId, snapshot: Snapshot): void {
  kept.delete(shop)
  kept.set(shop, snapshot)
  let total = 0
  for (const each of kept.values()) total += each.bytes
  for (const [oldest, each] of kept) {
    if (total <= LIMIT_BYTES || oldest === shop) break
    kept.delete(oldest)
    total -= each.bytes
  }
}

function bytesOf(standings: Standings): number {
  return Object.values(standings).reduce<number>(
    (sum, column) => sum + (typeof column === 'number' ? 0 : column.byteLength),
    0,
  )
}

type Loaded = { standings: Standings; newestAt: Instant }

/** Rows as standings, by customer; only those written later than a moment, if one is given. */
async function loadStandings(shop: ShopId, since: Instant | null = null): Promise<Loaded> {
  return withShopBulk(shop, async (tx) => {
    const later = since === null ? '' : ` AND "asOf" > '${new Date(since).toISOString()}'`
    const where = `FROM "CustomerFeatures" WHERE "shop" = ${Number(shop)}${later}`
    const [counted] = await tx.query<{ count: string }>(`SELECT count(*) AS count ${where}`)
    const standings = emptyStandings(Number(counted?.count ?? 0))
    const sql = `SELECT "customer", "n", "firstAt", "lastAt", "firstGapDays", "sumLnGapDays", "isBusiness", "dealLines",
      "dealDiscounted", "dealExpected", "dealVariance", "recentOccasions", "fullPriceOccasions", "benefitsUsed", "freeKits", "benefitAttempts",
      "asOf", "benefitCuts", "first", "laterDiscounted", "laterLeftMinor", "linkedWithBenefit" ${where} ORDER BY "customer"`
    let i = 0
    let newestAt = since ?? 0
    await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), 22, (row) => {
      // A customer written since the count: the next look brings them.
      if (i === standings.count) return
      newestAt = Math.max(newestAt, row.time(16))
      standings.customers[i] = row.int8(0)
      standings.n[i] = row.int4(1)
      if (!row.isNull(2)) standings.firstAt[i] = row.time(2)
      if (!row.isNull(3)) standings.lastAt[i] = row.time(3)
      if (!row.isNull(4)) standings.firstGapDays[i] = row.float8(4)
      standings.sumLnGapDays[i] = row.isNull(5) ? NaN : row.float8(5)
      standings.isBusiness[i] = row.bool(6) ? 1 : 0
      standings.dealLines[i] = row.int4(7)
      standings.dealDiscounted[i] = row.int4(8)
      standings.dealExpected[i] = row.float8(9)
      standings.dealVariance[i] = row.float8(10)
      standings.recentOccasions[i] = row.int4(11)
      standings.fullPriceOccasions[i] = row.int4(12)
      standings.benefitsUsed[i] = row.int4(13)
      standings.freeKits[i] = row.int4(14)
      standings.benefitAttempts[i] = row.int4(15)
      standings.benefitCuts[i] = row.int4(17)
      standings.first[i] = row.int4(18)
      standings.laterDiscounted[i] = row.int4(19)
      if (!row.isNull(20)) standings.laterLeftMinor[i] = row.int8(20)
      standings.linkedWithBenefit[i] = row.int4(21)
      i += 1
    })
    standings.count = i
    return { standings, newestAt }
  })
}

/** Takes in who was worked out since; false: somebody is new, and everybody is to be read again. */
async function follow(shop: ShopId, snapshot: Snapshot): Promise<boolean> {
  if (now() - snapshot.lookedAt < LOOK_EVERY_MS) return true
  snapshot.lookedAt = now()
  // A row may be committed after one of a later moment; those of the run itself are known.
  const since = Math.max(snapshot.asOf, snapshot.newestAt - COMMITTED_WITHIN_MS)
  const { standings: fresh, newestAt } = await loadStandings(shop, since)
  const { standings, cycles } = snapshot
  const places: number[] = []
  for (let i = 0; i < fresh.count; i += 1) {
    const place = placeOf(standings, fresh.customers[i]!)
    if (place < 0) return false
    places.push(place)
  }
  for (const [i, place] of places.entries())
    for (const column of Object.keys(standings) as (keyof Standings)[])
      if (column !== 'count') standings[column][place] = fresh[column][i]!
  snapshot.newestAt = Math.max(snapshot.newestAt, newestAt)
  if (places.length > 0) cycles.version = 0
  return true
}

/** Where a customer stands in columns that are in the order of the customers; -1: nowhere. */
function placeOf({ customers, count }: Standings, customer: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (customers[middle]! < customer) low = middle + 1
    else high = middle
  }
  return low < count && customers[low] === customer ? low : -1
}

/** Who is in a segment as of the snapshot's moment: 1 per member. */
export function membersOf(
  snapshot: Snapshot,
  segment: SegmentKey,
  estimates: Estimates,
  thresholds: Thresholds,
  learned: Learned,
): Uint8Array {
  const { standings } = snapshot
  const members = new Uint8Array(standings.count)
  if (segment === 'cherry-picker') {
    const tierOf = tierUnder(learned, thresholds)
    const facts = emptyCherryFacts()
    for (let i = 0; i < standings.count; i += 1) {
      cherryFactsInto(facts, standings, i)
      if (isPicker(tierOf(facts))) members[i] = 1
    }
    return members
  }
  const stages = stagesOf(snapshot, estimates, thresholds)
  const wanted = STAGES.indexOf(segment)
  for (let i = 0; i < standings.count; i += 1) if (stages[i] === wanted) members[i] = 1
  return members
}

/** Everybody's stage as of the snapshot's moment, as an index of STAGES. */
export function stagesOf(snapshot: Snapshot, estimates: Estimates, thresholds: Thresholds): Uint8Array {
  const { standings, asOf } = snapshot
  const cycleDays = cyclesUnder(snapshot, estimates)
  const limits = limitsOf(estimates, thresholds)
  const stages = new Uint8Array(standings.count)
  for (let i = 0; i < standings.count; i += 1) {
    stages[i] = stageIndexAt(standings.n[i]!, asOf - standings.lastAt[i]!, cycleDays[i]!, limits)
  }
  return stages
}

function cyclesUnder({ standings, cycles }: Snapshot, estimates: Estimates): Float64Array {
  if (cycles.version === estimates.version) return cycles.days
  for (let i = 0; i < standings.count; i += 1) {
    cycles.days[i] = cycleDaysOf(standings.n[i]!, standings.sumLnGapDays[i]!, estimates.cycleDays)
  }
  cycles.version = estimates.version
  return cycles.days
}
