import { describe, expect, test } from 'vitest'
import type { SurveyPage } from '#app/domain/survey-pages.ts'
import { askedWhen, draftOf, freshQuestion, isComplete, losesAnswers } from '#app/ui/survey-draft.ts'
import { SurveyScreen } from '#app/ui/survey-page.tsx'
import { SurveyPreview } from '#app/ui/survey-preview.tsx'
import blockWords from '#app/ui/words/storefront.json'
import enTheme from '../../extensions/storefront/locales/en.default.json'
import koTheme from '../../extensions/storefront/locales/ko.json'
import { nothing } from './idle-props.ts'
import { readInBothLanguages } from './reading.tsx'

const DEFINITION: SurveyPage['definition'] = {
  consent: { en: 'Yes, use my answers.', ko: '네, 동의합니다.' },
  questions: [
    {
      id: 1,
      text: { en: 'How is your skin?', ko: '피부는 어떤가요?' },
      several: false,
      choices: [
        { id: 2, text: { en: 'Dry', ko: '건성' } },
        { id: 3, text: { en: 'Oily', ko: '지성' } },
      ],
    },
  ],
}
const PAGE: SurveyPage = {
  definition: DEFINITION,
  isOn: true,
  savedAt: Date.UTC(2026, 10, 20),
  answered: 1204,
  counts: { 2: 1200, 3: 4 },
  rewards: [],
  themeEditor: 'https://demo.myshopify.com/admin/themes/current/editor',
}
const idle = {
  isBusy: false,
  isDeclined: false,
  isRefused: false,
  onSave: nothing,
  onSwitch: nothing,
  onErase: nothing,
}

readInBothLanguages([
  {
    name: 'a survey says whether it is on, who is asked, and how often each choice was taken',
    screen: <SurveyScreen page={PAGE} {...idle} />,
    en: [
      'Survey',
      'On',
      '1,204 customers have answered.',
      'Chosen by 1,200 customers',
      'Erase all answers',
      'Switch off',
    ],
    ko: ['설문', '켜짐', '고객 1,204명이 답했습니다.', '고객 1,200명이 선택', '모든 답변 지우기', '끄기'],
  },
  {
    name: 'a new one begins with one question and nothing to erase, and says what went wrong',
    screen: (
      <SurveyScreen
        page={{ ...PAGE, definition: null, isOn: false, savedAt: null, answered: 0, counts: {} }}
        {...idle}
        isDeclined
        isRefused
      />
    ),
    en: ['Question 1', 'Choice 2', 'Off', 'Not saved', 'Not switched on', '0 customers have answered.'],
    ko: ['질문 1', '답변 2', '꺼짐', '저장하지 못했습니다', '켜지 않았습니다'],
  },
])

const AFTER = { ...DEFINITION!.questions[0]!, id: 4, when: 'after-delivery' as const }
const WITH_AFTER = { ...DEFINITION!, questions: [...DEFINITION!.questions, AFTER] }

readInBothLanguages([
  {
    name: 'one question is asked after a delivery, which says how that is known; of the others it says why not, and what hangs on it',
    screen: <SurveyScreen page={{ ...PAGE, definition: WITH_AFTER, rewards: ['Thanks', 'Credit'] }} {...idle} />,
    en: [
      'once an order of theirs has arrived, once for each delivery',
      'set that one to “At any time” first',
      'Live rewards that hang on an answer: Thanks, Credit.',
    ],
    ko: ['배송마다 한 번씩 묻습니다', '먼저 다른 질문을 ‘언제든’으로 바꾸세요', '답변이 조건인 진행 중 혜택'],
  },
])

const HALF_TYPED = { ...WITH_AFTER, questions: [WITH_AFTER.questions[0]!, freshQuestion()] }
const KOREAN_ONLY = { ...WITH_AFTER, consent: { en: ' ', ko: '네, 동의합니다.' } }

