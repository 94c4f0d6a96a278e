/** What a screen says in a state that is not the usual one, and what it then must not say. */
import { describe, expect, it } from 'vitest'
import { CustomerScreen } from '#app/ui/customer-page.tsx'
import { formatsOf } from '#app/ui/formats.ts'
import { updatedText } from '#app/ui/freshness.tsx'
import { HomeScreen } from '#app/ui/home-page.tsx'
import { wordsIn } from '#app/ui/i18n.tsx'
import { PageFailed } from '#app/ui/page-states.tsx'
import { SegmentScreen } from '#app/ui/segment-page.tsx'
import { SegmentsScreen } from '#app/ui/segments-page.tsx'
import { SettingsScreen } from '#app/ui/settings-page.tsx'
import { TaggingScreen } from '#app/ui/tagging-page.tsx'
import { WatchScreen } from '#app/ui/watch-page.tsx'
import { FRESH } from './sample-freshness.ts'
import * as sample from './sample-pages.ts'
import * as work from './sample-work.ts'
import { home, nothing, rehearsal, settings, tagging } from './idle-props.ts'
import { textOf } from './reading.tsx'

const idle = { preview: null, isPreviewing: false, hasPreviewFailed: false, isSaving: false, rehearsal }
const LIMITED = { ...FRESH, isLimited: true }

describe('a shop whose older orders Shopify hides', () => {
  const page = {
    ...sample.HOME,
    seesAllOrders: false,
    freshness: LIMITED,
    codes: [],
    steps: sample.HOME.steps.map((step) => ({
      ...step,
      isDone: step.step === 'import' || step.step === 'benefit-codes',
    })),
  }

  it('is not told that its codes are named: they wait, and the next step is the one after', () => {
    const english = textOf('en', <HomeScreen page={page} {...home} />)
    expect(english).toContain('1 of 5 steps done')
    expect(english).toContain(
      'Name your first-purchase codes Waiting Codes wait until Shopify shows Morello all orders.',
    )
    expect(english).toContain('Every customer is in one stage')
    expect(english).not.toContain('Choose codes')
    const korean = textOf('ko', <HomeScreen page={page} {...home} />)
    expect(korean).toContain('5단계 중 1단계 완료')
    expect(korean).toContain('첫 구매 코드 지정하기 기다리는 중 Shopify가 모든 주문을 보여 주면 지정할 수 있습니다.')
  })

  it('keeps what it has named before', () => {
    const named = textOf('en', <HomeScreen page={{ ...page, codes: sample.HOME.codes }} {...home} />)
    expect(named).toContain('2 of 5 steps done')
    expect(named).not.toContain('Codes wait')
  })

  it('is not told that nobody is late or a cherry-picker: who is would show in older orders only', () => {
    const rows = sample.SEGMENTS.rows.map((row) =>
      ['at-risk', 'lapsed', 'cherry-picker'].includes(row.segment) ? { ...row, customers: 0, share: 0 } : row,
    )
    const page = { ...sample.SEGMENTS, rows, freshness: LIMITED }
    const text = textOf(
      'en',
      <SegmentsScreen page={page} isSaving={false} onEstimates={nothing} onDismissFirst={nothing} />,
    )
    for (const name of ['At-risk', 'Cherry-picker'])
      expect(text).toContain(`${name} – Shows once Shopify lets Morello see older orders.`)
    expect(text).toMatch(/Quiet for long – – /)
    const seen = textOf(
      'en',
      <SegmentsScreen
        page={{ ...page, freshness: FRESH }}
        isSaving={false}
        onEstimates={nothing}
        onDismissFirst={nothing}
      />,
    )
    expect(seen).toContain('Cherry-picker 0 0% of customers')
    const empty = { ...sample.CHERRY_SEGMENT, examples: [], row: { ...sample.CHERRY_SEGMENT.row, customers: 0 } }
    const segment = (freshness: typeof FRESH) =>
      textOf('en', <SegmentScreen page={{ ...empty, freshness }} {...idle} onPreview={nothing} onSave={nothing} />)
    expect(segment(LIMITED)).toContain('Shows once Shopify lets Morello see older orders.')
    expect(segment(LIMITED)).not.toContain('nobody right now')
    expect(segment(FRESH)).toContain('Cherry-picker: nobody right now')
  })

  it('does not blame its customers for a next-order window that older orders would tell', () => {
    const page = { ...sample.CUSTOMER, window: null, freshness: LIMITED }
    expect(textOf('ko', <CustomerScreen page={page} />)).toContain('Shopify가 이전 주문을 보여 주면 표시됩니다.')
  })

  it('reads in Settings why there is no code, and not that none was used', () => {
    const screen = <SettingsScreen page={{ ...work.SETTINGS, codes: [], freshness: LIMITED }} {...settings} />
    expect(textOf('en', screen)).toContain('appear once Shopify shows Morello all orders')
    expect(textOf('en', screen)).not.toContain('has been used yet')
    expect(textOf('ko', screen)).toContain('모든 주문을 보여 주면 표시됩니다')
  })
})

