import type { TFunction } from 'i18next'
import type { NamedGrant } from '#app/domain/rewards/person-pages.ts'
import type { Formats } from './formats.ts'

/** In which state it is and since when: "used on order #1001, Mar 12, 2026". */
export function grantText(
  t: TFunction,
  f: Formats,
  { state, grantedAt, issuedAt, expiresAt, usedAt, orderName }: NamedGrant,
): string {
  switch (state) {
    case 'used':
      if (usedAt === null) return t('customer.rewards.used')
      return orderName === null
        ? t('customer.rewards.usedOn', { day: f.date(usedAt) })
        : t('customer.rewards.usedOnOrder', { order: orderName, day: f.date(usedAt) })
    case 'issued': {
      const day = f.date(issuedAt ?? grantedAt)
      // The moment after its last day is stored.
      if (expiresAt !== null) return t('customer.rewards.issuedUntil', { day, end: f.date(expiresAt - 1) })
      return t('customer.rewards.issued', { day })
    }
    case 'expired':
      return expiresAt === null
        ? t('customer.rewards.expired')
        : t('customer.rewards.expiredOn', { day: f.date(expiresAt - 1) })
    case 'reserved':
    case 'asked':
      return t('customer.rewards.coming', { day: f.date(grantedAt) })
    default:
      return t(`customer.rewards.state.${state}`, { day: f.date(grantedAt) })
  }
}
