import type { SegmentKey, SegmentPreview } from '#app/domain/pages.ts'
import { patchedSettings, SettingsShape } from '#app/domain/settings.ts'
import type { Estimates, Thresholds } from '#app/domain/stages.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { saveSettings } from '../settings.ts'
import { customerRows } from './customer-rows.ts'
import { readShopState, workedOut, type ShopState } from './shop-state.ts'
import { membersOf, snapshotOf, stagesOf } from './snapshot.ts'

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
    const { learned } = state
    const saved = state.settings.thresholds
    const thresholds = validThresholds(state, changed)
    const snapshot = await snapshotOf(shop, asOf)
    const { standings } = snapshot
    const before = membersOf(snapshot, segment, estimates, saved, learned)
    const after = membersOf(snapshot, segment, estimates, thresholds, learned)
    const entering: bigint[] = []
    const leaving: bigint[] = []
    const moves = movesBetween(
      stagesOf(snapshot, estimates, saved),
      stagesOf(snapshot, estimates, thresholds),
      membersOf(snapshot, 'cherry-picker', estimates, saved, learned),
      membersOf(snapshot, 'cherry-picker', estimates, thresholds, learned),
    )
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
    const rows = await customerRows(tx, shop, [...entering, ...leaving], state, thresholds)
    return {
      customers,
      total: standings.count,
      share: standings.count > 0 ? customers / standings.count : 0,
      enters,
      leaves,
      moves,
      entering: rows.filter((row) => entering.includes(BigInt(row.customer))),
      leaving: rows.filter((row) => leaving.includes(BigInt(row.customer))),
    }
  })
}

/** The saved thresholds with a change laid over them. @throws {InvalidInput} as saving them would */
export function validThresholds({ settings }: Pick<ShopState, 'settings'>, changed: Partial<Thresholds>): Thresholds {
  const { version: _, ...data } = settings
  const read = SettingsShape.safeParse(patchedSettings(data, { thresholds: changed }))
  if (read.success) return read.data.thresholds
  const fields = Object.fromEntries(read.error.issues.map((issue) => [issue.path.join('.'), issue.message]))
  throw new InvalidInput('thresholds cannot be so', { fields })
}

/** Moves as Flow is told of them: of stage, and into and out of cherry-picker. */
function movesBetween(stages: Uint8Array, newStages: Uint8Array, pickers: Uint8Array, newPickers: Uint8Array): number {
  let moves = 0
  for (let i = 0; i < stages.length; i += 1) {
    if (stages[i] !== newStages[i]) moves += 1
    if (pickers[i] !== newPickers[i]) moves += 1
  }
  return moves
}

/**
 * Saves thresholds; everybody's stage is worked out again with them.
 *
 * @param announce  Shopify Flow is told of the moves that this brings
 */
export async function saveThresholds(shop: ShopId, changed: Partial<Thresholds>, announce = false): Promise<void> {
  await saveSettings(shop, { thresholds: changed, announceRuleMoves: announce })
}

/** How many moves between segments other thresholds would bring; null before the first run of the stages. */
export async function movesWith(shop: ShopId, thresholds: Thresholds): Promise<number | null> {
  return withShop(shop, async (tx) => {
    const { worked, settings, learned } = await readShopState(tx, shop)
    if (worked === null) return null
    const snapshot = await snapshotOf(shop, worked.asOf)
    const { estimates } = worked
    const of = (each: Thresholds) =>
      [stagesOf(snapshot, estimates, each), membersOf(snapshot, 'cherry-picker', estimates, each, learned)] as const
    const [stages, pickers] = of(settings.thresholds)
    const [newStages, newPickers] = of(thresholds)
    return movesBetween(stages, newStages, pickers, newPickers)
  })
}

/** How many customers other estimates would move to another stage. */
export async function movesUnder(shop: ShopId, state: ShopState, estimates: Estimates): Promise<number> {
  const worked = workedOut(shop, state)
  const snapshot = await snapshotOf(shop, worked.asOf)
  const { thresholds } = state.settings
  const after = stagesOf(snapshot, estimates, thresholds)
  const before = stagesOf(snapshot, worked.estimates, thresholds)
  let moves = 0
  for (let i = 0; i < before.length; i += 1) if (before[i] !== after[i]) moves += 1
  return moves
}
