import { describe, expect, it } from 'vitest'
import { ActivityScreen } from '#app/ui/activity-page.tsx'
import { CustomerViewScreen } from '#app/ui/customer-view.tsx'
import { HomeScreen } from '#app/ui/home-page.tsx'
import { SegmentScreen } from '#app/ui/segment-page.tsx'
import { SegmentPreviewCard } from '#app/ui/segment-preview.tsx'
import { SegmentsScreen } from '#app/ui/segments-page.tsx'
import { FlowTick } from '#app/ui/flow-tick.tsx'
import { SettingsScreen } from '#app/ui/settings-page.tsx'
import { TagHistoryScreen, addressOf } from '#app/ui/tag-history.tsx'
import { TaggingScreen } from '#app/ui/tagging-page.tsx'
import { WatchScreen } from '#app/ui/watch-page.tsx'
import * as fresh from './sample-freshness.ts'
import * as pages from './sample-pages.ts'
import * as sample from './sample-work.ts'
import { home, nothing, rehearsal, settings, tagging } from './idle-props.ts'
import { readInBothLanguages, textOf, type Case } from './reading.tsx'

const tagged = { ...sample.DRY_RUN, taggingOn: true }

const cases: Case[] = [
  {
    name: 'tagging asks about tags that somebody else has taken off or given, and what to do next time',
    screen: <TaggingScreen page={{ ...tagged, hands: sample.HANDS }} {...tagging} />,
    en: [
      'Another app or staff member removed seg:repeat from 14 customers. Put it back?',
      'For 2 of them it was put back three times already',
      '10 of 14 customers',
      'Customer 7012345678001',
      'Put back',
      'Leave off',
      'Another app or staff member added seg:new to 1 customer. Leave it?',
      'Let Morello manage it',
      'When somebody removes a tag of Morello',
    ],
    ko: [
      '다른 앱/직원이 고객 14명의 seg:repeat 태그를 삭제했습니다. 복구하시겠습니까?',
      '기존 태그는 변경하지 않습니다.',
    ],
  },
  {
    name: 'an answer that can only be carried out later says so',
    screen: <TaggingScreen page={{ ...sample.DRY_RUN, hands: sample.HANDS }} {...tagging} />,
    en: ['Tagging is off: what you choose is done once you start tagging again.'],
    ko: ['태그 달기가 꺼져 있습니다. 선택한 내용은'],
  },
  {
    name: 'nothing is called up to date while an answer is missing',
    screen: <TaggingScreen page={{ ...tagged, tags: [], metafields: 0, hands: sample.HANDS }} {...tagging} />,
    en: ['There is nothing to write, but for what you are asked above.'],
    ko: ['위에서 묻는 내용 외에는'],
  },
  {
    name: 'tagging that was stopped can be started again where nothing would change',
    screen: (
      <TaggingScreen
        page={{ ...sample.DRY_RUN, tags: [], metafields: 0, lastRun: { ...sample.RUN, state: 'done' } }}
        {...tagging}
      />
    ),
    en: ['Nothing would change now', 'Start tagging'],
    ko: ['지금은 바뀔 내용이 없습니다', '태그 달기 시작'],
  },
  {
    name: 'undo is offered for the last run, and counted when asked for',
    screen: <TaggingScreen page={{ ...tagged, lastRun: sample.UNDO.run }} {...tagging} />,
    en: ['It can be taken back.', 'See what undo would change'],
    ko: ['이 실행을 되돌릴 수 있습니다.'],
  },
  {
    name: 'after an undo it is said that tagging is paused',
    screen: (
      <TaggingScreen
        page={{ ...sample.DRY_RUN, lastRun: { ...sample.RUN, kind: 'undo', state: 'done' } }}
        {...tagging}
      />
    ),
    en: ['The last run is undone', 'Tagging is paused. Nothing is written until you start it again.'],
    ko: ['태그 달기가 멈춰 있습니다.'],
  },
  {
    name: 'undo says what it would change, what it leaves alone and that nothing is changed yet',
    screen: <TaggingScreen page={{ ...tagged, lastRun: sample.UNDO.run }} {...tagging} undo={sample.UNDO} />,
    en: [
      'Undo the last run',
      'See what would change; nothing is changed yet.',
      '120 customers would get back the tags from before that run.',
      '2 changes of that run have been changed again since: left alone.',
      'Undo last run…',
    ],
    ko: ['아직 바뀐 것은 없습니다.', '고객 120명의 태그가 그 실행 전으로 돌아갑니다.'],
  },
  {
    name: 'a run of which nothing can be taken back says so and offers nothing',
    screen: (
      <TaggingScreen
        page={{ ...tagged, lastRun: sample.UNDO.run }}
        {...tagging}
        undo={{ ...sample.UNDO, customers: 0, tags: [] }}
      />
    ),
    en: ['There is nothing to undo.'],
    ko: ['되돌릴 것이 없습니다.'],
  },
  {
    name: 'a click that was refused says why and that nothing was changed',
    screen: <TaggingScreen page={tagged} {...tagging} refused="tag-run-under-way" />,
    en: ['Nothing was changed', 'Wait until it has finished, then try again.'],
    ko: ['바뀐 것이 없습니다', '끝난 뒤에 다시 시도하세요.'],
  },
  {
    name: 'the tag history tells whose hand it was',
    screen: <TagHistoryScreen page={sample.TAG_HISTORY} onCustomer={nothing} />,
    en: [
      'By Morello: Tags of customers who moved that day',
      'By another app or staff member',
      'Removed',
      'Kept for 90 days.',
      'Older',
    ],
    ko: ['Morello: 그날 이동한 고객의 태그', '다른 앱/직원', '90일 동안 보관합니다.'],
  },
  {
    name: 'a customer without tag changes has a history that says so',
    screen: (
      <TagHistoryScreen page={{ ...sample.TAG_HISTORY, customer: '7', entries: [], next: null }} onCustomer={nothing} />
    ),
    en: ['Tag history of customer 7', 'No tag changes'],
    ko: ['고객 7의 태그 이력', '태그 변경이 없습니다'],
  },
  {
    name: 'a customer’s page shows the moves as they were written down, and their tag changes',
    screen: <CustomerViewScreen page={sample.CUSTOMER_VIEW} />,
    en: [
      'Recorded moves',
      'As time passed.',
      'By an edited rule.',
      'Cherry-picker: no',
      'Tag history',
      'By another app or staff member',
    ],
    ko: ['기록된 이동', '시간 경과.', '태그 이력'],
  },
  {
    name: 'a customer who has not moved yet has no recorded move',
    screen: <CustomerViewScreen page={{ ...sample.CUSTOMER_VIEW, moves: [] }} />,
    en: ['No move is recorded.'],
    ko: ['기록된 이동이 없습니다.'],
  },
  {
    name: 'a customer whose last order Shopify hides has no stage, and the page says why',
    screen: (
      <CustomerViewScreen
        page={{
          ...sample.CUSTOMER_VIEW,
          state: 'last-order-unknown',
          orders: 4,
          freshness: { ...fresh.FRESH, isLimited: true },
        }}
      />
    ),
    en: ['Last order unknown', 'Shopify counts 4 orders, but does not show when the last one was.', '60 days'],
    ko: ['Shopify는 주문 4건이라고 하지만', '60일'],
  },
  {
    name: 'a customer who does not exist any more is said to be gone, and what that means',
    screen: <CustomerViewScreen page={{ ...sample.CUSTOMER_VIEW, state: 'absent', deletedAt: fresh.AS_OF - 60_000 }} />,
    en: ['This customer does not exist any more', 'All other customers stay as they are.'],
    ko: ['더 이상 존재하지 않는 고객입니다', '다른 고객에게는 영향이 없습니다.'],
  },
  {
    name: 'a customer who has only just come is being worked out',
    screen: <CustomerViewScreen page={{ ...sample.CUSTOMER_VIEW, state: 'waiting' }} />,
    en: ['Being worked out', 'It comes by itself'],
    ko: ['계산하는 중입니다', '자동으로 계산되며'],
  },
  {
    name: 'settings offer Shopify customer segments, Flow and a clean uninstall before anything is done',
    screen: <SettingsScreen page={sample.SETTINGS} {...settings} />,
    en: [
      'Create in Shopify',
      'Creating them changes no customer',
      'Flow is told of each move with from, to and the reason.',
      'Stop telling Flow',
      'Prepare to uninstall…',
      'Your own tags, customers and orders stay as they are.',
    ],
    ko: ['Shopify에 만들기', '이동할 때마다 이전 세그먼트, 새 세그먼트, 이유를 Flow에 알립니다.', '앱 삭제 준비…'],
  },
  {
    name: 'segments that are in Shopify are named with their way there',
    screen: <SettingsScreen page={{ ...sample.SETTINGS, shopifySegments: sample.CREATED }} {...settings} />,
    en: ['Morello: At-risk', 'In Shopify', 'Open in Shopify', 'Remove from Shopify…'],
    ko: ['Shopify에 있음', 'Shopify에서 삭제…'],
  },
  {
    name: 'segments that Shopify refused come with its words and what to do',
    screen: <SettingsScreen page={{ ...sample.SETTINGS, shopifySegments: sample.LIMIT_REACHED }} {...settings} />,
    en: [
      'You have reached the limit of customer segments.',
      'The others are in use, and no customer was changed.',
      'Refused',
      'Try again',
    ],
    ko: ['나머지는 사용 중이며', '다시 시도'],
  },
  {
    name: 'Flow that took no move comes with its words, and what is not affected',
    screen: (
      <SettingsScreen
        page={{
          ...sample.SETTINGS,
          flow: { isOn: true, waiting: 3, problem: { kind: 'shopify-refused', detail: 'No such trigger' } },
        }}
        {...settings}
      />
    ),
    en: ['3 moves are still to be told.', 'No such trigger', 'Your tags and segments are not affected.'],
    ko: ['아직 알리지 않은 이동이 3건', '태그와 세그먼트에는 영향이 없습니다.'],
  },
  {
    name: 'leaving shows each step, and says not to uninstall yet',
    screen: <SettingsScreen page={{ ...sample.SETTINGS, leaving: sample.LEAVING }} {...settings} />,
    en: ['Do not uninstall yet.', '812 customers left', '8 segments left', 'Under way'],
    ko: ['아직 앱을 삭제하지 마세요.', '고객 812명 남음', '진행 중'],
  },
  {
    name: 'leaving that stopped says what is still to be done',
    screen: (
      <SettingsScreen
        page={{
          ...sample.SETTINGS,
          leaving: { ...sample.LEAVING, state: 'failed', problem: { kind: 'shopify-unavailable' } },
        }}
        {...settings}
      />
    ),
    en: ['Shopify did not answer', 'Not everything is out yet, so do not uninstall.', 'Try again'],
    ko: ['아직 모두 정리하지 못했으므로', '다시 시도'],
  },
  {
    name: 'once nothing is left it is safe to uninstall, and there is a way back',
    screen: <SettingsScreen page={{ ...sample.SETTINGS, leaving: sample.LEFT }} {...settings} />,
    en: ['It is safe to uninstall now', 'To stay, start tagging again.', 'writes nothing before you start tagging'],
    ko: ['이제 앱을 삭제해도 안전합니다', '계속 쓰려면 태그 달기를 다시 시작하세요.'],
  },
  {
    name: 'saving a rule offers to tell Flow of the moves, with their number',
    screen: (
      <SegmentPreviewCard segment="at-risk" preview={pages.PREVIEW} isBusy={false} hasFailed={false} isValid>
        <FlowTick moves={pages.PREVIEW.moves} isTicked={false} onTick={nothing} />
      </SegmentPreviewCard>
    ),
    en: ['Tell Shopify Flow of these 190 moves', 'Without the tick Flow hears nothing of this change.'],
    ko: ['이 이동 190건을 Shopify Flow에 알리기'],
  },
  {
    name: 'new thresholds can be told to Flow too',
    screen: <SegmentsScreen page={pages.SEGMENTS} isSaving={false} onEstimates={nothing} onDismissFirst={nothing} />,
    en: ['Tell Shopify Flow of these 212 moves'],
    ko: ['이 이동 212건을 Shopify Flow에 알리기'],
  },
  {
    name: 'home says that new orders arrive by themselves',
    screen: <HomeScreen page={pages.HOME} {...home} />,
    en: ['New orders arrive by themselves, usually within 2 minutes. If one is missing, check now.'],
    ko: ['새 주문은 보통 2분 안에 자동으로 들어옵니다.'],
  },
  {
    name: 'activity tells live moves, undo runs and what was missed, in plain words',
    screen: <ActivityScreen page={{ ...sample.ACTIVITY, entries: sample.LIVE_ENTRIES }} />,
    en: [
      '1,212 moves: 8 after orders, 1,204 as time passed.',
      'Undo of the last run',
      'Tags of customers who moved that day',
      'Shopify did not tell Morello of all changes to orders, customers.',
      'Morello looks for them itself every few minutes',
    ],
    ko: ['이동 1,212건: 주문으로 8건, 시간 경과로 1,204건.', '마지막 실행 되돌리기', '누락된 내용은 없으며'],
  },
]

