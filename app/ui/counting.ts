import { useEffect, useRef, useState } from 'react'
import type { SegmentKey, SegmentPreview } from '#app/domain/pages.ts'
import type { Thresholds } from '#app/domain/stages.ts'
import { fieldsOf } from './rule-fields.ts'

const PAUSE_MS = 250

type State = { preview: SegmentPreview | null; isBusy: boolean; hasFailed: boolean }

/**
 * The live count while a number is edited: asks a moment after the last keystroke, and an answer to an older question
 * never replaces a newer one. Not a Remix fetcher: an answer that fails would replace the whole page by the error page.
 */
export function useCounting(segment: SegmentKey): State & { ask: (thresholds: Thresholds) => void } {
  const [state, setState] = useState<State>({ preview: null, isBusy: false, hasFailed: false })
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined)
  const question = useRef<AbortController>(undefined)
  useEffect(
    () => () => {
      clearTimeout(pause.current)
      question.current?.abort()
    },
    [],
  )
  function ask(thresholds: Thresholds) {
    clearTimeout(pause.current)
    question.current?.abort()
    setState((before) => ({ ...before, isBusy: true }))
    pause.current = setTimeout(() => {
      const controller = new AbortController()
      question.current = controller
      void countAt(segment, thresholds, controller.signal).then((answer) => {
        if (!controller.signal.aborted) setState({ preview: answer, isBusy: false, hasFailed: answer === null })
      })
    }, PAUSE_MS)
  }
  return { ...state, ask }
}

/** The count, or null if none came. */
async function countAt(
  segment: SegmentKey,
  thresholds: Thresholds,
  signal: AbortSignal,
): Promise<SegmentPreview | null> {
  const query = new URLSearchParams(fieldsOf(thresholds)).toString()
  return fetch(`/app/segments/${segment}/preview?${query}`, { signal }).then(
    (response) => (response.ok ? (response.json() as Promise<SegmentPreview>) : null),
    () => null,
  )
}
