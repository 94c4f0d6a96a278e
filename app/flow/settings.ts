import type { z } from 'zod'
import { SettingsShape, defaultSettings, patchedSettings } from '#app/domain/settings.ts'
import type { Settings, SettingsData, SettingsPatch } from '#app/domain/settings.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { BulkTx, ShopId, Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { ask } from './either-door.ts'

type Row = { version: number; data: unknown }

/** The shop's settings with every default filled in; version 0 while nothing was ever saved. */
export async function readSettings(tx: Tx | BulkTx, shop: ShopId): Promise<Settings> {
  const rows = await ask<Row>(tx, 'SELECT version, data FROM "Settings" WHERE shop = $1', [shop])
  return settingsOf(rows[0])
}

/** The same for a page. */
export function getSettings(shop: ShopId): Promise<Settings> {
  return withShop(shop, (tx) => readSettings(tx, shop))
}

function settingsOf(row: Row | undefined): Settings {
  if (!row) return { ...defaultSettings(), version: 0 }
  return { ...SettingsShape.parse(row.data), version: row.version }
}

/**
 * Whether the merchant has switched on the search for several accounts of one person. The settings stay as they are until this transaction ends, so that nothing is
 * written behind an erasure.
 */
export async function mayLinkAccounts(tx: BulkTx, shop: ShopId): Promise<boolean> {
  const rows = await tx.query(
    `SELECT FROM "Settings" WHERE shop = $1 AND data -> 'linkAccounts' = 'true'::jsonb FOR SHARE`,
    [shop],
  )
  return rows.length > 0
}

/**
 * Lays a change over the settings and owes what follows from it. Nothing is written, and no version counted, where the
 * change changes nothing.
 *
 * @throws {InvalidInput} with the screen text's key per field (`tagTexts.new`, `thresholds.lapsedRatio`, …)
 */
export async function saveSettings(shop: ShopId, patch: SettingsPatch): Promise<Settings> {
  return withShop(shop, (tx) => saveSettingsIn(tx, shop, patch))
}

/** The same inside the caller's transaction. */
export async function saveSettingsIn(tx: Tx | BulkTx, shop: ShopId, patch: SettingsPatch): Promise<Settings> {
  // The row must exist to be locked: two people save at once, and the second builds on the first.
  await ask(
    tx,
    `INSERT INTO "Settings" (shop, version, data, "updatedAt") VALUES ($1, 0, '{}', now()) ON CONFLICT DO NOTHING`,
    [shop],
  )
  const rows = await ask<Row>(tx, 'SELECT version, data FROM "Settings" WHERE shop = $1 FOR UPDATE', [shop])
  const before = settingsOf(rows[0])
  const { version, ...data } = before
  const parsed = SettingsShape.safeParse(patchedSettings(data, withTick(patch)))
  if (!parsed.success) throw new InvalidInput('settings cannot be so', { fields: fieldsOf(parsed.error) })
  const after = parsed.data
  if (same(data, after)) return before
  const saved = { ...after, version: version + 1 }
  await ask(tx, 'UPDATE "Settings" SET version = $2::int, data = $3::jsonb, "updatedAt" = now() WHERE shop = $1', [
    shop,
    saved.version,
    JSON.stringify(after),
  ])
  await oweWhatFollows(tx, shop, data, after)
  return saved
}

const RULE_FIELDS = ['thresholds', 'orderRule', 'benefitCodes'] as const

/** An edit of a rule is told to Flow only if that is ticked with it; an earlier tick is no longer meant. */
function withTick(patch: SettingsPatch): SettingsPatch {
  return RULE_FIELDS.some((field) => patch[field] !== undefined) ? { announceRuleMoves: false, ...patch } : patch
}

async function oweWhatFollows(tx: Tx | BulkTx, shop: ShopId, before: SettingsData, after: SettingsData): Promise<void> {
  const isRuleChanged = RULE_FIELDS.some((field) => !same(before[field], after[field]))
  if (isRuleChanged) await owe(tx, shop, 'recompute', String(shop), { cause: 'rule' })
  const isTagChanged = (['tagPrefix', 'tagTexts', 'cherryPublicName'] as const).some(
    (field) => !same(before[field], after[field]),
  )
  if (after.taggingOn && isTagChanged) await owe(tx, shop, 'publish', String(shop), {})
  if (after.linkAccounts && !before.linkAccounts) await owe(tx, shop, 'read-accounts', String(shop), {})
  const isSwitched = before.shopifySegmentsOn !== after.shopifySegmentsOn
  const isRenamed = after.shopifySegmentsOn && (isTagChanged || before.language !== after.language)
  if (isSwitched || isRenamed) await owe(tx, shop, 'sync-segments', String(shop), {})
}

function fieldsOf(error: z.ZodError): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const issue of error.issues) fields[issue.path.join('.')] ??= issue.message
  return fields
}

/** Both come out of the same shape, so their keys are in the same order but for the codes, which are sorted here. */
function same(a: unknown, b: unknown): boolean {
  return sorted(a) === sorted(b)
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )
}
