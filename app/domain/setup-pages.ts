/** What the page "Copy this setup" shows. Data only, as in pages.ts. */
import type { Instant } from './order.ts'
import type { Estimate } from './rules/estimate.ts'
import type { LeftOutOfSetup, SettingChange, SetupFault } from './setup-copy.ts'

export type SetupPage = {
  /** What a file of this shop would hold. */
  segments: number
  leftOut: LeftOutOfSetup[]
  /** The last setup that was taken over and can be undone; null: none, or it is more than 30 days ago. */
  applied: { at: Instant; until: Instant } | null
}

export type SetupSegment = {
  name: string
  kind: 'new' | 'changed' | 'same'
  members: Estimate | null
  enters: number
  leaves: number
}

/** What taking a file over would change here. */
export type SetupDiff =
  | { fault: SetupFault }
  | {
      fault: null
      settings: SettingChange[]
      /** The return window by this shop's own orders, before and after; null: nothing is learned yet. */
      windowDays: { before: number; after: number } | null
      /** Moves between segments that other thresholds bring; null: not known before the first run of the stages. */
      moves: number | null
      /** Orders or codes would count differently: who moves is known once everything is worked out again. */
      isRecounted: boolean
      /** Codes that the file speaks of and nobody has used here. */
      codesUnknown: string[]
      segments: SetupSegment[]
      leftOut: LeftOutOfSetup[]
      /** This shop's own segments that the file does not touch. */
      kept: number
      taggingOn: boolean
    }
