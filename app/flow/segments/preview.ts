import type { SegmentKey, SegmentPreview } from '#app/domain/pages.ts'
import { patchedSettings, SettingsShape } from '#app/domain/settings.ts'
import type { Estimates, Thresholds } from '#app/domain/stages.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { saveSettings } from '../settings.ts'
import { customerRows } from './customer-rows.ts'
import { readShopState, workedOut, type ShopState } from './shop-state.ts'
import { membersAt, snapshotOf, stagesAt } from './snapshot.ts'

const SHOWN = 10

/**
 * What saving these thresholds would do to one segment, as of the last run of the stages: asked at every keystroke.
 *
 * @throws {InvalidInput} as saving them would
 */
export async function previewSegment(
  shop: ShopId,
  segment: SegmentKey,
  changed: Partial<Thresholds>,
): Promise<SegmentPreview> {
  return withShop(shop, async (tx) => {
    const state = await readShopState(tx, shop)
    const { asOf, estimates } = workedOut(shop, state)
    const saved = state.settings.thresholds
    const thresholds = validThresholds(state, changed)
    const standings = await snapshotOf(shop, asOf)
    const before = membersAt(standings, segment, asOf, estimates, saved)
    const after = membersAt(standings, segment, asOf, estimates, thresholds)
    const entering: bigint[] = []
    const leaving: bigint[] = []
    let customers = 0
    let enters = 0
    let leaves = 0
    for (let i = 0; i < standings.count; i += 1) {
      if (after[i] === 1) customers += 1
      if (after[i] === before[i]) continue
      const isEntering = after[i] === 1
      if (isEntering) enters += 1
      else leaves += 1
      const shown = isEntering ? entering : leaving
      if (shown.length < SHOWN) shown.push(BigInt(standings.customers[i]!))
    }
    return {
      customers,
      total: standings.count,
      share: standings.count > 0 ? customers / standings.count : 0,
      enters,
      leaves,
      entering: await customerRows(tx, shop, entering, state, thresholds),
      leaving: await customerRows(tx, shop, leaving, state, thresholds),
    }
  })
}

function validThresholds({ settings }: ShopState, changed: Partial<Thresholds>): Thresholds {
  const { version: _, ...data } = settings
  const read = SettingsShape.safeParse(patchedSettings(data, { thresholds: changed }))
  if (read.success) return read.data.thresholds
  const fields = Object.fromEntries(read.error.issues.map((issue) => [issue.path.join('.'), issue.message]))
  throw new InvalidInput('thresholds cannot be so', { fields })
}

/** Saves thresholds; everybody's stage is worked out again with them. */
export async function saveThresholds(shop: ShopId, changed: Partial<Thresholds>): Promise<void> {
  await saveSettings(shop, { thresholds: changed })
}

/** How many customers other estimates would move to another stage. */
export async function movesUnder(shop: ShopId, state: ShopState, estimates: Estimates): Promise<number> {
  const worked = workedOut(shop, state)
  const standings = await snapshotOf(shop, worked.asOf)
  const { thresholds } = state.settings
  const before = stagesAt(standings, worked.asOf, worked.estimates, thresholds)
  const after = stagesAt(standings, worked.asOf, estimates, thresholds)
  let moves = 0
  for (let i = 0; i < standings.count; i += 1) if (before[i] !== after[i]) moves += 1
  return moves
}
