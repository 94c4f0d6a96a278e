import { BlockStack, Text } from '@shopify/polaris'
import type { TFunction } from 'i18next'
import type { Instant } from '#app/domain/order.ts'
import type { Freshness } from '#app/domain/pages.ts'
import type { Formats } from './formats.ts'
import { useBrowserNow, useWords } from './i18n.tsx'

type Props = { freshness: Freshness }

/** Whether something came later than promised, or cannot come. Before the first import nothing was promised. */
export function isTroubled({ asOf, isLate, live }: Freshness): boolean {
  return asOf !== null && (isLate || live.state !== 'live')
}

/** When the figures of a page were last as Shopify's; red when later than promised. */
export function FreshnessText({ freshness }: Props) {
  const { t, f } = useWords()
  const now = useBrowserNow()
  const { asOf, checkedAt, live } = freshness
  if (asOf === null)
    return (
      <Text as="span" tone="subdued">
        {t('freshness.notYet')}
      </Text>
    )
  // While changes come in by themselves, figures are as of the last look that found nothing newer.
  const at = live.state === 'live' && checkedAt !== null ? Math.max(asOf, checkedAt) : asOf
  const updated = now === null ? t('freshness.updatedAt', { time: f.dateTime(at) }) : updatedText(t, f, at, now)
  return (
    <Text as="span" tone={isTroubled(freshness) ? 'critical' : 'subdued'}>
      {isTroubled(freshness) ? t('freshness.late', { updated }) : updated}
    </Text>
  )
}

/** How long ago that was; less than a minute is not counted. */
export function updatedText(t: TFunction, f: Formats, at: Instant, now: Instant): string {
  return now - at < 60_000 ? t('freshness.updatedNow') : t('freshness.updated', { ago: f.ago(at, now) })
}

/** In words, where something is later than promised: what happened, what is still safe, what to do. */
export function FreshnessTrouble({ freshness }: Props) {
  const { t, f } = useWords()
  if (!isTroubled(freshness)) return null
  const { isLate, live } = freshness
  const time = live.sinceMs === undefined ? null : f.dateTime(live.sinceMs)
  const kind = live.state === 'behind' && live.waiting === 0 ? 'unwatched' : live.state
  return (
    <BlockStack gap="100">
      {kind === 'live' || time === null ? null : (
        <Text as="p" tone="critical">
          {t(`freshness.trouble.${kind}`, {
            time,
            n: f.number(live.waiting),
            minutes: f.number(Math.round(live.promisedMs / 60_000)),
          })}
        </Text>
      )}
      {isLate ? (
        <Text as="p" tone="critical">
          {t('freshness.whatNow')}
        </Text>
      ) : null}
    </BlockStack>
  )
}

/** Both, for a page that has no other place for them. */
export function FreshnessLine({ freshness }: Props) {
  return (
    <BlockStack gap="100">
      <Text as="p">
        <FreshnessText freshness={freshness} />
      </Text>
      <FreshnessTrouble freshness={freshness} />
    </BlockStack>
  )
}
