import { useState } from 'react'
import type { SegmentKey, SegmentPreview } from '#app/domain/pages.ts'
import type { Thresholds } from '#app/domain/stages.ts'
import { useAsking } from './asking.ts'
import { fieldsOf } from './rule-fields.ts'

const PAUSE_MS = 250

type State = { preview: SegmentPreview | null; isBusy: boolean; hasFailed: boolean }

/** The live count while a number is edited: asked a moment after the last keystroke. */
export function useCounting(segment: SegmentKey): State & { ask: (thresholds: Thresholds) => void } {
  const [state, setState] = useState<State>({ preview: null, isBusy: false, hasFailed: false })
  const send = useAsking()
  function ask(thresholds: Thresholds) {
    setState((before) => ({ ...before, isBusy: true }))
    const query = new URLSearchParams(fieldsOf(thresholds)).toString()
    send<SegmentPreview>(
      `/app/segments/${segment}/preview?${query}`,
      (preview) => setState({ preview, isBusy: false, hasFailed: preview === null }),
      PAUSE_MS,
    )
  }
  return { ...state, ask }
}
