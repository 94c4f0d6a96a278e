import type { CustomerRow, Outcome, SegmentKey, SegmentPage } from '#app/domain/pages.ts'
import { tagOfSegment } from '#app/domain/publication.ts'
import { OUTCOME_WITHIN_DAYS } from '#app/domain/replay.ts'
import { dayText } from '#app/domain/shop-calendar.ts'
import type { SummaryData } from '#app/domain/summary.ts'
import { Bug } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { countMembers } from './counts.ts'
import { customerRows, memberIds, withEvidence, withOutlook } from './customer-rows.ts'
import { keptOutIn } from './exclusions-page.ts'
import { idsByPriority, shopOutlook } from './outlook.ts'
import { dayOf, dayOfRow, stageRows } from './pages.ts'
import { adminUrl, readShopState, workedOut, type ShopState } from './shop-state.ts'

const EXAMPLES = 10
/** The list that asks whom to begin with. */
const RANKED: SegmentKey = 'at-risk'

/** One segment. @throws {InvalidInput} not-found before the first run of the stages */
export async function segmentPage(shop: ShopId, segment: SegmentKey): Promise<SegmentPage> {
  const keptOut = await keptOutIn(shop, segment, now())
  return withShop(shop, async (tx) => {
    const state = await readShopState(tx, shop)
    const { summary, estimates } = workedOut(shop, state)
    const rows = await stageRows(tx, shop, state, await countMembers(tx, shop))
    const row = rows.find((each) => each.segment === segment)
    if (!row) throw new Bug(`no row for segment ${segment}`)
    const { settings } = state
    const tag = tagOfSegment(segment, settings)
    const filter = tag === null ? '' : `?query=${encodeURIComponent(`tag:"${tag}"`)}`
    const isRanked = segment === RANKED
    const ids = isRanked
      ? await idsByPriority(tx, shop, segment, EXAMPLES)
      : await memberIds(tx, shop, segment, 0, EXAMPLES)
    const people = await customerRows(tx, shop, ids, state)
    return {
      segment,
      row,
      thresholds: settings.thresholds,
      estimates,
      examples: await explained(tx, shop, segment, people, state),
      outlook: isRanked ? await shopOutlook(tx, shop, state) : null,
      outcome: outcomeOf(segment, summary),
      trend: await trendOf(tx, shop, segment, { day: dayOf(row.updatedAt, state), customers: row.customers }),
      // Cherry-picker is never replayed: its trend begins with the first run.
      replayedUntil: segment === 'cherry-picker' ? null : dayText(dayOf(summary.firstAsOf, state) - 1),
      shopifyListUrl: adminUrl(state.domain, `customers${filter}`),
      tag,
      freshness: await freshnessOf(tx, shop),
      keptOut,
      learned: learnedOfCherry(state),
      taggingOn: settings.taggingOn,
      announceMoves: settings.announceMoves,
    }
  })
}

/** The rows with what their page says of each beyond the stage. */
function explained(
  tx: Tx,
  shop: ShopId,
  segment: SegmentKey,
  people: CustomerRow[],
  state: ShopState,
): CustomerRow[] | Promise<CustomerRow[]> {
  if (segment === 'cherry-picker') return withEvidence(tx, shop, people, state)
  return segment === RANKED ? withOutlook(tx, shop, people, state) : people
}

function learnedOfCherry({ learned }: ShopState): SegmentPage['learned'] {
  const { mixture, adoptedAt, saleMondays } = learned
  return { mixture: mixture && { people: mixture.people, at: adoptedAt }, saleWeeks: saleMondays.length }
}

function outcomeOf(segment: SegmentKey, summary: SummaryData): Outcome | null {
  if (segment === 'cherry-picker') return null
  const outcome = summary.outcomes[segment]
  return outcome.then > 0 ? { ...outcome, days: OUTCOME_WITHIN_DAYS } : null
}

/** The ends of the stored days, and today so far. */
async function trendOf(
  tx: Tx,
  shop: ShopId,
  segment: SegmentKey,
  today: { day: number; customers: number },
): Promise<SegmentPage['trend']> {
  const days = await tx.stageDay.findMany({ where: { shop, stage: segment }, orderBy: { day: 'asc' } })
  const past = days.filter((row) => dayOfRow(row.day) < today.day)
  return [
    ...past.map((row) => ({ day: dayText(dayOfRow(row.day)), customers: row.customers })),
    { ...today, day: dayText(today.day) },
  ]
}