readInBothLanguages([
  {
    name: 'the preview is the block as typed, in the theme’s words, with the question after a delivery behind its line',
    screen: <SurveyPreview draft={WITH_AFTER} />,
    en: [
      'A few questions for you How is your skin? Dry Oily One question about your order How is your skin? Dry Oily Yes, use my answers. Send answers',
      'When an order of yours has arrived, we ask one question here.',
    ],
    ko: [
      '몇 가지만 여쭤볼게요 피부는 어떤가요? 건성 지성 내 주문에 대한 질문 하나 피부는 어떤가요? 건성 지성 네, 동의합니다. 답변 보내기',
      '주문하신 상품이 도착하면 여기에서 한 가지를 여쭤볼게요.',
    ],
  },
  {
    name: 'the preview leaves out a question that is not typed yet, and no line for an order is there without its question',
    screen: <SurveyPreview draft={HALF_TYPED} />,
    en: ['How is your skin? Dry Oily Yes, use my answers.'],
    ko: ['피부는 어떤가요? 건성 지성 네, 동의합니다.'],
    never: ['One question about your order', '내 주문에 대한 질문 하나'],
  },
  {
    name: 'the preview keeps the order of the questions, and the consent behind the line where nothing else is asked',
    screen: (
      <>
        <SurveyPreview draft={{ ...WITH_AFTER, questions: [AFTER, DEFINITION!.questions[0]!] }} />
        <SurveyPreview draft={{ ...WITH_AFTER, questions: [AFTER] }} />
      </>
    ),
    en: [
      'A few questions for you One question about your order How is your skin? Dry Oily How is your skin? Dry Oily Yes, use my answers. Send answers',
      'A few questions for you One question about your order How is your skin? Dry Oily Yes, use my answers. Send answers',
    ],
    ko: ['몇 가지만 여쭤볼게요 내 주문에 대한 질문 하나 피부는 어떤가요? 건성 지성 네, 동의합니다. 답변 보내기'],
  },
  {
    name: 'the preview reads the other language where one is empty, as the storefront does',
    screen: <SurveyPreview draft={KOREAN_ONLY} />,
    en: ['네, 동의합니다. Send answers'],
    ko: ['네, 동의합니다. 답변 보내기'],
  },
  {
    name: 'the preview of a survey that has only begun says what is needed',
    screen: <SurveyPreview draft={draftOf(null, DEFINITION!.consent)} />,
    en: ['Nothing to show yet'],
    ko: ['아직 보여 줄 것이 없습니다'],
    never: ['Send answers', '답변 보내기'],
  },
])

test('the preview speaks the theme’s words', () => {
  expect(enTheme.survey).toMatchObject(blockWords.en)
  expect(koTheme.survey).toMatchObject(blockWords.ko)
})

describe('a draft', () => {
  const draft = draftOf(DEFINITION, { en: '', ko: '' })

  test('can be saved once every text is there in one of the languages', () => {
    expect(isComplete(draft)).toBe(true)
    expect(isComplete({ ...draft, questions: [...draft.questions, freshQuestion()] })).toBe(false)
    expect(isComplete({ ...draft, consent: { en: ' ', ko: '' } })).toBe(false)
    expect(isComplete({ ...draft, consent: { en: '', ko: '네' } })).toBe(true)
    expect([[AFTER], [AFTER, AFTER]].map((questions) => isComplete({ ...draft, questions }))).toEqual([true, false])
  })

  test('has a question asked at any time again as it was before', () => {
    expect(askedWhen(AFTER, false)).toEqual({ ...DEFINITION!.questions[0]!, id: 4 })
    expect(askedWhen(askedWhen(AFTER, false), true)).toEqual(AFTER)
  })

  test('that leaves out what somebody has chosen loses answers', () => {
    expect(losesAnswers(draft, { 2: 1, 3: 0 })).toBe(false)
    expect(losesAnswers(draft, { 2: 1, 9: 0 })).toBe(false)
    expect(losesAnswers(draft, { 9: 1 })).toBe(true)
  })
})
