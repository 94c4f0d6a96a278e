import { useState } from 'react'
import type { OwnPreview } from '#app/domain/own-pages.ts'
import type { Rule } from '#app/domain/rules/rule.ts'
import { useAsking } from './asking.ts'

const PAUSE_MS = 250
/** Of a shop that is large enough for a sample, the exact count is asked once the rule has been left alone. */
const SETTLED_MS = 900

type State = { preview: OwnPreview | null; isBusy: boolean; hasFailed: boolean }

/** What a rule would hold, while it is edited: at once by the sample, then exactly. */
export function useOwnCounting(id: number | null): State & { ask: (rule: Rule) => void } {
  const [state, setState] = useState<State>({ preview: null, isBusy: false, hasFailed: false })
  const send = useAsking()
  function ask(rule: Rule) {
    setState((before) => ({ ...before, isBusy: true }))
    count('sample', PAUSE_MS)
    function count(how: 'sample' | 'exact', inMs: number): void {
      const query = new URLSearchParams({ how, rule: JSON.stringify(rule) }).toString()
      send<OwnPreview>(
        `/app/segments/own/${id ?? 'new'}/preview?${query}`,
        (preview) => {
          const isDone = preview === null || preview.figures === null || preview.examples !== null
          setState((before) => ({
            // Figures of the sample stand for as long as the exact ones are on their way, and where those do not come.
            preview: preview ?? (how === 'exact' ? before.preview : null),
            isBusy: !isDone,
            hasFailed: preview === null && how === 'sample',
          }))
          if (!isDone) count('exact', SETTLED_MS - PAUSE_MS)
        },
        inMs,
      )
    }
  }
  return { ...state, ask }
}
