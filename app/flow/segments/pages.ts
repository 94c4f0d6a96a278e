import { benefitStateOf } from '#app/domain/cherry-picker.ts'
import type { Instant, LeftOutReason } from '#app/domain/order.ts'
import type { BenefitCodeCard, HomePage, SegmentsPage, SetupStep, StageRow, SyncState } from '#app/domain/pages.ts'
import { dayFromText, dayText, shopCalendar } from '#app/domain/shop-calendar.ts'
import { STAGES, windowDaysOf, type Stage } from '#app/domain/stages.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { themeEditorUrl } from '../theme-editor.ts'
import { countMembers, type MemberCounts } from './counts.ts'
import { movesUnder } from './preview.ts'
import { linkingOf } from './people/linking.ts'
import { moneyOf, readShopState, type ShopState } from './shop-state.ts'

/** A share of fewer than this many says nothing. */
const SHARE_NEEDS = 20
const CODES_SHOWN = 50
/** The groups that a merchant grows: the thinnest of them is named. */
const HEALTHY: readonly Stage[] = ['new', 'repeat', 'loyal']

/** Home, but for the road from Shopify, which another stage knows. */
export async function homePage(shop: ShopId): Promise<Omit<HomePage, keyof SyncState>> {
  return withShop(shop, async (tx) => {
    const state = await readShopState(tx, shop)
    const codes = await benefitCodes(tx, shop, state)
    return {
      currency: state.currency,
      steps: stepsOf(state, codes),
      week: state.worked ? weekOf(state, await countMembers(tx, shop)) : null,
      codes,
      freshness: await freshnessOf(tx, shop),
      themeEditorUrl: themeEditorUrl(state.domain, 'segment-message'),
      pairsToReview: (await linkingOf(tx, shop)).waiting,
    }
  })
}

function stepsOf({ settings, worked }: ShopState, codes: BenefitCodeCard[]): HomePage['steps'] {
  const isDone: Record<SetupStep, boolean> = {
    import: worked !== null,
    // A shop without any discount has nothing to name.
    'benefit-codes': Object.keys(settings.benefitCodes).length > 0 || (worked !== null && codes.length === 0),
    look: settings.setup.lookedAt,
    tagging: settings.taggingOn,
    theme: settings.setup.themeAdded,
  }
  return (['import', 'benefit-codes', 'look', 'tagging', 'theme'] as const).map((step) => ({
    step,
    isDone: isDone[step],
  }))
}

function weekOf(state: ShopState, { customers, revenue12m }: MemberCounts): HomePage['week'] {
  const buyers = STAGES.reduce((sum, stage) => sum + (stage === 'prospect' ? 0 : customers[stage]), 0)
  const thinnest = [...HEALTHY].sort((a, b) => customers[a] - customers[b])[0]!
  return {
    atRiskCount: customers['at-risk'],
    atRisk12m: moneyOf(state, revenue12m['at-risk']),
    thinnest: buyers > 0 ? { stage: thinnest, share: customers[thinnest] / buyers } : null,
  }
}

/** Opens the theme editor with our block ready to be placed. */
const STATES: readonly BenefitCodeCard['state'][] = ['confirmed', 'proposed', 'other', 'declined']

async function benefitCodes(
  tx: Tx,
  shop: ShopId,
  { worked, settings, currency }: ShopState,
): Promise<BenefitCodeCard[]> {
  if (!worked) return []
  const uses = await tx.discountUse.findMany({
    where: { shop },
    orderBy: [{ uses: 'desc' }, { key: 'asc' }],
    take: 1000,
  })
  const without = worked.summary.withoutBenefit
  const cards = uses.map((use): BenefitCodeCard => ({
    key: use.key,
    label: use.key.slice(use.key.indexOf(':') + 1),
    firstOrders: use.firstUses,
    given: { minor: Number(use.discountMinor), currency: currency ?? '' },
    windowDays: Math.round(windowDaysOf(worked.estimates, settings.thresholds)),
    cameBackShare: use.matured >= SHARE_NEEDS ? use.cameBack / use.matured : null,
    cameBackShareWithout: without.matured >= SHARE_NEEDS ? without.cameBack / without.matured : null,
    shareOnFirst: use.uses > 0 ? use.firstUses / use.uses : 0,
    uses: use.uses,
    state: benefitStateOf(use, settings.benefitCodes),
  }))
  return cards.sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state)).slice(0, CODES_SHOWN)
}

