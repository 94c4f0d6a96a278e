import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx', 'tests/**/*.spec.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    setupFiles: ['tests/support/setup.ts'],
    // Bull leaves a promise of its own unawaited when its connection is cut while Redis is away.
    onUnhandledError: (error) => error.message !== 'Connection is closed.',
    // On two cores: half of the time of most files is waiting, for a lease, a retry or a page.
    maxWorkers: 3,
    // A hang is told from a busy machine; nothing is timed by these.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 180_000 } },
  },
})
