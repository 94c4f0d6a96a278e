import { useEffect, useState } from 'react'

/**
 * Asks a route of ours, a while later if wanted, and hands over what it answers; null: nothing came. A newer question ends
 * an older one, asked or not: its answer is never taken. Not a Remix fetcher: an answer that fails would replace the whole
 * page by the error page.
 */
export type Asking = {
  ask: <Answer>(url: string, take: (answer: Answer | null) => void, inMs?: number) => void
  end: () => void
}

/** The same outside of a screen. */
export function asking(): Asking {
  let pause: ReturnType<typeof setTimeout> | undefined
  let question: AbortController | undefined
  const end = () => {
    clearTimeout(pause)
    question?.abort()
  }
  return {
    end,
    ask<Answer>(url: string, take: (answer: Answer | null) => void, inMs = 0) {
      end()
      question = new AbortController()
      const { signal } = question
      const send = async () => {
        const answer = await answerOf<Answer>(url, signal)
        if (!signal.aborted) take(answer)
      }
      if (inMs === 0) void send()
      else pause = setTimeout(() => void send(), inMs)
    },
  }
}

async function answerOf<Answer>(url: string, signal: AbortSignal): Promise<Answer | null> {
  try {
    const response = await fetch(url, { signal })
    // Ended while it comes in, it fails as well.
    return response.ok ? ((await response.json()) as Answer) : null
  } catch {
    return null
  }
}

/** Ends with the screen that asks. */
export function useAsking(): Asking['ask'] {
  const [{ ask, end }] = useState(asking)
  useEffect(() => end, [end])
  return ask
}
