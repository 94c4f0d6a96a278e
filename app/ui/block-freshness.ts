import type { TFunction } from 'i18next'
import type { Freshness } from '#app/domain/pages.ts'
import type { Formats } from './formats.ts'
import { isTroubled } from './freshness.tsx'

/**
 * When the figures of a block were last as Shopify's, as a time of day: it is read long after it was written. `decidedAt`:
 * when what the block shows was decided, if that was later.
 */
export function freshnessInWords(
  t: TFunction,
  f: Formats,
  freshness: Freshness,
  decidedAt = 0,
): { asOf: string; isLate: boolean } {
  const { asOf, checkedAt, live } = freshness
  if (asOf === null) return { asOf: t('freshness.notYet'), isLate: false }
  const at = Math.max(asOf, decidedAt, live.state === 'live' && checkedAt !== null ? checkedAt : 0)
  const updated = t('freshness.updatedAt', { time: f.dateTime(at) })
  const isLate = isTroubled(freshness)
  return { asOf: isLate ? t('freshness.late', { updated }) : updated, isLate }
}
