/** A survey as the editor holds it: what is half typed is kept. */
import {
  LEAST_CHOICES,
  MOST_CHOICES,
  MOST_QUESTIONS,
  type SurveyDefinition,
  type SurveyText,
} from '#app/domain/survey.ts'

export type SurveyDraft = SurveyDefinition
export type QuestionDraft = SurveyDraft['questions'][number]

const blank = (): SurveyText => ({ en: '', ko: '' })

/** A question with room for the fewest choices. */
export function freshQuestion(): QuestionDraft {
  const choices = Array.from({ length: LEAST_CHOICES }, () => ({ id: 0, text: blank() }))
  return { id: 0, text: blank(), several: false, choices }
}

export const isAfterDelivery = ({ when }: QuestionDraft): boolean => when === 'after-delivery'

/** The question asked at that time. */
export function askedWhen({ id, text, several, choices }: QuestionDraft, isAfter: boolean): QuestionDraft {
  return { id, text, several, choices, ...(isAfter ? { when: 'after-delivery' } : {}) }
}

/** What the editor starts from: the survey, or a first question with a sentence to agree to. */
export function draftOf(definition: SurveyDefinition | null, consent: SurveyText): SurveyDraft {
  return definition ?? { consent, questions: [freshQuestion()] }
}

/** Without the blanks around each text, as it is stored. */
export function trimmed({ consent, questions }: SurveyDraft): SurveyDraft {
  const bare = ({ en, ko }: SurveyText): SurveyText => ({ en: en.trim(), ko: ko.trim() })
  return {
    consent: bare(consent),
    questions: questions.map((question) => ({
      ...question,
      text: bare(question.text),
      choices: question.choices.map((choice) => ({ ...choice, text: bare(choice.text) })),
    })),
  }
}

/** Whether every text is there in one of the languages. */
export function isComplete({ consent, questions }: SurveyDraft): boolean {
  const has = ({ en, ko }: SurveyText) => en.trim() !== '' || ko.trim() !== ''
  return (
    has(consent) &&
    questions.filter(isAfterDelivery).length <= 1 &&
    questions.every(({ text, choices }) => has(text) && choices.every((each) => has(each.text)))
  )
}

export const canAddQuestion = ({ questions }: SurveyDraft): boolean => questions.length < MOST_QUESTIONS
export const canRemoveQuestion = ({ questions }: SurveyDraft): boolean => questions.length > 1
export const canAddChoice = ({ choices }: QuestionDraft): boolean => choices.length < MOST_CHOICES
export const canRemoveChoice = ({ choices }: QuestionDraft): boolean => choices.length > LEAST_CHOICES

/** Whether saving takes something away that somebody has answered. */
export function losesAnswers(draft: SurveyDraft, counts: Record<number, number>): boolean {
  const kept = new Set(draft.questions.flatMap(({ choices }) => choices.map(({ id }) => id)))
  return Object.entries(counts).some(([choice, count]) => count > 0 && !kept.has(Number(choice)))
}
