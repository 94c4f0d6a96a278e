/** A setup of another shop: what it would change here, taking it over in one step, and undoing that in one. */
import { z } from 'zod'
import { estimatesAt } from '#app/domain/estimates.ts'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { segmentsNamed, type Rule } from '#app/domain/rules/rule.ts'
import {
  copiedSettings,
  readSetup,
  segmentsHere,
  settingChanges,
  type CopiedSettings,
  type LeftOutOfSetup,
  type Setup,
} from '#app/domain/setup-copy.ts'
import type { SetupDiff, SetupPage, SetupSegment } from '#app/domain/setup-pages.ts'
import { patchedSettings, SettingsShape } from '#app/domain/settings.ts'
import { windowDaysOf } from '#app/domain/stages.ts'
import { adoptedOf, type EstimatesRow } from '#app/domain/stored-estimates.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { readSettings, saveSettingsIn } from '../../settings.ts'
import { countRule } from '../own/preview.ts'
import { deleteOwnIn, holdOwnSegments, saveOwnIn } from '../own/save.ts'
import { currencyOf, ownSegments, ruleContext, rulesById, type OwnSegmentRow } from '../own/stored.ts'
import { movesWith } from '../preview.ts'
import { fileIn, productsOfSkus } from './file.ts'

const KEPT_DAYS = 30
const LONGEST_MS = 20_000

/** What stood before, and what was written: so that it is known whether anything was changed since. */
const BeforeShape = z.object({
  settings: z.custom<CopiedSettings>(),
  changed: z.array(z.object({ id: z.number(), name: z.string(), rule: z.unknown() })),
})
const AfterShape = z.object({
  settings: z.custom<CopiedSettings>(),
  segments: z.array(z.object({ id: z.number(), version: z.number() })),
})

/** What the page stands on before a file is chosen. */
export async function setupPage(shop: ShopId): Promise<SetupPage> {
  return withShopBulk(shop, async (tx) => {
    const { setup, leftOut } = await fileIn(tx, shop)
    const applied = await lastApplied(tx, shop)
    return {
      segments: setup.segments.length,
      leftOut,
      applied: applied === null ? null : { at: applied.at, until: applied.at + KEPT_DAYS * DAY_MS },
    }
  })
}

/** What taking this file over would change. Nothing is changed. */
export async function lookAtSetup(shop: ShopId, text: string): Promise<SetupDiff> {
  const setup = readSetup(text)
  if ('fault' in setup) return setup
  const looked = await withShopBulk(shop, async (tx) => {
    await tx.query(`SELECT set_config('statement_timeout', '${LONGEST_MS}', true)`)
    const before = await stateOf(tx, shop)
    // What would be refused is found out by doing it, and then not keeping it.
    await tx.query('SAVEPOINT untouched')
    const { written, leftOut } = await write(tx, shop, setup)
    const after = await stateOf(tx, shop)
    await tx.query('ROLLBACK TO SAVEPOINT untouched')
    const context = await ruleContext(tx, shop, rulesById(after.segments), now())
    const segments: SetupSegment[] = []
    for (const id of written) {
      const is = after.segments.find((each) => each.id === id)!
      const was = before.segments.find((each) => each.id === id)
      if (was && is.version === was.version) segments.push({ name: is.name, kind: 'same', ...NOBODY })
      else {
        const kind = was ? ('changed' as const) : ('new' as const)
        const { members, enters, leaves } = await countRule(tx, context, is.rule, was?.rule ?? null)
        segments.push({ name: is.name, kind, members, enters, leaves })
      }
    }
    const adopted = adoptedOf(await tx.query<EstimatesRow>('SELECT * FROM "Estimates" WHERE "shop" = $1', [shop]))
    const windowOf = ({ settings }: State) => windowDaysOf(estimatesAt(adopted, now()), settings.thresholds)
    const changes = settingChanges(before.settings, after.settings)
    return {
      after: after.settings,
      diff: {
        fault: null,
        settings: changes,
        windowDays: adopted.length === 0 ? null : { before: windowOf(before), after: windowOf(after) },
        isRecounted: changes.some(({ field }) => /^(orderRule|benefitCodes)\./.test(field)),
        codesUnknown: await codesUnknown(tx, shop, setup),
        segments,
        leftOut,
        kept: before.segments.filter(({ id }) => !written.includes(id)).length,
        taggingOn: before.taggingOn,
      },
    }
  })
  return { ...looked.diff, moves: await movesWith(shop, looked.after.thresholds) }
}

