import type { TFunction } from 'i18next'
import type { Exclusion } from '#app/domain/exclusions.ts'
import type { Formats } from './formats.ts'

/** "Kept out of rewards until Mar 3, 2027: returns everything", by which segment if by one. */
export function exclusionText(
  t: TFunction,
  f: Formats,
  { segment, reason, until }: Pick<Exclusion, 'segment' | 'reason' | 'until'>,
): string {
  const line =
    until === null ? t('exclude.open', { reason }) : t('exclude.until', { day: lastDayText(f, until), reason })
  return segment === null ? line : t('exclude.bySegment', { line, segment: segment.name })
}

/** The last day of it; the moment after it is stored. */
export function lastDayText(f: Formats, until: number): string {
  return f.date(until - 1)
}
