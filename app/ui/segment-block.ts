import type { MembersForBlock } from '#app/domain/pages.ts'
import { STAGES, type Stage } from '#app/domain/stages.ts'
import type { BlockLocale, SegmentBlockAnswer } from '#app/domain/wire.ts'
import { freshnessInWords } from './block-freshness.ts'
import { formatsOf } from './formats.ts'
import { wordsIn } from './i18n.tsx'

/** Time alone has brought them there: their usual cycle is over. */
const LATE: readonly Stage[] = ['at-risk', 'lapsed']

/** What is known of a segment's members, in words; cherry-picker in its public wording. */
export function segmentBlock(read: MembersForBlock, locale: BlockLocale): SegmentBlockAnswer {
  if (read.state !== 'known') return { state: read.state }
  const { t } = wordsIn(locale, true)
  const f = formatsOf(locale, read.timezone ?? 'UTC')
  const countOf = (stages: readonly Stage[]): number =>
    read.stages.filter(({ stage }) => stages.includes(stage)).reduce((sum, { customers }) => sum + customers, 0)
  const { lastOrderUnknown } = read
  const known = countOf(STAGES) + lastOrderUnknown
  const { isLimited } = read.freshness
  return {
    state: 'known',
    segment: {
      known: f.number(known),
      unknown: known === read.asked ? null : f.number(read.asked - known),
      lastOrderUnknown: lastOrderUnknown === 0 ? null : f.number(lastOrderUnknown),
      rows: STAGES.map((stage) => ({ stage, customers: countOf([stage]) }))
        .filter(({ customers }) => customers > 0)
        .map(({ stage, customers }) => ({
          stage,
          label: t(`stage.${stage}`),
          customers: f.number(customers),
          share: f.percent(customers / known),
        })),
      flag: isLimited ? null : { label: t('stage.cherry-picker'), customers: f.number(read.likelyCherryPickers) },
      late: f.number(countOf(LATE)),
      revenueShare:
        !isLimited && read.everybodysNet12mMinor > 0 ? f.percent(read.net12mMinor / read.everybodysNet12mMinor) : null,
      ...freshnessInWords(t, f, read.freshness),
    },
  }
}
