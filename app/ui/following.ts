import { useRevalidator } from '@remix-run/react'
import { useEffect, useRef } from 'react'

const EVERY_MS = 2000

/** Asks again every few seconds while there is something to follow; never before the last answer has come. */
export function useFollowing(isFollowing: boolean) {
  const { revalidate, state } = useRevalidator()
  const isIdle = useRef(true)
  useEffect(() => {
    isIdle.current = state === 'idle'
  }, [state])
  useEffect(() => {
    if (!isFollowing) return
    const timer = setInterval(() => {
      if (isIdle.current && document.visibilityState === 'visible') revalidate()
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [isFollowing, revalidate])
}