const NOBODY = { members: null, enters: 0, leaves: 0 }

/**
 * Takes a file over: settings and segments together or not at all. Tagging stays as it is.
 *
 * @throws {InvalidInput} the file is none, or a setting of it cannot be here
 */
export async function takeOverSetup(shop: ShopId, text: string): Promise<void> {
  const setup = readSetup(text)
  if ('fault' in setup) throw new InvalidInput(`no setup: ${setup.fault.kind}`, { fields: { file: setup.fault.kind } })
  await withShopBulk(shop, async (tx) => {
    const before = await heldState(tx, shop)
    const { written } = await write(tx, shop, setup)
    const after = await stateOf(tx, shop)
    const versionOf = new Map(before.segments.map(({ id, version }) => [id, version]))
    const touched = after.segments.filter(({ id, version }) => written.includes(id) && versionOf.get(id) !== version)
    const isTouched = (id: number) => touched.some((each) => each.id === id)
    const changed = before.segments.filter(({ id }) => isTouched(id)).map(({ id, name, rule }) => ({ id, name, rule }))
    await tx.query(
      `INSERT INTO "SetupCopy" ("shop", "appliedAt", "before", "after") VALUES ($1, $2, $3::jsonb, $4::jsonb)
       ON CONFLICT ("shop") DO UPDATE SET "appliedAt" = excluded."appliedAt", "before" = excluded."before",
         "after" = excluded."after"`,
      [
        shop,
        new Date(now()),
        JSON.stringify({ settings: before.settings, changed } satisfies z.infer<typeof BeforeShape>),
        JSON.stringify({
          settings: after.settings,
          segments: touched.map(({ id, version }) => ({ id, version })),
        } satisfies z.infer<typeof AfterShape>),
      ],
    )
  })
}

/**
 * Puts back what was set before the last setup was taken over.
 *
 * @throws {InvalidInput} `fields.undo`: `gone`, there is nothing to undo (any more); `changed`, something of it was changed
 *                        since, and nothing is put back
 */
export async function undoSetup(shop: ShopId): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    const present = await heldState(tx, shop)
    const applied = await lastApplied(tx, shop)
    if (applied === null) throw notUndone('gone')
    const { before, after } = applied
    const isSame =
      settingChanges(after.settings, present.settings).length === 0 &&
      settingChanges(present.settings, after.settings).length === 0 &&
      after.segments.every(({ id, version }) =>
        present.segments.some((each) => each.id === id && each.version === version),
      )
    if (!isSame) throw notUndone('changed')
    await putSettingsBack(tx, shop, before.settings, present.settings)
    const made = after.segments.filter(({ id }) => !before.changed.some((each) => each.id === id))
    try {
      for (const { id, name, rule } of before.changed) await saveOwnIn(tx, shop, id, { name, rule })
      await deleteAll(
        tx,
        shop,
        made.map(({ id }) => id),
      )
    } catch (error) {
      // Another segment of the merchant's has come to name one of them, or keeps its customers out of rewards.
      if (error instanceof InvalidInput) throw notUndone('changed')
      throw error
    }
    await tx.query('DELETE FROM "SetupCopy" WHERE "shop" = $1', [shop])
  })
}

function notUndone(why: 'gone' | 'changed'): InvalidInput {
  return new InvalidInput(`a setup is not undone: ${why}`, { fields: { undo: why } })
}

/** Codes that were answered about only by the file are asked about again. */
async function putSettingsBack(
  tx: BulkTx,
  shop: ShopId,
  before: CopiedSettings,
  present: CopiedSettings,
): Promise<void> {
  const added = Object.keys(present.benefitCodes).filter((key) => !Object.hasOwn(before.benefitCodes, key))
  const forgotten = Object.fromEntries(added.map((key) => [key, null]))
  await saveSettingsIn(tx, shop, { ...before, benefitCodes: { ...before.benefitCodes, ...forgotten } })
}

/** Those that name others go before the ones that they name. */
async function deleteAll(tx: BulkTx, shop: ShopId, ids: readonly number[]): Promise<void> {
  const left = new Set(ids)
  while (left.size > 0) {
    const segments = await ownSegments(tx, shop)
    const isNamed = (id: number) => segments.some((each) => each.id !== id && segmentsNamed(each.rule).includes(id))
    const next = [...left].find((id) => !isNamed(id)) ?? [...left][0]!
    await deleteOwnIn(tx, shop, next)
    left.delete(next)
  }
}

