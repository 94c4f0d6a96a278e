import { onTestFinished } from 'vitest'

import { moveClock } from '#app/outside/clock.ts'

/** The app's clock shows `instant` (epoch ms) from now on and goes on ticking; set back when the test ends. */
export function timeIs(instant: number): void {
  moveClock(instant - Date.now())
  onTestFinished(() => moveClock(0))
}
