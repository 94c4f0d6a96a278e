import type { CustomerForBlock } from '#app/domain/pages.ts'
import type { NamedGrant } from '#app/domain/rewards/person-pages.ts'
import type { BlockLocale, CustomerBlockAnswer } from '#app/domain/wire.ts'
import { freshnessInWords } from './block-freshness.ts'
import { exclusionText } from './exclusion-text.ts'
import { formatsOf } from './formats.ts'
import { grantText } from './grant-text.ts'
import { wordsIn } from './i18n.tsx'
import { noWindowText, reasonText } from './reason.ts'

/** Moves beyond these stand on the customer's page in the app. */
const MOVES_SHOWN = 4

/** The block on Shopify's customer page, in words; cherry-picker in its public wording. */
export function customerBlock(
  read: CustomerForBlock,
  newest: NamedGrant | null,
  locale: BlockLocale,
): CustomerBlockAnswer {
  if (read.state === 'not-imported') return { state: 'not-imported' }
  const { view } = read
  if (view.state === 'absent') return { state: 'unknown' }
  const { t } = wordsIn(locale, true)
  const f = formatsOf(locale, read.timezone ?? 'UTC')
  const path = `app/customers/${view.customer}`
  const keptOut = view.exclusions.map((exclusion) => `${exclusionText(t, f, exclusion)}.`)
  const reward =
    newest === null ? null : t('customer.block.reward', { name: newest.name, text: grantText(t, f, newest) })
  const told = [...keptOut, ...(reward === null ? [] : [reward])]
  if (view.state === 'waiting')
    return {
      state: 'unplaced',
      title: t('customer.waiting.title'),
      text: [t('customer.waiting.text'), ...told].join(' '),
      path,
    }
  if (view.state === 'last-order-unknown') {
    const text = t('customer.lastUnknown.text', { count: view.orders, n: f.number(view.orders) })
    return { state: 'unplaced', title: t('customer.lastUnknown.title'), text: [text, ...told].join(' '), path }
  }
  const { page } = view
  const label = t(`stage.${page.stage}`)
  return {
    state: 'known',
    customer: {
      stage: page.stage,
      label,
      since: t('customer.since', { stage: label, date: f.date(page.since) }),
      why: reasonText(t, f, page.reason, page.next !== null),
      next:
        page.next === null
          ? t('customer.noNext')
          : t('customer.next', { stage: t(`stage.${page.next.stage}`), date: f.date(page.next.at) }),
      window: windowText(),
      moves: page.timeline
        .map((span, place) => ({ span, before: page.timeline[place - 1] }))
        .slice(1)
        .slice(-MOVES_SHOWN)
        .reverse()
        .map(
          ({ span, before }) => `${f.date(span.from)}: ${t(`stage.${before!.stage}`)} → ${t(`stage.${span.stage}`)}`,
        ),
      flag: page.freshness.isLimited ? null : t(`cherry.tier.${page.cherry.tier}`),
      keptOut,
      reward,
      ...freshnessInWords(t, f, page.freshness, page.asOf),
      path,
    },
  }

  function windowText(): string {
    if (page.window === null) return noWindowText(t, page)
    const range = { from: f.date(page.window.from), to: f.date(page.window.to) }
    return page.window.hasPassed ? t('customer.windowPassed', range) : t('customer.windowRange', range)
  }
}
