// The exam of tests/exam/siege.ts at the smallest scale at which a door that answers before the commit is found out.
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { siege } from '../exam/siege.ts'
import { hasRedis } from '../support/redis.ts'

test('while every part is killed or held still in turn, nothing acknowledged is lost and nothing is done twice', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'morello-siege-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const verdict = await siege({
    folder,
    webhooks: 200,
    happeningsPerSecond: 10,
    customers: 12,
    holdMs: 2500,
    restMs: 500,
    retryOverMs: 90_000,
    withRedis: hasRedis,
    faults: 5,
    say: () => undefined,
  })
  const { webhooks, attempts, refusedOrUnanswered, ...mustBeNone } = verdict
  expect(webhooks).toBeGreaterThanOrEqual(200)
  // The faults were met: somebody was turned away.
  expect(refusedOrUnanswered).toBeGreaterThan(0)
  expect(attempts).toBeGreaterThan(webhooks)
  expect(Object.entries(mustBeNone).filter(([, count]) => count !== 0)).toEqual([])
}, 600_000)
