import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, inject, test } from 'vitest'

import { refuseOldNode, refuseUnfitSurroundings } from '#app/outside/ready.server.ts'
import { freePort } from '#tests/support/redis.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** Starts a built process until it ends by itself or says `until`; answers its code and what it said. */
async function started(args: string[], env: Record<string, string>, until: RegExp) {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, NODE_ENV: 'production', ...env } })
  let said = ''
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const hear = (data: Buffer) => {
    said += data.toString()
    if (until.test(said)) child.kill('SIGTERM')
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  return { code: await ended, said }
}

/** The address of this test's database under another role of the same server. */
function as(role: 'superUrl' | 'migrateUrl'): string {
  const url = new URL(inject('postgres')[role])
  url.pathname = new URL(process.env.DATABASE_URL!).pathname
  return url.href
}

test('the role and the Node of these tests are fit', async () => {
  await refuseUnfitSurroundings()
})

test.each(['18.20.0', '20.19.5', '22.11.0'])('Node %s is too old', (version) => {
  expect(() => refuseOldNode(version)).toThrow('22.12 or newer')
})

test.each(['22.12.0', '24.1.0', '100.0.0'])('Node %s is new enough', (version) => {
  refuseOldNode(version)
})

describe.each([
  ['web', 'build/server/index.js', ['build/server/index.js'], /web listens/],
  ['worker', 'build/worker/worker.js', ['build/worker/worker.js'], /worker runs/],
] as const)('the built %s', (_, built, args, runs) => {
  test('is there', () => expect(existsSync(path.join(root, built))).toBe(true))

  test.each([
    ['superUrl', 'is a superuser'],
    ['migrateUrl', 'owns the tables'],
  ] as const)('does not start with the role of %s', async (role, why) => {
    const env = { DATABASE_URL: as(role), PORT: String(await freePort()), LOG_LEVEL: 'info' }
    const { code, said } = await started([...args], env, runs)
    expect(said).toContain(why)
    expect(said).not.toMatch(runs)
    expect(code).toBe(1)
  })

  test('starts with the app’s own role', async () => {
    const { said } = await started([...args], { PORT: String(await freePort()), LOG_LEVEL: 'info' }, runs)
    expect(said).toMatch(runs)
  })
})
