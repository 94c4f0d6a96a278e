import { useState } from 'react'
import type { Rehearsal } from '#app/domain/rehearsal.ts'
import { useAsking } from './asking.ts'

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
 * Asks what a rule would have held, and whom in one month.
 *
 * @param url  of the route that answers; the question is its query
 */
export function useRehearsing(url: string): RehearsingProps {
  const [state, setState] = useState<Rehearsing>(IDLE)
  const send = useAsking()
  function ask(query: string): void {
    setState((before) => ({ ...before, isBusy: true, hasFailed: false, waitsFor: null }))
    send<Rehearsal>(`${url}?${query}`, (rehearsal) =>
      setState({ ...IDLE, rehearsal, of: query, hasFailed: rehearsal === null }),
    )
  }
  function askMonth(month: string): void {
    setState((before) => ({ ...before, waitsFor: month, hasFailed: false }))
    send<Rehearsal>(`${url}?${state.of}&month=${month}`, (found) =>
      setState((before) => ({
        ...before,
        waitsFor: null,
        hasFailed: found === null,
        rehearsal:
          before.rehearsal?.kind === 'past' && found?.kind === 'past'
            ? { ...before.rehearsal, examples: found.examples }
            : before.rehearsal,
      })),
    )
  }
  return { rehearsing: state, onTry: ask, onMonth: askMonth }
}
