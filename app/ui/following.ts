import { useRevalidator } from '@remix-run/react'
import { useEffect } from 'react'

const EVERY_MS = 2000

/** Asks again every few seconds while there is something to follow. */
export function useFollowing(isFollowing: boolean) {
  const { revalidate } = useRevalidator()
  useEffect(() => {
    if (!isFollowing) return
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') revalidate()
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [isFollowing, revalidate])
}
