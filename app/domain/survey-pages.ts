/** What the page of the survey shows. Data only, as in pages.ts. */
import type { Instant } from './order.ts'
import type { SurveyDefinition } from './survey.ts'

export type SurveyPage = {
  /** Null: none was saved yet. */
  definition: SurveyDefinition | null
  isOn: boolean
  savedAt: Instant | null
  /** Customers with any answer. */
  answered: number
  /** Of each choice, by its id. */
  counts: Record<number, number>
  /** Names of live rewards that hang on an answer. */
  rewards: string[]
  /** The theme editor, with the block to add. */
  themeEditor: string
}
