/** A segment's card in words: for the page, for paper and for the PDF. */
import type { TFunction } from 'i18next'
import { CARD_NEEDS, type CardFacts, type Drift } from '#app/domain/card-facts.ts'
import { CARD_FIELDS, type CardPage } from '#app/domain/segment-card.ts'
import type { Sheet } from '#app/domain/sheet.ts'
import { formatsOf, type Formats, type Locale } from './formats.ts'
import { wordsIn } from './i18n.tsx'

/** The segment's own name; the merchant's name for the person stands beside it. */
export function segmentName(t: TFunction, page: Pick<CardPage, 'key' | 'ownName'>): string {
  return page.ownName ?? t(`stage.${page.key}`)
}

export function factLines(t: TFunction, f: Formats, { facts, currency }: CardPage): Sheet['facts'] {
  const { customers, lookedAt, orders, gapDays, basketMinor, discountShare, products, categories, regions } = facts
  const named = (each: readonly { title: string; share: number }[]) =>
    each.length === 0 ? null : f.list(each.map(({ title, share }) => namedShare(t, f, title, share)))
  const lines: [string, string | null][] = [
    [
      t('card.fact.customers'),
      customers > lookedAt
        ? t('card.fact.sampled', { n: f.number(customers), looked: f.number(lookedAt) })
        : f.number(customers),
    ],
    [t('card.fact.orders'), orders && f.number(orders.value)],
    [t('card.fact.gap'), gapDays && daysText(t, f, gapDays.value)],
    [t('card.fact.basket'), basketMinor && f.money({ minor: Math.round(basketMinor.value), currency })],
    [t('card.fact.discount'), discountShare === null ? null : f.percent(discountShare)],
    [t('card.fact.products'), named(products)],
    [t('card.fact.categories'), typeof categories === 'string' ? t(NO_CATEGORIES[categories]) : named(categories)],
    [t('card.fact.region'), regionText(t, f, regions)],
  ]
  return lines.map(([label, value]) => ({ label, value: value ?? t('card.fact.unknown') }))
}

const NO_CATEGORIES = { none: 'card.fact.noCategories', 'not-read': 'card.fact.notRead' } as const

function namedShare(t: TFunction, f: Formats, name: string, share: number): string {
  return t('card.named', { name, share: f.percent(share) })
}

/** "South Korea (92%), Japan (4%), other (3%), no address (1%)" */
function regionText(t: TFunction, f: Formats, regions: CardFacts['regions']): string | null {
  if (regions === null) return null
  const { countries, other, unknown } = regions
  return f.list([
    ...countries.map(({ country, share }) => namedShare(t, f, f.country(country), share)),
    ...(other === 0 ? [] : [t('card.region.other', { share: f.percent(other) })]),
    ...(unknown === 0 ? [] : [t('card.region.unknown', { share: f.percent(unknown) })]),
  ])
}

/** Why there are no facts, or null: there are some. */
export function tooFewText(t: TFunction, f: Formats, { facts }: CardPage): string | null {
  return facts.customers >= CARD_NEEDS
    ? null
    : t('card.tooFew', { count: facts.customers, n: f.number(facts.customers), needed: f.number(CARD_NEEDS) })
}

/** "Has drifted since Aug 12, 2026: median gap 41 → 55 days"; null: never looked over. */
export function driftText(t: TFunction, f: Formats, { review, currency }: CardPage): string | null {
  if (review === null) return null
  const date = f.date(review.at)
  if (review.drift.length === 0) return t('card.notDrifted', { date })
  return t('card.drifted', { date, what: f.list(review.drift.map((each) => oneDrift(t, f, each, currency))) })
}

function oneDrift(t: TFunction, f: Formats, drift: Drift, currency: string): string {
  if (drift.what === 'product' || drift.what === 'category')
    return t(`card.drift.${drift.what}`, { before: drift.before, after: drift.after })
  if ('name' in drift)
    return t(`card.drift.${drift.what}`, {
      name: drift.what === 'country' ? f.country(drift.name) : drift.name,
      before: f.percent(drift.before),
      after: f.percent(drift.after),
    })
  const shown = (value: number) => {
    if (drift.what === 'basketMinor') return f.money({ minor: Math.round(value), currency })
    if (drift.what === 'discountShare') return f.percent(value)
    return f.number(drift.what === 'gapDays' ? Math.round(value) : value)
  }
  return t(`card.drift.${drift.what}`, { before: shown(drift.before), after: shown(drift.after) })
}

function daysText(t: TFunction, f: Formats, days: number): string {
  const count = Math.round(days)
  return t('count.days', { count, n: f.number(count) })
}

/** All of the card on one sheet; what the merchant has not written is left out. */
export function cardSheet(t: TFunction, f: Formats, page: CardPage): Sheet {
  const { words, asOf, review } = page
  const segment = segmentName(t, page)
  const tooFew = tooFewText(t, f, page)
  const drift = driftText(t, f, page)
  return {
    language: f.locale,
    title: words.name === '' ? segment : words.name,
    subtitle: [
      t('card.ofSegment', { segment }),
      ...(page.isNegative ? [t('card.negative')] : []),
      review === null ? t('card.notReviewed') : t('card.reviewed', { date: f.date(review.at) }),
    ].join(' · '),
    facts: tooFew === null ? factLines(t, f, page) : [{ label: t('card.facts'), value: tooFew }],
    sections: [
      ...(drift === null || review?.drift.length === 0 ? [] : [{ title: t('card.driftTitle'), text: drift }]),
      ...CARD_FIELDS.filter((field) => field !== 'name' && words[field] !== '').map((field) => ({
        title: t(`card.field.${field}`),
        text: words[field],
      })),
    ],
    foot: t('card.foot', { date: f.date(asOf), needed: f.number(CARD_NEEDS) }),
  }
}

/** The same where nothing is rendered. */
export function cardSheetIn(page: CardPage, locale: Locale, isCherryPublic: boolean): Sheet {
  return cardSheet(wordsIn(locale, isCherryPublic).t, formatsOf(locale, page.timezone ?? 'UTC'), page)
}
