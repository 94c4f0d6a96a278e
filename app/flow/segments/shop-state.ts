import { estimatesAt } from '#app/domain/estimates.ts'
import { learnedOf, NOTHING_LEARNED, type Learned } from '#app/domain/learned.ts'
import type { Instant } from '#app/domain/order.ts'
import type { Money } from '#app/domain/money.ts'
import type { Settings } from '#app/domain/settings.ts'
import { adoptedOf, proposalOf, type EstimatesRow } from '#app/domain/stored-estimates.ts'
import type { Estimates } from '#app/domain/stages.ts'
import { SummaryShape, type SummaryData } from '#app/domain/summary.ts'
import { InvalidInput } from '#app/errors.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import { readSettings } from '../settings.ts'

/** What every page of a shop starts from. */
export type ShopState = {
  domain: string
  currency: string | null
  timezone: string | null
  /** Shopify hides older orders: what is known of customers are its counts. */
  isLimited: boolean
  settings: Settings
  /** Null until the first run of the stages. */
  worked: { asOf: Instant; summary: SummaryData; estimates: Estimates } | null
  /** Nothing before the first run. */
  learned: Learned
  adopted: Estimates[]
  proposal: Estimates | null
}

type Row = {
  domain: string
  currency: string | null
  timezone: string | null
  limited: boolean
  asOf: Date | null
  summary: unknown
  learned: { version: number; adoptedAt: string; data: unknown } | null
  versions: (Omit<EstimatesRow, 'takenAt' | 'adoptedAt'> & { takenAt: string; adoptedAt: string | null })[] | null
}

export async function readShopState(tx: Tx, shop: ShopId): Promise<ShopState> {
  // One question instead of three: the live count asks it at every keystroke.
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT s."domain", s."currency", s."timezone", s."limited", y."asOf", y."data" AS "summary",
      (SELECT jsonb_agg(to_jsonb(e) ORDER BY e."version") FROM "Estimates" e WHERE e."shop" = s."shop") AS "versions",
      (SELECT to_jsonb(l) FROM "Learned" l WHERE l."shop" = s."shop" ORDER BY l."version" DESC LIMIT 1) AS "learned"
    FROM "Shop" s LEFT JOIN "Summary" y ON y."shop" = s."shop" WHERE s."shop" = ${shop}`
  if (!row) throw new InvalidInput(`no shop ${shop}`, { code: 'not-found' })
  const settings = await readSettings(tx, shop)
  const versions = (row.versions ?? []).map((version): EstimatesRow => ({
    ...version,
    takenAt: new Date(version.takenAt),
    adoptedAt: version.adoptedAt === null ? null : new Date(version.adoptedAt),
  }))
  const adopted = adoptedOf(versions)
  const asOf = row.asOf?.getTime() ?? null
  return {
    domain: row.domain,
    currency: row.currency,
    timezone: row.timezone,
    isLimited: row.limited,
    settings,
    worked:
      adopted.length > 0 && asOf !== null
        ? { asOf, summary: SummaryShape.parse(row.summary), estimates: estimatesAt(adopted, asOf) }
        : null,
    learned: row.learned ? learnedOf({ ...row.learned, adoptedAt: new Date(row.learned.adoptedAt) }) : NOTHING_LEARNED,
    adopted,
    proposal: proposalOf(versions),
  }
}

/** The state of a shop whose stages have been worked out. @throws {InvalidInput} not-found before the first run */
export function workedOut(
  shop: ShopId,
  state: ShopState,
): { asOf: Instant; summary: SummaryData; estimates: Estimates } {
  if (!state.worked) throw new InvalidInput(`shop ${shop} has no stages yet`, { code: 'not-found' })
  return state.worked
}

/** Shopify admin's address of a page of this shop. */
export function adminUrl(domain: string, page: string): string {
  return `https://admin.shopify.com/store/${domain.replace(/\.myshopify\.com$/, '')}/${page}`
}

/** Money of customers; null where only a part of their orders is known. */
export function moneyOf({ isLimited, currency }: ShopState, minor: number): Money | null {
  return isLimited ? null : { minor, currency: currency ?? '' }
}