type State = { settings: CopiedSettings; taggingOn: boolean; segments: OwnSegmentRow[] }

async function stateOf(tx: BulkTx, shop: ShopId): Promise<State> {
  const settings = await readSettings(tx, shop)
  return { settings: copiedSettings(settings), taggingOn: settings.taggingOn, segments: await ownSegments(tx, shop) }
}

/** The same, and it stays so until this transaction ends: what is saved in the same instant is either in it, or waits. */
async function heldState(tx: BulkTx, shop: ShopId): Promise<State> {
  // Laying no change over the settings locks them, in the order in which `write` comes to them.
  await saveSettingsIn(tx, shop, {})
  await holdOwnSegments(tx, shop)
  return stateOf(tx, shop)
}

type Written = { written: number[]; leftOut: LeftOutOfSetup[] }

/** A segment of the same name becomes a new version; one of another name is made; the shop's others stay. */
async function write(tx: BulkTx, shop: ShopId, setup: Setup): Promise<Written> {
  await saveSettingsIn(tx, shop, setup.settings)
  const currency = await currencyOf(tx, shop)
  const { ready, leftOut } = segmentsHere(setup, { productOf: await productsOfSkus(tx, shop, setup), currency })
  const idOf = new Map<number, number>()
  const refused: LeftOutOfSetup[] = []
  for (const { place, name, names, ruleWith } of ready) {
    const lacking = names.find((named) => !idOf.has(named))
    if (lacking !== undefined) {
      refused.push({ name, why: [{ kind: 'segment', what: setup.segments[lacking - 1]!.name }] })
      continue
    }
    try {
      const known = (await ownSegments(tx, shop)).find((each) => each.name === name)
      const rule: Rule = ruleWith((named) => idOf.get(named)!)
      idOf.set(place, await saveOwnIn(tx, shop, known?.id ?? null, { name, rule }))
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
      refused.push({ name, why: [{ kind: 'refused', what: Object.values(error.fields)[0] ?? error.code }] })
    }
  }
  return { written: [...idOf.values()], leftOut: [...leftOut, ...refused] }
}

async function codesUnknown(tx: BulkTx, shop: ShopId, setup: Setup): Promise<string[]> {
  const codes = Object.keys(setup.settings.benefitCodes)
  const rows = await tx.query<{ key: string }>(
    'SELECT "key" FROM "DiscountUse" WHERE "shop" = $1 AND "key" = ANY ($2)',
    [shop, codes],
  )
  const known = new Set(rows.map(({ key }) => key))
  return codes.filter((key) => !known.has(key))
}

/** Forgets what could be undone and cannot be any more: what the shop had set before is kept no longer than it is of use. */
export async function forgetOldSetup(shop: ShopId): Promise<void> {
  await withShopBulk(shop, (tx) =>
    tx.query('DELETE FROM "SetupCopy" WHERE "shop" = $1 AND "appliedAt" <= $2', [shop, forgottenUntil()]),
  )
}

/** What was taken over until then is kept no longer. */
function forgottenUntil(): Date {
  return new Date(now() - KEPT_DAYS * DAY_MS)
}

type Applied = { at: Instant; before: z.infer<typeof BeforeShape>; after: z.infer<typeof AfterShape> }

async function lastApplied(tx: BulkTx, shop: ShopId): Promise<Applied | null> {
  const [row] = await tx.query<{ appliedAt: Date; before: unknown; after: unknown }>(
    'SELECT * FROM "SetupCopy" WHERE "shop" = $1 AND "appliedAt" > $2',
    [shop, forgottenUntil()],
  )
  if (!row) return null
  const before = BeforeShape.parse(row.before)
  const after = AfterShape.parse(row.after)
  return {
    at: row.appliedAt.getTime(),
    before: { ...before, settings: whole(before.settings) },
    after: { ...after, settings: whole(after.settings) },
  }
}

/** As it is read today: a setting that has come since has its default. */
function whole(settings: CopiedSettings): CopiedSettings {
  return copiedSettings(SettingsShape.parse(patchedSettings(SettingsShape.parse({}), settings)))
}
