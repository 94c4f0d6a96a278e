import { expect, test } from 'vitest'
import type { MessagePage, MessagesPage } from '#app/domain/messages/message.ts'
import { readyMade } from '#app/domain/messages/ready-made.ts'
import { draftOf, readDraft } from '#app/ui/message-fields.ts'
import { MessageScreen } from '#app/ui/message-page.tsx'
import { MessagesScreen } from '#app/ui/messages-page.tsx'
import { nothing } from './idle-props.ts'
import { readInBothLanguages, textOf } from './reading.tsx'
import { AS_OF, FRESH, NO_FRESHNESS } from './sample-freshness.ts'
import { won } from './sample-pages.ts'

const idle = { isBusy: false, isLeaving: false, refused: {}, onAct: nothing, onChannel: nothing }

const SAVED: MessagePage = {
  key: 'at-risk',
  ownName: null,
  channel: 'sms',
  saved: { ...readyMade('at-risk', 'sms', 'en'), costMinor: 20, savedAt: AS_OF },
  channels: ['sms'],
  reach: { customers: 1204, email: 960, sms: 312 },
  due: { email: { now: 0, soon: 0, unknown: 0 }, sms: { now: 12, soon: 1, unknown: 40 } },
  currency: 'KRW',
  shop: { currency: 'KRW', timezone: 'Asia/Seoul', countries: [] },
  tag: 'seg:at-risk',
  taggingOn: true,
  flowOn: true,
  shopifySegment: {
    isOn: true,
    name: 'Morello: At-risk',
    url: 'https://example.myshopify.com/admin/customers/segments/1',
  },
  preferred: 'KakaoTalk in the evening',
  lists: [
    {
      id: 3,
      channel: 'sms',
      madeAt: AS_OF,
      customers: 300,
      noConsent: 892,
      offersOff: 2,
      capped: 10,
      isFileThere: true,
    },
    {
      id: 1,
      channel: 'sms',
      madeAt: AS_OF - 100 * 86_400_000,
      customers: 5,
      noConsent: 0,
      offersOff: 0,
      capped: 0,
      isFileThere: false,
    },
  ],
  freshness: FRESH,
}

const ALL: MessagesPage = {
  freshness: FRESH,
  rows: [
    {
      key: 'at-risk',
      ownName: null,
      reach: { customers: 1204, email: 960, sms: 312 },
      channels: [{ channel: 'sms', cost: won(6240) }],
      lastListAt: AS_OF,
    },
    {
      key: 'own:4',
      ownName: 'Big spenders',
      reach: { customers: 40, email: 3, sms: 0 },
      channels: [],
      lastListAt: null,
    },
  ],
}

