import { isPicker, isWatched, type CherryFacts, type CherryTier } from '#app/domain/cherry-picker.ts'
import type { Instant } from '#app/domain/order.ts'
import { cherryFactsInto, emptyCherryFacts } from '#app/domain/standings.ts'
import { STAGES, type Stage } from '#app/domain/stages.ts'
import { SummaryShape, type SummaryData } from '#app/domain/summary.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { Folded } from './fold.ts'
import type { OrderColumns } from './read-orders.ts'
import type { Replay } from './stage-days.ts'

export async function readSummary(tx: BulkTx, shop: ShopId): Promise<SummaryData | null> {
  const [row] = await tx.query<{ data: unknown }>('SELECT "data" FROM "Summary" WHERE "shop" = $1', [shop])
  return row ? SummaryShape.parse(row.data) : null
}

export async function writeSummary(tx: BulkTx, shop: ShopId, asOf: Instant, data: SummaryData): Promise<void> {
  await tx.query(
    `INSERT INTO "Summary" ("shop", "asOf", "data") VALUES ($1, $2, $3)
      ON CONFLICT ("shop") DO UPDATE SET "asOf" = excluded."asOf", "data" = excluded."data"`,
    [shop, new Date(asOf), JSON.stringify(data)],
  )
}

function byStage<T>(value: (stage: Stage, index: number) => T): Record<Stage, T> {
  return Object.fromEntries(STAGES.map((stage, index) => [stage, value(stage, index)])) as Record<Stage, T>
}

export function summaryOf(
  orders: Pick<OrderColumns, 'total' | 'leftOut'>,
  folded: Folded,
  replay: Pick<Replay, 'stage' | 'outcomes'>,
  tierOf: (facts: CherryFacts) => CherryTier,
  rest: Pick<SummaryData, 'withoutBenefit' | 'firstAsOf' | 'evidence'>,
): SummaryData {
  const { standings, money } = folded
  const customers = STAGES.map(() => 0)
  const revenue = STAGES.map(() => 0)
  const cherryPicker = { customers: 0, revenue12m: 0 }
  const cherry = emptyCherryFacts()
  let watched = 0
  let reorderers = 0
  for (let i = 0; i < standings.count; i += 1) {
    const stage = replay.stage[i]!
    if (stage < STAGES.length) {
      customers[stage]! += 1
      revenue[stage]! += money.net12mMinor[i]!
    }
    if (standings.n[i]! > 1 && standings.isBusiness[i] === 0) reorderers += 1
    cherryFactsInto(cherry, standings, i)
    if (isWatched(cherry)) watched += 1
    if (!isPicker(tierOf(cherry))) continue
    cherryPicker.customers += 1
    cherryPicker.revenue12m += money.net12mMinor[i]!
  }
  return {
    orders: orders.total,
    leftOut: orders.leftOut,
    customers: byStage((_, index) => customers[index]!),
    revenue12m: byStage((_, index) => revenue[index]!),
    cherryPicker,
    watched,
    reorderers,
    lastOrderUnknown: 0,
    outcomes: byStage((_, index) => ({
      then: replay.outcomes.then[index]!,
      orderedAgain: replay.outcomes.orderedAgain[index]!,
    })),
    ...rest,
  }
}
