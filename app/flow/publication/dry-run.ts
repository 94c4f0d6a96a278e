import { csvLine } from '#app/domain/csv.ts'
import type { DryRun } from '#app/domain/pages.ts'
import type { SettingsData } from '#app/domain/settings.ts'
import { withShop, withShopBulk } from '#app/outside/database.server.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { taggingSettings } from './names.ts'
import { changesByCustomer, planGroups } from './plan.ts'
import { listRuns } from './runs.ts'

/** Settings to try before they are saved: another prefix, other texts. */
type Trial = Partial<Pick<SettingsData, 'tagPrefix' | 'tagTexts' | 'cherryPublicName'>>

/** What a run would change now, under the shop's settings or a trial of others. Nothing is changed. */
export async function dryRun(shop: ShopId, trial: Trial = {}): Promise<DryRun> {
  const planned = await withShopBulk(shop, async (tx) => {
    const settings = await taggingSettings(tx, shop)
    const groups = await planGroups(tx, { shop, purpose: 'start', settings: { ...settings, ...trial } })
    return { groups, taggingOn: settings.taggingOn }
  })
  const tags = new Map<string, { adds: number; removes: number }>()
  const count = (tag: string, what: 'adds' | 'removes', customers: number) => {
    const counts = tags.get(tag) ?? { adds: 0, removes: 0 }
    counts[what] += customers
    tags.set(tag, counts)
  }
  let [customers, metafields, preexisting, total] = [0, 0, 0, 0]
  for (const group of planned.groups) {
    total += group.customers
    if (group.preexisting.length > 0) preexisting += group.customers
    if (!group.changes) continue
    customers += group.customers
    if (group.state !== null || group.clear) metafields += group.customers
    for (const tag of group.add) count(tag, 'adds', group.customers)
    for (const tag of group.remove) count(tag, 'removes', group.customers)
  }
  const rest = await withShop(shop, async (tx) => {
    const [lastRun] = await listRuns(tx, shop, 1, ['start', 'update', 'remove', 'undo'])
    const summary = await tx.summary.findUnique({ where: { shop }, select: { asOf: true } })
    return { lastRun: lastRun ?? null, asOf: summary?.asOf.getTime() ?? 0 }
  })
  return {
    ...rest,
    tags: [...tags].map(([tag, counts]) => ({ tag, ...counts })).sort((a, b) => (a.tag < b.tag ? -1 : 1)),
    customers,
    metafields,
    preexisting,
    foreignTagsChanged: 0,
    taggingOn: planned.taggingOn,
    total,
  }
}

/** The dry run as a CSV file: one row for each customer who would change, with the tags to add and to remove. */
export async function dryRunList(shop: ShopId, trial: Trial = {}): Promise<string> {
  return withShopBulk(shop, async (tx) => {
    const settings = { ...(await taggingSettings(tx, shop)), ...trial }
    const input = { shop, purpose: 'start' as const, settings }
    const groups = await planGroups(tx, input)
    const endings = groups.map((group) =>
      csvLine([group.add.join('; '), group.remove.join('; '), group.state !== null || group.clear ? 'yes' : 'no']),
    )
    const rows = await changesByCustomer(tx, input, groups)
    return [
      csvLine(['customer_id', 'tags_added', 'tags_removed', 'segment_changed']),
      ...rows.map((row) => `${row.customer},${endings[row.group]}`),
    ].join('')
  })
}
