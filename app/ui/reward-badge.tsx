import { Badge } from '@shopify/polaris'
import type { DiscountState } from '#app/domain/rewards/pages.ts'
import type { RewardState } from '#app/domain/rewards/reward.ts'
import { useWords } from './i18n.tsx'

/** Whether shoppers have it now: live is only what Shopify's checkout really takes. */
export function RewardBadge({ state, discount }: { state: RewardState; discount: DiscountState }) {
  const { t } = useWords()
  if (state !== 'live') return <Badge>{t(`rewards.state.${state}`)}</Badge>
  if (discount === 'refused') return <Badge tone="critical">{t('rewards.state.refused')}</Badge>
  if (discount === 'waiting') return <Badge tone="attention">{t('rewards.state.starting')}</Badge>
  return <Badge tone="success">{t('rewards.state.live')}</Badge>
}