describe('the screens of the live road', () => {
  readInBothLanguages(cases)

  it('offer no tick for Flow where it is told of nothing', () => {
    const quiet = { ...pages.SEGMENTS, announceMoves: false }
    expect(
      textOf('en', <SegmentsScreen page={quiet} isSaving={false} onEstimates={nothing} onDismissFirst={nothing} />),
    ).not.toContain('Flow')
  })

  it('say in red words on every page that something is late', () => {
    const late = { freshness: fresh.LATE }
    const customer = { ...pages.CUSTOMER, ...late }
    const segment = { preview: null, isPreviewing: false, hasPreviewFailed: false, isSaving: false, rehearsal }
    for (const screen of [
      <HomeScreen page={{ ...pages.HOME, ...late }} {...home} />,
      <SegmentsScreen
        page={{ ...pages.SEGMENTS, ...late }}
        isSaving={false}
        onEstimates={nothing}
        onDismissFirst={nothing}
      />,
      <SegmentScreen page={{ ...pages.SEGMENT, ...late }} {...segment} onPreview={nothing} onSave={nothing} />,
      <WatchScreen page={{ ...pages.WATCHED, ...late }} onPage={nothing} />,
      <CustomerViewScreen page={{ ...sample.CUSTOMER_VIEW, ...late, state: 'known', page: customer }} />,
      <CustomerViewScreen page={{ ...sample.CUSTOMER_VIEW, ...late, state: 'waiting' }} />,
      <TaggingScreen page={{ ...tagged, ...late }} {...tagging} />,
      <TagHistoryScreen page={{ ...sample.TAG_HISTORY, ...late }} onCustomer={nothing} />,
      <ActivityScreen page={{ ...sample.ACTIVITY, ...late }} />,
      <SettingsScreen page={{ ...sample.SETTINGS, ...late }} {...settings} />,
    ]) {
      expect(textOf('en', screen)).toContain('Nothing is lost, and your tags stay as they are.')
      expect(textOf('ko', screen)).toContain('누락된 내용은 없고 태그도 그대로입니다.')
    }
  })

  it('never show the word cherry-picker once the merchant has chosen the public one', () => {
    for (const screen of [
      <CustomerViewScreen page={sample.CUSTOMER_VIEW} />,
      <TagHistoryScreen page={sample.TAG_HISTORY} onCustomer={nothing} />,
      <ActivityScreen page={{ ...sample.ACTIVITY, entries: sample.LIVE_ENTRIES }} />,
    ]) {
      expect(textOf('en', screen, true)).not.toMatch(/cherry/i)
      expect(textOf('ko', screen, true)).not.toContain('체리피커')
    }
  })

  it('name the page of a tag history by what it shows', () => {
    expect(addressOf(null, null)).toBe('/app/tagging/history')
    expect(addressOf('7', '12')).toBe('/app/tagging/history?customer=7&before=12')
  })
})
