/**
 * What the law has to say of a reward before it starts. Only a clear breach in the merchant's own words or settings blocks;
 * everything else is a duty that is named. It is a check, not advice.
 */
import {
  ANY_RATING,
  AUTOMATIC,
  CONSENT_LOSS,
  KEPT,
  NO_MINIMUM,
  NO_PROMISE_AFTER,
  NO_PROMISE_BEFORE,
  PERCENT,
  PERCENT_IN_WORDS,
  PRAISE,
  UNCONDITIONAL,
  URGENT,
} from './law-words.ts'
import type { RewardDefinition } from './reward.ts'

/** The rules that are named, each with where it stands. */
export const LAW_RULES = {
  'review-sentiment': '16 CFR 465.4',
  'review-without-order': '16 CFR 465.2',
  'review-disclosure': '16 CFR 255.5',
  'review-disclosure-kr': '추천·보증 등에 관한 표시·광고 심사지침',
  'consent-loss': 'GDPR 7(3)',
  'consent-automatic': 'GDPR 4(11)',
  'consent-kr': '정보통신망법 50',
  'survey-consent': 'GDPR 7(4)',
  'survey-consent-kr': '개인정보 보호법 15(2)',
  'false-urgency': '2005/29/EC I(7)',
  'wrong-percent': '2005/29/EC 6(1)',
  'hidden-condition': '2005/29/EC 7',
  'personal-price': '2011/83/EU 6(1)(ea)',
} as const
export type LawRule = keyof typeof LAW_RULES

/** `text`: the words that it is about, as the merchant wrote them; null: it follows from the settings. */
export type LawCheck = { rule: LawRule; blocks: boolean; text: string | null }

const EU = new Set('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '))

/** A reward that ends this soon may call itself a last chance, days. */
const SOON_DAYS = 2

/**
 * What the law has to say of a reward.
 *
 * Known values: of 120 breaches and 128 lawful headlines in English and Korean at least 95 % and at most 5 % are called a breach
 * (tests/domain/rewards/law.test.ts). They were made with those headlines; before that they found 47 of 60 breaches of a set
 * that they did not know and took 9 of 60 near misses for one, so a merchant reads every duty and may word a text anew.
 *
 * @param countries  where the shop sells, ISO 3166 two letters; empty: not named, every rule is looked at
 * @param daysLeft   until the reward ends, today counted as 1
 */
export function lawChecks(
  reward: RewardDefinition,
  { countries, daysLeft }: { countries: readonly string[]; daysLeft: number },
): LawCheck[] {
  const isIn = (some: (country: string) => boolean) => isInSome(countries, some)
  const conditions = reward.steps.flatMap((step) => step.conditions)
  const asks = (kind: string) => conditions.some((condition) => condition.kind === kind)
  const checks: LawCheck[] = []
  // What shoppers read: the name stands on the merchant's own pages alone.
  for (const text of reward.texts) {
    const words = text.normalize('NFKC')
    const breach = (rule: LawRule, isSo: boolean) => isSo && checks.push({ rule, blocks: true, text })
    breach('review-sentiment', asks('review') && PRAISE.test(words) && !ANY_RATING.test(words))
    breach('consent-loss', (asks('consent') || asks('survey')) && CONSENT_LOSS.test(words) && !KEPT.test(words))
    breach('consent-automatic', AUTOMATIC.test(words))
    breach('false-urgency', daysLeft > SOON_DAYS && URGENT.test(words))
    breach('wrong-percent', namesAnotherPercent(words, reward))
    breach(
      'hidden-condition',
      isConditional(reward) && (UNCONDITIONAL.test(words) || (reward.minimumMinor !== null && NO_MINIMUM.test(words))),
    )
  }
  if (asks('review') && reward.who.kind === 'first-order')
    checks.push({ rule: 'review-without-order', blocks: true, text: null })
  if (asks('review')) {
    if (isIn((country) => country !== 'KR')) checks.push({ rule: 'review-disclosure', blocks: false, text: null })
    if (isIn((country) => country === 'KR')) checks.push({ rule: 'review-disclosure-kr', blocks: false, text: null })
  }
  if (asks('consent') && isIn((country) => country === 'KR'))
    checks.push({ rule: 'consent-kr', blocks: false, text: null })
  if (asks('survey')) {
    if (isIn((country) => country !== 'KR')) checks.push({ rule: 'survey-consent', blocks: false, text: null })
    if (isIn((country) => country === 'KR')) checks.push({ rule: 'survey-consent-kr', blocks: false, text: null })
  }
  if (['stage', 'flag', 'own'].includes(reward.who.kind) && saysPersonalised(countries))
    checks.push({ rule: 'personal-price', blocks: false, text: null })
  return checks
}

/**
 * Whether shoppers have to read that an offer to a segment was personalised by automated decision-making: 2011/83/EU 6(1)(ea).
 *
 * Known values: Germany beside Korea does, Korea alone does not, and where no country is named it does
 * (tests/domain/rewards/law.test.ts).
 */
export function saysPersonalised(countries: readonly string[]): boolean {
  return isInSome(countries, (country) => EU.has(country))
}

function isInSome(countries: readonly string[], some: (country: string) => boolean): boolean {
  return countries.length === 0 || countries.some(some)
}

function isConditional({ minimumMinor, steps, products }: RewardDefinition): boolean {
  return minimumMinor !== null || products.length > 0 || steps.some(({ conditions }) => conditions.length > 0)
}

function namesAnotherPercent(words: string, { steps }: RewardDefinition): boolean {
  const given = steps.flatMap(({ what }) => (what.kind === 'percent' ? [what.percent] : []))
  for (const found of words.matchAll(PERCENT)) {
    const [before, after] = [words.slice(0, found.index), words.slice(found.index + found[0].length)]
    if (NO_PROMISE_AFTER.test(after) || NO_PROMISE_BEFORE.test(before)) continue
    if (!given.includes(Number(found[1]!.replace(',', '.')))) return true
  }
  return PERCENT_IN_WORDS.some(([way, percent]) => way.test(words) && !given.includes(percent))
}