it('a shop that has used no discount is told so', () => {
  const screen = <SettingsScreen page={{ ...work.SETTINGS, codes: [] }} {...settings} />
  expect(textOf('en', screen)).toContain('No code or automatic discount has been used yet.')
  expect(textOf('ko', screen)).toContain('아직 사용된 코드나 자동 할인이 없습니다.')
})

it('a shop without orders is told nothing of its repeat customers', () => {
  const page = { ...sample.HOME, import: sample.EMPTY_IMPORT, week: { ...sample.HOME.week!, atRiskCount: 0 } }
  expect(textOf('en', <HomeScreen page={page} {...home} />)).not.toContain('later than usual')
})

describe('a tag run', () => {
  const ended = { ...work.RUN, kind: 'update' as const, state: 'done' as const, customers: 5, statesWritten: 0 }

  it('that has changed tags alone has written its customers all the same', () => {
    const run = { ...ended, tagsAdded: 5, failures: 0 }
    const screen = <TaggingScreen page={{ ...work.DRY_RUN, lastRun: run, taggingOn: true }} {...tagging} />
    expect(textOf('en', screen)).toContain('5 of 5 customers written.')
    expect(textOf('ko', screen)).toContain('고객 5명 중 5명 기록.')
  })

  it('does not count those whom it could not write', () => {
    const run = { ...ended, tagsAdded: 3, failures: 2 }
    const screen = <TaggingScreen page={{ ...work.DRY_RUN, lastRun: run, taggingOn: true }} {...tagging} />
    expect(textOf('en', screen)).toContain('3 of 5 customers written.')
  })
})

it('a dry run that would write no stage speaks of none', () => {
  const some = textOf('en', <TaggingScreen page={work.DRY_RUN} {...tagging} />)
  expect(some).toMatch(/Starting also writes the stage of [\d,]+ customers/)
  const none = textOf('en', <TaggingScreen page={{ ...work.DRY_RUN, metafields: 0 }} {...tagging} />)
  expect(none).not.toContain('writes the stage of')
  expect(none).toContain('tags follow your segments by themselves until you stop')
})

it('a stage that was left on the day it was reached has one day', () => {
  const at = Date.parse('2026-10-17T03:00:00Z')
  const timeline = [
    { stage: 'prospect' as const, from: at, to: at + 60_000, isReplayed: true },
    { stage: 'new' as const, from: at + 60_000, to: null, isReplayed: true },
  ]
  const text = textOf('en', <CustomerScreen page={{ ...sample.CUSTOMER, timeline }} />)
  expect(text).toContain('Not bought yet Oct 17, 2026 worked out')
})

it('where nobody came back, the others are not counted apart', () => {
  const outcome = { then: 29, orderedAgain: 0, days: 120 }
  const page = { ...sample.SEGMENT, outcome }
  const text = textOf('en', <SegmentScreen page={page} {...idle} onPreview={nothing} onSave={nothing} />)
  expect(text).toContain('0 (0%) ordered again within 120 days.')
  expect(text).not.toContain('The other')
})

it('a page that is not there leads home', () => {
  expect(textOf('en', <PageFailed status={404} onRetry={nothing} />)).toContain('Go to Home')
  expect(textOf('ko', <PageFailed status={404} onRetry={nothing} />)).toContain('홈으로 이동')
  expect(textOf('en', <PageFailed status={503} onRetry={nothing} />)).not.toContain('Go to Home')
})

it('what is less than a minute old was updated just now, and in Korean that is no command', () => {
  const at = Date.parse('2026-11-22T10:00:00Z')
  const said = (locale: 'en' | 'ko', ms: number) =>
    updatedText(wordsIn(locale, false).t, formatsOf(locale, 'UTC'), at, at + ms)
  expect([said('en', 59_000), said('en', 60_000)]).toEqual(['Updated just now', 'Updated 1 minute ago'])
  expect([said('ko', 59_000), said('ko', 60_000)]).toEqual(['방금 업데이트', '1분 전 업데이트'])
})

describe('the watch list', () => {
  const empty = { rows: [], total: 0, page: 0, pageRows: 50 }

  it('does not say that nobody is on it before anybody was worked out', () => {
    const notYet = <WatchScreen page={{ ...empty, freshness: { ...FRESH, asOf: null } }} onPage={nothing} />
    expect(textOf('en', notYet)).toContain('Not worked out yet')
    expect(textOf('ko', notYet)).toContain('아직 계산 전입니다')
    expect(textOf('en', notYet)).not.toContain('Nobody on the watch list')
    const known = <WatchScreen page={{ ...empty, freshness: FRESH }} onPage={nothing} />
    expect(textOf('en', known)).toContain('Nobody on the watch list')
  })
})
