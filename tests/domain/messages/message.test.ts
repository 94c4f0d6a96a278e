import { describe, expect, test } from 'vitest'
import { AD_MARK, confirmBy, consentsDue, messageLaw, withAdMark } from '#app/domain/messages/law.ts'
import {
  CHANNELS,
  MessageFields,
  costOfOneSending,
  messageAddress,
  messageKeyIn,
  unknownPlaceholders,
  type MessageKey,
} from '#app/domain/messages/message.ts'
import { channelsFor, readyMade } from '#app/domain/messages/ready-made.ts'
import { AUTOMATIC, PRAISE, UNCONDITIONAL, URGENT } from '#app/domain/rewards/law-words.ts'
import { SEGMENT_KEYS } from '#app/domain/shopify-segments.ts'

const KOREAN = { currency: 'KRW', timezone: 'Asia/Seoul', countries: [] }
const texts = { subjectEn: '', subjectKo: '', textEn: '', textKo: '' }

describe('a message', () => {
  test('has only the words in braces that another tool fills in', () => {
    expect(unknownPlaceholders('{name}님, {shop} {price} {{name}} {')).toEqual(['{price}', '{{name}}'])
    const message = readyMade('new', 'sms', 'en')
    const refused = MessageFields.safeParse({ ...message, textKo: '{name}님 {쿠폰}' })
    expect(refused.error?.issues).toMatchObject([{ path: ['textKo'], message: 'placeholder' }])
  })

  test.each([
    [{ costMinor: '-1' }, 'amount'],
    [{ costMinor: '0.5' }, 'amount'],
    [{ capMessages: '0' }, 'range'],
    [{ capDays: '91' }, 'range'],
    [{ confirmedOn: '2026-02-30' }, 'date'],
    [{ subjectEn: 'x'.repeat(151) }, 'long'],
    [{ textEn: 'a\u0007b' }, 'characters'],
  ])('is refused with %j', (wrong, why) => {
    const read = MessageFields.safeParse({ ...readyMade('new', 'sms', 'en'), ...wrong })
    expect(read.error?.issues[0]?.message).toBe(why)
  })

  test('costs what one costs, for those who agreed to its channel', () => {
    const reach = { customers: 100, email: 60, sms: 7 }
    expect(costOfOneSending({ costMinor: 12 }, reach, 'kakao')).toBe(84)
    expect(costOfOneSending({ costMinor: 12 }, reach, 'newsletter')).toBe(720)
  })

  test('is found by its address, and by no other', () => {
    for (const key of [...SEGMENT_KEYS, 'own:12'] as MessageKey[]) expect(messageKeyIn(messageAddress(key))).toBe(key)
    for (const wrong of ['own-0', 'own-', 'own:1', 'loyal ', '__proto__', 'own-99999999999'])
      expect(messageKeyIn(wrong)).toBeNull()
  })
})

describe('ready-made texts', () => {
  test.each([...SEGMENT_KEYS, 'own:1'] as MessageKey[])(
    'of %s can be saved, hurry nobody and promise nothing',
    (key) => {
      expect(CHANNELS).toEqual(expect.arrayContaining([...channelsFor(key)]))
      for (const channel of CHANNELS)
        for (const locale of ['en', 'ko'] as const) {
          const message = readyMade(key, channel, locale)
          expect(MessageFields.parse(message)).toEqual(message)
          for (const text of [message.subjectEn, message.subjectKo, message.textEn, message.textKo]) {
            for (const breach of [URGENT, UNCONDITIONAL, AUTOMATIC, PRAISE]) expect(text).not.toMatch(breach)
            expect(text).not.toMatch(/miss you|보고\s*싶|\d/i)
            // What follows a name must fit after every sound.
            expect(text).not.toMatch(/\{\w+\}(은|는|이|가|을|를|과|와|으로|로)(?![가-힣])/)
          }
          if (key !== 'own:1') expect(message.textEn !== '' && message.textKo !== '').toBe(true)
        }
    },
  )
})

describe('Korean law', () => {
  test.each([
    [{ currency: 'USD', timezone: 'UTC', countries: ['US', 'KR'] }, '', 'countries'],
    [{ currency: 'KRW', timezone: 'Asia/Seoul', countries: ['JP'] }, '안녕', undefined],
    [KOREAN, '', 'currency'],
    [{ ...KOREAN, currency: 'USD' }, '', 'timezone'],
    [{ currency: 'USD', timezone: 'UTC', countries: [] }, '안녕', 'text'],
    [{ currency: 'USD', timezone: 'UTC', countries: [] }, '', undefined],
  ])('is looked at for %j with the text %j because of %s', (shop, textKo, reason) => {
    expect(messageLaw({ ...texts, textEn: 'Hello', textKo }, 'sms', shop)?.reason).toBe(reason)
  })

  test('asks for the mark at the beginning of an e-mail’s subject, and of a text to a phone', () => {
    const message = { subjectEn: 'News', subjectKo: '(광고) 소식', textEn: 'Hello', textKo: '안녕 (광고)' }
    expect(messageLaw(message, 'newsletter', KOREAN)!.unmarked).toEqual(['subjectEn'])
    expect(messageLaw(message, 'kakao', KOREAN)!.unmarked).toEqual(['textEn', 'textKo'])
    // Only a Korean text says that it goes to Korea: then only that is held to it.
    const abroad = { currency: 'USD', timezone: 'UTC', countries: [] }
    expect(messageLaw(message, 'sms', abroad)!.unmarked).toEqual(['textKo'])
    expect(messageLaw(message, 'ads', KOREAN)).toBeNull()
  })

  test.each(['(광 고) 안내', '[광고] 안내', '(광.고) 안내', '안내', ' 「광고」안내'])(
    'does not take %j for marked',
    (textKo) => {
      expect(messageLaw({ ...texts, textKo }, 'sms', KOREAN)!.unmarked).toEqual(['textKo'])
      expect(withAdMark(textKo)).toBe('(광고) 안내')
    },
  )

  test('leaves a mark that is there as it is', () => {
    expect(withAdMark(`${AD_MARK}가게 안내`)).toBe('(광고)가게 안내')
  })

  test('asks how to refuse further messages, and forbids the night for phones but not for e-mail', () => {
    const law = messageLaw({ ...texts, textEn: 'Hi. Unsubscribe: x', textKo: '안녕' }, 'sms', KOREAN)!
    expect([law.noOptOut, law.hasNight]).toEqual([['textKo'], true])
    for (const textKo of ['무료수신거부 080-123-4567', '무료거부 0801234567'])
      expect(messageLaw({ ...texts, textKo }, 'reminder', KOREAN)).toMatchObject({ noOptOut: [], hasNight: false })
  })

  test('asks for consent again after two years', () => {
    expect([confirmBy('2026-11-22'), confirmBy('')]).toEqual(['2028-11-22', null])
    expect(consentsDue(Date.UTC(2026, 10, 22))).toEqual({
      due: Date.UTC(2024, 10, 22),
      soon: Date.UTC(2024, 11, 22),
    })
  })
})
