import type { TFunction } from 'i18next'
import type { CherryEvidence } from '#app/domain/cherry-picker.ts'
import type { CustomerPage } from '#app/domain/pages.ts'
import type { StageReason } from '#app/domain/stages.ts'
import type { Formats } from './formats.ts'

/**
 * Why somebody is in their stage, as a true sentence about this person: what they did, what we hoped for, what time has
 * made of it, and what would change it. `isNextSaid`: what time does next stands beside it, with its day.
 */
export function reasonText(t: TFunction, f: Formats, reason: StageReason, isNextSaid = false): string {
  if (reason.orders === 0) return t('reason.prospect')
  const change = isNextSaid && isWaitedFor(reason) ? '' : changeOf(t, reason)
  const sentences = [pastOf(t, f, reason), hopeOf(t, f, reason), change]
  return sentences.filter((sentence) => sentence !== '').join(' ')
}

function pastOf(t: TFunction, f: Formats, reason: StageReason): string {
  const orders = t('count.orders', { count: reason.orders, n: f.number(reason.orders) })
  // "Usually" needs a history; with fewer than four orders only the gap itself is true.
  if (reason.orders >= 4 && reason.usualGapDays !== null)
    return t('reason.usual', { orders, gap: days(t, f, reason.usualGapDays) })
  if (reason.lastGapDays === null) return t('reason.once', { orders })
  const gap = days(t, f, reason.lastGapDays)
  return reason.orders === 2 ? t('reason.apart', { orders, gap }) : t('reason.lastApart', { orders, gap })
}

function hopeOf(t: TFunction, f: Formats, reason: StageReason): string {
  if (reason.sinceLastDays === null) return ''
  const since = reason.sinceLastDays < 1 ? t('count.underADay') : days(t, f, reason.sinceLastDays)
  if (reason.hopedWithinDays === null) return t('reason.since', { since })
  const hoped = days(t, f, reason.hopedWithinDays)
  if (isWaitedFor(reason)) return t('reason.hope', { since, hoped })
  // A hope shorter than the only gap means that the shop's cycle pulled it down: others here come back sooner.
  const othersAreSooner =
    reason.orders === 2 && reason.lastGapDays !== null && reason.hopedWithinDays < reason.lastGapDays
  const waited = f.number(reason.sinceLastDays)
  return othersAreSooner ? t('reason.hopedSooner', { hoped, waited }) : t('reason.hoped', { hoped, waited })
}

function changeOf(t: TFunction, reason: StageReason): string {
  if (!isWaitedFor(reason)) return t('reason.leavesOnOrder')
  return reason.stage === 'new' ? t('reason.becomesOneAndDone') : t('reason.becomesAtRisk')
}

function isWaitedFor(reason: StageReason): boolean {
  return reason.stage === 'new' || reason.stage === 'repeat' || reason.stage === 'loyal'
}

function days(t: TFunction, f: Formats, count: number): string {
  return t('count.days', { count, n: f.number(count) })
}

/** Why there is no next-order window. */
export function noWindowText(t: TFunction, { reason, freshness }: CustomerPage): string {
  if (reason.orders === 0) return t('customer.noOrderYet')
  return freshness.isLimited ? t('sixtyDays.hidden') : t('customer.windowUnknown')
}

/** One line of what speaks for or against cherry-picker. */
export function evidenceText(t: TFunction, f: Formats, evidence: CherryEvidence): string {
  return t(`evidence.${evidence.kind}`, {
    count: evidence.count,
    n: f.number(evidence.count),
    of: f.number(evidence.of ?? 0),
    amount: evidence.amount === undefined ? '' : f.money(evidence.amount),
    discounts: f.list(evidence.discounts.map((key) => discountText(t, key))),
  })
}

type EvidenceGroup = { title: string; lines: CherryEvidence[] }

/** The evidence by what it does: for, against, not counted; a group without a line is left out. */
export function evidenceGroups(t: TFunction, evidence: CherryEvidence[]): EvidenceGroup[] {
  const counted = evidence.filter((line) => line.kind !== 'not-counted')
  return [
    { title: t('cherry.for'), lines: counted.filter((line) => line.speaksFor) },
    { title: t('cherry.against'), lines: counted.filter((line) => !line.speaksFor) },
    { title: t('cherry.notCounted'), lines: evidence.filter((line) => line.kind === 'not-counted') },
  ].filter((group) => group.lines.length > 0)
}

/** `code:WELCOME20` as a person writes it. */
export function discountText(t: TFunction, key: string): string {
  const name = key.slice(key.indexOf(':') + 1)
  if (key.startsWith('code:')) return name
  return key.startsWith('staff:') ? t('discount.staff', { name }) : t('discount.automatic', { name })
}
