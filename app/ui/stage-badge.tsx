import { Badge } from '@shopify/polaris'
import type { BadgeProps } from '@shopify/polaris'
import type { TFunction } from 'i18next'
import type { SegmentKey } from '#app/domain/pages.ts'
import { useWords } from './i18n.tsx'

const TONES: Record<SegmentKey, BadgeProps['tone']> = {
  prospect: undefined,
  new: 'info',
  'one-and-done': undefined,
  repeat: 'success',
  loyal: 'success',
  'at-risk': 'warning',
  lapsed: undefined,
  'cherry-picker': 'attention',
}

/** A segment's name; the public wording of cherry-picker where the merchant has chosen it. */
export function segmentName(t: TFunction, segment: SegmentKey, isPublic = false): string {
  return isPublic && segment === 'cherry-picker' ? t('segments.public') : t(`stage.${segment}`)
}

export function StageBadge({ segment }: { segment: SegmentKey }) {
  const { t } = useWords()
  return <Badge tone={TONES[segment]}>{segmentName(t, segment)}</Badge>
}