/** All segments, but for the merchant's own (own/pages.ts) and for the import, which another stage knows. */
export async function segmentsPage(shop: ShopId): Promise<Omit<SegmentsPage, 'import' | 'own'>> {
  const { state, counts, rows, freshness } = await withShop(shop, async (tx) => {
    const read = await readShopState(tx, shop)
    const counted = await countMembers(tx, shop)
    const shown = await stageRows(tx, shop, read, counted)
    return { state: read, counts: counted, rows: shown, freshness: await freshnessOf(tx, shop) }
  })
  const moves = state.proposal ? await movesUnder(shop, state, state.proposal) : 0
  return {
    freshness,
    estimates: state.worked?.estimates ?? null,
    proposal: state.proposal ? { estimates: state.proposal, moves } : null,
    rows,
    totalCustomers: counts.total,
    lastOrderUnknown: counts.lastOrderUnknown,
    watched: counts.watched,
    flags: counts.flags,
    taggingOn: state.settings.taggingOn,
    announceMoves: state.settings.announceMoves,
    isLookedAt: state.settings.setup.lookedAt,
    asksWatchFirst: state.settings.setup.watchFirst === null && !state.settings.setup.watchFirstDismissed,
  }
}

/** A row for each segment as it is now; none before the first run. */
export async function stageRows(tx: Tx, shop: ShopId, state: ShopState, counts: MemberCounts): Promise<StageRow[]> {
  const { worked, settings } = state
  if (!worked) return []
  const updatedAt = Math.max(worked.asOf, counts.decidedAt ?? 0)
  const today = dayOf(updatedAt, state)
  const past = await tx.stageDay.findMany({
    where: { shop, day: { in: [7, 30].map((days) => new Date(`${dayText(today - days)}T00:00:00Z`)) } },
  })
  const pastOf = new Map(past.map((row) => [`${dayText(dayOfRow(row.day))} ${row.stage}`, row.customers]))
  return [...STAGES, 'cherry-picker' as const].map((segment): StageRow => {
    const isFlag = segment === 'cherry-picker'
    const customers = isFlag ? counts.cherryPicker.customers : counts.customers[segment]
    const revenue = isFlag ? counts.cherryPicker.revenue12m : counts.revenue12m[segment]
    const changeSince = (days: number): number | null => {
      const then = pastOf.get(`${dayText(today - days)} ${segment}`)
      return then === undefined ? null : customers - then
    }
    return {
      segment,
      customers,
      share: counts.total > 0 ? customers / counts.total : 0,
      revenue12m: moneyOf(state, revenue),
      change7: changeSince(7),
      change30: changeSince(30),
      updatedAt,
      isTagged: settings.taggingOn && segment !== 'prospect',
    }
  })
}

/** The shop's calendar day of one instant. */
export function dayOf(at: Instant, { timezone }: ShopState): number {
  return shopCalendar(timezone, at, at).dayOf(at)
}

/** A date column: Prisma gives it as midnight UTC. */
export function dayOfRow(day: Date): number {
  return dayFromText(day.toISOString().slice(0, 10))
}

type LeftOut = { orders: number; counted: number; reasons: { reason: LeftOutReason; orders: number }[] }

/** How many orders do not count and why, for Settings; null before the first run. */
export async function leftOut(shop: ShopId): Promise<LeftOut | null> {
  return withShop(shop, async (tx) => {
    const { worked } = await readShopState(tx, shop)
    if (!worked) return null
    const { orders, leftOut: numbers } = worked.summary
    const reasons = (Object.keys(numbers) as LeftOutReason[]).map((reason) => ({ reason, orders: numbers[reason] }))
    const left = reasons.reduce((sum, each) => sum + each.orders, 0)
    return { orders, counted: orders - left, reasons: reasons.filter((each) => each.orders > 0) }
  })
}

/** What a merchant can say of codes, for Settings and the setup guide. */
export async function discountList(shop: ShopId): Promise<BenefitCodeCard[]> {
  return withShop(shop, async (tx) => benefitCodes(tx, shop, await readShopState(tx, shop)))
}
