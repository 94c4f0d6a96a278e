import { describe } from 'vitest'
import { ActivityScreen } from '#app/ui/activity-page.tsx'
import { KeptNotice, PageFailed } from '#app/ui/page-states.tsx'
import { SettingsScreen } from '#app/ui/settings-page.tsx'
import { TaggingScreen } from '#app/ui/tagging-page.tsx'
import { tagFieldsOf } from '#app/ui/settings-fields.ts'
import * as fresh from './sample-freshness.ts'
import { IMPORTING } from './sample-pages.ts'
import * as sample from './sample-work.ts'
import { nothing, settings, tagging } from './idle-props.ts'
import { readInBothLanguages, type Case } from './reading.tsx'

const cases: Case[] = [
  {
    name: 'the dry run counts per tag and leaves own tags alone',
    screen: <TaggingScreen page={sample.DRY_RUN} {...tagging} />,
    en: [
      'See what would change. Nothing is changed.',
      '2,681 customers would get seg:repeat. 311 would lose seg:repeat.',
      'Your own tags: 0 changed.',
      '3 customers already have one of these tags as your own: left alone.',
      'Start tagging',
      'Download list',
    ],
    ko: ['변경 미리보기 (실제 변경 없음)', '기존 태그 변경 0개.', '태그 달기 시작', '목록 다운로드'],
  },
  {
    name: 'a tag run shows how far it is and who could not be written',
    screen: <TaggingScreen page={{ ...sample.DRY_RUN, lastRun: sample.RUN, taggingOn: true }} {...tagging} />,
    en: ['Tagging your customers', '4,800 of 13,478 customers written.', '2 customers could not be written'],
    ko: ['고객 13,478명 중 4,800명 기록.'],
  },
  {
    name: 'a run that is about to start has no figures yet, and no dry run stands beside it',
    screen: (
      <TaggingScreen
        page={{ ...sample.DRY_RUN, lastRun: { ...sample.RUN, state: 'planned', customers: 0 }, taggingOn: true }}
        {...tagging}
      />
    ),
    en: ['Tagging is about to start Counting'],
    ko: ['세는 중'],
  },
  {
    name: 'tagging waits for the import',
    screen: <TaggingScreen page={{ ...sample.DRY_RUN, import: IMPORTING }} {...tagging} />,
    en: ['Orders: 12,400 of 48,000'],
    ko: ['주문을 가져오는 중입니다'],
  },
  {
    name: 'nothing to tag says so',
    screen: <TaggingScreen page={{ ...sample.DRY_RUN, tags: [], metafields: 0 }} {...tagging} />,
    en: ['Nothing to tag yet'],
    ko: ['아직 태그할 고객이 없습니다'],
  },
  {
    name: 'activity tells imports, runs, errors and privacy requests in plain words',
    screen: <ActivityScreen page={sample.ACTIVITY} />,
    en: [
      'Waiting for you',
      'A permission is missing',
      'Shopify says: “Access denied for tagsAdd field.”',
      'Trying again at Nov 22, 2026',
      '48,000 orders read.',
      '2 lines could not be read and were left out.',
      'A customer asked for their data',
      'Due by Dec 21, 2026.',
      'Download data',
    ],
    ko: ['조치 필요', '필요한 권한이 없습니다', '2줄은 읽지 못해 제외했습니다.', '기한: 2026년 12월 21일'],
  },
  {
    name: 'a look that found nothing new says so',
    screen: <ActivityScreen page={sample.NOTHING_NEW} />,
    en: ['Update of orders', 'Nothing has changed since the last look.'],
    ko: ['지난 확인 이후 바뀐 내용이 없습니다.'],
  },
  {
    name: 'activity of a new shop is empty and says what will be there',
    screen: <ActivityScreen page={{ entries: [], freshness: fresh.NO_FRESHNESS }} />,
    en: ['Nothing has happened yet'],
    ko: ['아직 활동이 없습니다'],
  },
  {
    name: 'settings say how many orders are left out and why',
    screen: (
      <SettingsScreen
        page={sample.SETTINGS}
        {...settings}
        tagPreview={{ of: tagFieldsOf(sample.SETTINGS.settings).tags, run: sample.DRY_RUN }}
      />
    ),
    en: [
      '14,975 of 16,372 orders count; 1,397 are left out.',
      'Guest order without a customer 1,275',
      '1,254 uses, 96% on first orders',
      'At-risk customers get seg:at-risk.',
      'Say Discount-seeking instead of Cherry-picker',
      'a shopper who asks for their data sees them',
      'Your own tags: 0 changed.',
      'Stop tagging',
      'Remove our tags…',
    ],
    ko: [
      '주문 16,372건 중 14,975건을 집계하고 1,397건을 제외했습니다.',
      '체리피커 대신 할인 선호 고객으로 표기',
      'Morello 태그 삭제…',
    ],
  },
  {
    name: 'settings that the server refused stay red on the page',
    screen: <SettingsScreen page={sample.SETTINGS} {...settings} errors={{ 'tagTexts.new': 'tag-twice' }} />,
    en: ['Not saved', 'Another segment has this tag already.'],
    ko: ['저장하지 못했습니다', '다른 세그먼트가 이미 쓰는 태그입니다.'],
  },
  {
    name: 'settings before the import have no counts and no codes',
    screen: <SettingsScreen page={{ ...sample.SETTINGS, orders: null, codes: [] }} {...settings} />,
    en: [
      'How many orders are left out appears after the import.',
      'The codes and automatic discounts that were used appear after the import.',
    ],
    ko: ['제외된 주문 수는 가져오기가 끝나면 표시됩니다.', '할인은 가져오기가 끝나면 표시됩니다.'],
  },
  {
    name: 'a page whose figures could not be asked for again says so beside them',
    screen: <KeptNotice />,
    en: ['What you see is from its last answer; it is asked again every few seconds.'],
    ko: ['마지막으로 받은 내용을 보여 주고 있으며'],
  },
  {
    name: 'a click that got no answer says that it changed nothing',
    screen: <KeptNotice isLost />,
    en: ['your last click changed nothing'],
    ko: ['마지막 클릭으로 바뀐 내용이 없습니다'],
  },
  {
    name: 'a page that failed says what stays as it is',
    screen: <PageFailed status={503} onRetry={nothing} />,
    en: ['Not available right now', 'Your segments and tags stay as they are.', 'Try again'],
    ko: ['지금은 볼 수 없습니다', '세그먼트와 태그는 그대로입니다.', '다시 시도'],
  },
]

describe('the screens of tagging, activity and settings', () => {
  readInBothLanguages(cases)
})