readInBothLanguages([
  {
    name: 'all segments stand with whom they reach, what is saved, and what one sending costs',
    screen: <MessagesScreen page={ALL} />,
    en: [
      'Morello sends nothing by itself.',
      'At-risk 1,204 960 312 SMS ₩6,240 Nov 22, 2026',
      'Big spenders 40 3 0 None yet –',
    ],
    ko: ['직접 발송하지 않습니다', '이탈 위험 1,204 960 312 문자(SMS) 6,240원'],
  },
  {
    name: 'a shop without segments is told what it waits for',
    screen: <MessagesScreen page={{ freshness: NO_FRESHNESS, rows: [] }} />,
    en: ['No segments yet'],
    ko: ['아직 세그먼트가 없습니다'],
  },
  {
    name: 'a message says its reach, its cost, how to send it, and who was left out of each list',
    screen: <MessageScreen page={SAVED} {...idle} />,
    en: [
      '1,204 customers. Agreed to email: 960, to SMS: 312.',
      'You noted on the card how they like to be reached: KakaoTalk in the evening',
      'Writing once to the 312 customers it may reach costs ₩6,240.',
      'Segment changed, with “to” equal to at-risk',
      'action “Send HTTP request”',
      'a long text may be charged as an LMS',
      'SMS · 300 customers',
      'Left out: 892 without consent, 2 with personal offers off, 10 by the cap.',
      'Who stood in it is kept for 90 days. The figures stay.',
    ],
    ko: ['고객 1,204명. 이메일 동의 960명, 문자 동의 312명.', '제외: 동의 없음 892명, 맞춤 혜택 끔 2명, 한도 10명.'],
    never: ['This is a ready-made text', 'Shopify Messaging: create'],
  },
  {
    name: 'Korean law is looked at with the reason, the missing mark, the night, and how many consents are two years old, will be, or may be',
    screen: <MessageScreen page={SAVED} {...idle} />,
    en: [
      'because your shop’s currency is the won',
      'has to begin with (광고), spelled exactly so: Text in English, Text in Korean.',
      'Do not send between 21:00 and 08:00',
      'Consent has to be confirmed every two years. 12 customers agreed longer ago than that. For 1 customer it will be two years within 30 days. Of 40 customers Shopify names no day',
      'This is a check, not legal advice.',
    ],
    ko: [
      '정확히 (광고) 표시로 시작해야 합니다',
      '21시부터 다음 날 08시까지',
      '동의한 지 2년이 넘은 고객: 12명. 30일 안에 2년이 되는 고객: 1명. Shopify에 동의한 날짜가 없고',
    ],
  },
  {
    name: 'a text that is marked is said to be, and an e-mail may go at night',
    screen: (
      <MessageScreen
        page={{
          ...SAVED,
          channel: 'newsletter',
          saved: {
            ...SAVED.saved!,
            subjectEn: '(광고) News',
            subjectKo: '(광고) 소식',
            textEn: 'a unsubscribe',
            textKo: '수신거부',
          },
        }}
        {...idle}
      />
    ),
    en: ['Begins with (광고), as it has to.', 'Email may be sent at night too', 'Shopify Messaging: create a campaign'],
    ko: ['(광고) 표시로 시작합니다.', '이메일은 야간에도'],
    never: ['Put (광고) in front', 'Nothing says how to refuse'],
  },
  {
    name: 'a shop abroad without a Korean text is not told of Korean law',
    screen: (
      <MessageScreen
        page={{
          ...SAVED,
          currency: 'USD',
          shop: { currency: 'USD', timezone: 'America/New_York', countries: ['US'] },
        }}
        {...idle}
      />
    ),
    en: ['Cost of one message (USD)'],
    ko: ['1건 비용 (USD)'],
    never: ['Korean law', '광고성 정보 전송'],
  },
  {
    name: 'one that is not saved yet is ready-made, and says what is not switched on',
    screen: (
      <MessageScreen
        page={{
          ...SAVED,
          saved: null,
          channels: [],
          lists: [],
          channel: 'reminder',
          taggingOn: false,
          flowOn: false,
          shopifySegment: { isOn: false, name: 'Morello: At-risk', url: null },
        }}
        {...idle}
      />
    ),
    en: [
      'This is a ready-made text',
      'It may reach 960 customers. Enter what one message costs',
      'you may be running low on what you ordered at {shop} last',
      'Morello: At-risk (not created yet)',
      'Flow is not told of moves at present.',
      'Tagging is off, so no customer carries this tag yet.',
      'Save the message first.',
    ],
    ko: ['준비된 문구입니다', '(아직 없음)'],
  },
  {
    name: 'one of the merchant’s own segments is named by its name, in Flow too',
    screen: (
      <MessageScreen
        page={{ ...SAVED, key: 'own:4', ownName: 'Big spenders', tag: 'seg:Big spenders', channel: 'ads', saved: null }}
        {...idle}
      />
    ),
    en: [
      'Message: Big spenders',
      '“to” equal to own:Big spenders',
      'sync a segment of profiles whose Shopify tags contain seg:Big spenders',
    ],
    ko: ['메시지: Big spenders'],
  },
])

test('the public wording of cherry-picker stands on its message too', () => {
  const page: MessagePage = { ...SAVED, key: 'cherry-picker', saved: null }
  expect(textOf('en', <MessageScreen page={page} {...idle} />, true)).toContain('Message: Discount-seeking')
})

test('what is typed is read as amounts of the shop’s currency, and what cannot be is said by field', () => {
  const dollars: MessagePage = { ...SAVED, currency: 'USD' }
  const draft = draftOf(dollars, 'en')
  expect(draft.costMinor).toBe('0.20')
  expect(readDraft({ ...draft, costMinor: '0.05' }, 'USD').message?.costMinor).toBe(5)
  expect(readDraft({ ...draft, costMinor: '' }, 'USD').message?.costMinor).toBe(0)
  expect(readDraft({ ...draft, costMinor: 'x', capDays: '', capMessages: '99' }, 'USD').errors).toEqual({
    costMinor: 'amount',
    capDays: 'range',
    capMessages: 'range',
  })
})
