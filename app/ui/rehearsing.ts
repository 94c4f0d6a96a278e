import { useEffect, useRef, useState } from 'react'
import type { Rehearsal } from '#app/domain/rehearsal.ts'

/** How trying a rule on the past stands. `of`: the question that the figures answer. */
export type Rehearsing = {
  rehearsal: Rehearsal | null
  of: string
  isBusy: boolean
  hasFailed: boolean
  /** A month whose examples are on their way; null: none. */
  waitsFor: string | null
}

export type RehearsingProps = {
  rehearsing: Rehearsing
  onTry: (query: string) => void
  onMonth: (month: string) => void
}

const IDLE: Rehearsing = { rehearsal: null, of: '', isBusy: false, hasFailed: false, waitsFor: null }

/**
 * Asks what a rule would have held, and whom in one month. Not a Remix fetcher: an answer that fails would replace the
 * whole page by the error page.
 *
 * @param url  of the route that answers; the question is its query
 */
export function useRehearsing(url: string): RehearsingProps {
  const [state, setState] = useState<Rehearsing>(IDLE)
  const question = useRef<AbortController>(undefined)
  useEffect(() => () => question.current?.abort(), [])
  function begin(): AbortSignal {
    question.current?.abort()
    question.current = new AbortController()
    return question.current.signal
  }
  async function ask(query: string): Promise<void> {
    const signal = begin()
    setState((before) => ({ ...before, isBusy: true, hasFailed: false, waitsFor: null }))
    const rehearsal = await rehearsalFrom(`${url}?${query}`, signal)
    if (!signal.aborted) setState({ ...IDLE, rehearsal, of: query, hasFailed: rehearsal === null })
  }
  async function askMonth(month: string): Promise<void> {
    const signal = begin()
    setState((before) => ({ ...before, waitsFor: month, hasFailed: false }))
    const found = await rehearsalFrom(`${url}?${state.of}&month=${month}`, signal)
    if (signal.aborted) return
    setState((before) => ({
      ...before,
      waitsFor: null,
      hasFailed: found === null,
      rehearsal:
        before.rehearsal?.kind === 'past' && found?.kind === 'past'
          ? { ...before.rehearsal, examples: found.examples }
          : before.rehearsal,
    }))
  }
  return { rehearsing: state, onTry: (query) => void ask(query), onMonth: (month) => void askMonth(month) }
}

async function rehearsalFrom(url: string, signal: AbortSignal): Promise<Rehearsal | null> {
  return fetch(url, { signal }).then(
    (response) => (response.ok ? (response.json() as Promise<Rehearsal>) : null),
    () => null,
  )
}
