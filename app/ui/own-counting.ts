import { useEffect, useRef, useState } from 'react'
import type { OwnPreview } from '#app/domain/own-pages.ts'
import type { Rule } from '#app/domain/rules/rule.ts'

const PAUSE_MS = 250
/** Of a shop that is large enough for a sample, the exact count is asked once the rule has been left alone. */
const SETTLED_MS = 900

type State = { preview: OwnPreview | null; isBusy: boolean; hasFailed: boolean }

/** What a rule would hold, while it is edited: at once by the sample, then exactly. A newer question ends an older one. */
export function useOwnCounting(id: number | null): State & { ask: (rule: Rule) => void } {
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
  function ask(rule: Rule) {
    clearTimeout(pause.current)
    question.current?.abort()
    const controller = new AbortController()
    question.current = controller
    setState((before) => ({ ...before, isBusy: true }))
    pause.current = setTimeout(() => void count('sample'), PAUSE_MS)
    async function count(how: 'sample' | 'exact'): Promise<void> {
      const preview = await previewFrom(id, rule, how, controller.signal)
      if (controller.signal.aborted) return
      const isDone = preview === null || preview.figures === null || preview.examples !== null
      setState((before) => ({
        // Figures of the sample stand for as long as the exact ones are on their way, and where those do not come.
        preview: preview ?? (how === 'exact' ? before.preview : null),
        isBusy: !isDone,
        hasFailed: preview === null && how === 'sample',
      }))
      if (!isDone) pause.current = setTimeout(() => void count('exact'), SETTLED_MS - PAUSE_MS)
    }
  }
  return { ...state, ask }
}

async function previewFrom(
  id: number | null,
  rule: Rule,
  how: 'sample' | 'exact',
  signal: AbortSignal,
): Promise<OwnPreview | null> {
  const query = new URLSearchParams({ how, rule: JSON.stringify(rule) }).toString()
  return fetch(`/app/segments/own/${id ?? 'new'}/preview?${query}`, { signal }).then(
    (response) => (response.ok ? (response.json() as Promise<OwnPreview>) : null),
    () => null,
  )
}
