import { isRouteErrorResponse } from '@remix-run/react'
import { useEffect } from 'react'

/** A page's figures; `isKept`: from an earlier answer, because this time none came. */
export type Kept<T> = T & { isKept?: true }

/** What each page showed last, in this tab. */
const lastShown = new Map<string, object>()
const PASSING = [502, 503, 504]

/**
 * Asks for a page's figures; where the answer does not come for a reason that passes, what was there stays. Everything
 * else (not found, access lost, a bug) is thrown on: it must be said.
 */
export async function askedOrKept<T extends object>(place: string, ask: () => Promise<T>): Promise<Kept<T>> {
  try {
    return await ask()
  } catch (error) {
    const last = lastShown.get(place) as T | undefined
    if (last === undefined || !isPassing(error)) throw error
    return { ...last, isKept: true }
  }
}

/** What a click did; `isLost`: no answer came, for a reason that passes, and the page stays. */
export async function doneOrLost<T extends object>(act: () => Promise<T>): Promise<T | { isLost: true }> {
  try {
    return await act()
  } catch (error) {
    if (!isPassing(error)) throw error
    return { isLost: true }
  }
}

/** Remembers what a page shows, the server's first answer included. */
export function useRemembered<T extends object>(place: string, page: Kept<T>) {
  useEffect(() => remember(place, page), [place, page])
}

export function remember<T extends object>(place: string, page: Kept<T>) {
  if (page.isKept !== true) lastShown.set(place, page)
}

function isPassing(error: unknown): boolean {
  // No Response at all: the line is down, or what came was not ours.
  return isRouteErrorResponse(error) ? PASSING.includes(error.status) : error instanceof Error
}
