import { onStorefront, type SurveyDefinition } from '#app/domain/survey.ts'
import type { BlockScope } from '#tests/shop/storefront/liquid.ts'
import { HOSTILE, NOON, customer, type Case } from './cases.ts'

const text = (en: string, ko: string) => ({ en, ko })

export const SURVEY: SurveyDefinition = {
  consent: text('I agree that this shop keeps my answers.', '답변을 보관하는 것에 동의합니다.'),
  questions: [
    {
      id: 1,
      text: text('What do you look for?', '무엇을 찾으세요?'),
      several: true,
      choices: [
        { id: 2, text: text('Moisture', '보습') },
        { id: 3, text: text('Calm', '진정') },
        { id: 4, text: text('', '미백') },
      ],
    },
    {
      id: 5,
      text: text('Who do you shop for?', '누구를 위해 구매하세요?'),
      several: false,
      choices: [
        { id: 6, text: text('Myself', '나') },
        { id: 7, text: text('Somebody else', '다른 사람') },
      ],
    },
  ],
}

/** With one question after a delivery, beside the others or alone. */
const AFTER: SurveyDefinition['questions'][number] = {
  id: 8,
  text: text('Did it suit you?', '잘 맞았나요?'),
  several: false,
  when: 'after-delivery',
  choices: [
    { id: 9, text: text('Yes', '네') },
    { id: 10, text: text('No', '아니요') },
  ],
}
export const WITH_AFTER: SurveyDefinition = { ...SURVEY, questions: [...SURVEY.questions, AFTER] }
export const ONLY_AFTER: SurveyDefinition = { ...SURVEY, questions: [AFTER] }

/** Whatever stands in the metafield, as JSON has it. */
export function kept(value: unknown): NonNullable<BlockScope['app']> {
  return { morello: { survey: { value: JSON.parse(JSON.stringify(value)) as unknown } } }
}

export const ASKED = kept(onStorefront(SURVEY, true))
export const SOMEBODY = customer('repeat')

/** What may stand where a survey is expected, that asks nothing. */
export const NO_SURVEY: unknown[] = [
  null,
  7,
  'text',
  true,
  [],
  {},
  { v: 1, off: true },
  { ...onStorefront(SURVEY, true), v: 2 },
  { ...onStorefront(SURVEY, true), off: 'no' },
  { ...onStorefront(SURVEY, true), off: null },
  ...[undefined, null, 7, '', 'x', [], {}, { ko: ' ' }].map((consent) => ({
    ...onStorefront(SURVEY, true),
    consent,
  })),
  ...[undefined, null, 7, 'x', {}, [], [null], [7], ['x'], [{}]].map((questions) => ({
    ...onStorefront(SURVEY, true),
    questions,
  })),
]

/** One question with one of its fields changed to something else: it is not asked. */
export const NO_QUESTION: unknown[] = [undefined, null, '', 'x', 0, -1, [], {}].flatMap((value) =>
  ['id', 'text', 'choices'].map((field) => ({ ...SURVEY.questions[0], [field]: value })),
)

/** Every state that the block can be in, for both engines. */
export function allSurveyCases(): Case[] {
  const cases: Case[] = []
  const add = (name: string, scope: Partial<BlockScope>): void => {
    for (const locale of ['en', 'ko'])
      cases.push({ name: `${name} (${locale})`, locale, now: NOON, scope: { customer: null, settings: {}, ...scope } })
  }
  for (const isDesignMode of [false, true]) {
    add(`guest, editor ${isDesignMode}`, { app: ASKED, isDesignMode })
    add(`asked, editor ${isDesignMode}`, { app: ASKED, customer: SOMEBODY, isDesignMode })
    for (const survey of [WITH_AFTER, ONLY_AFTER])
      add(`after a delivery, ${survey.questions.length}, editor ${isDesignMode}`, {
        app: kept(onStorefront(survey, true)),
        customer: SOMEBODY,
        isDesignMode,
      })
    for (const value of NO_SURVEY) add(JSON.stringify(value), { app: kept(value), customer: SOMEBODY, isDesignMode })
    for (const preview_as of ['visitor', 'guest', 'customer', 'evil"'])
      add(`as ${preview_as}, editor ${isDesignMode}`, { app: ASKED, settings: { preview_as }, isDesignMode })
  }
  for (const strange of NO_QUESTION) {
    const questions = [strange, SURVEY.questions[1]]
    add(`question ${JSON.stringify(strange)}`, {
      app: kept({ ...onStorefront(SURVEY, true), questions }),
      customer: SOMEBODY,
    })
  }
  for (const alignment of ['left', 'center', 'right', 'evil" onload="x'])
    for (const colors of ['theme', 'light', 'dark', 'evil"'])
      add(`${alignment} ${colors}`, { app: ASKED, customer: SOMEBODY, settings: { alignment, colors, heading: 'Hi' } })
  for (const bad of HOSTILE) add(`hostile ${bad}`, hostile(bad))
  return cases
}

/** The block with this text wherever one can be. */
export function hostile(bad: string): Pick<BlockScope, 'app' | 'customer' | 'settings'> {
  const evil = { en: bad, ko: bad }
  const questions = SURVEY.questions.map((question) => ({
    ...question,
    text: evil,
    choices: question.choices.map((choice) => ({ ...choice, text: evil })),
  }))
  return { app: kept({ v: 1, off: false, consent: evil, questions }), customer: SOMEBODY, settings: { heading: bad } }
}
