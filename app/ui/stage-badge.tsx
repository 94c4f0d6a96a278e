import { Badge } from '@shopify/polaris'
import type { BadgeProps } from '@shopify/polaris'
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

export function StageBadge({ segment }: { segment: SegmentKey }) {
  const { t } = useWords()
  return <Badge tone={TONES[segment]}>{t(`stage.${segment}`)}</Badge>
}
