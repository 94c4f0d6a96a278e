import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { freePort } from '../demo/processes.ts'
import { filesBelow, read, root } from './source.ts'

const sentinel = /SENTINEL\s*=\s*'([^']+)'/.exec(read('tests/shop/server.ts'))?.[1]
const local = {
  ...process.env,
  MORELLO_LOCAL_SHOP: 'http://127.0.0.1:9',
  SHOPIFY_API_KEY: 'local-key',
  SHOPIFY_APP_URL: 'http://127.0.0.1:9',
  DATABASE_URL: 'postgresql://app@127.0.0.1:9/x',
}

function preloadWith(changed: Record<string, string>) {
  return spawnSync(process.execPath, ['--import', './tests/shop/redirect.ts', '-e', 'console.log("started")'], {
    cwd: root,
    env: { ...local, ...changed },
    encoding: 'utf8',
  })
}

describe('the local shop cannot ship', () => {
  test('nothing under app imports tests', () => {
    expect(filesBelow('app', '.ts', '.tsx').filter((file) => /from ['"](#tests|.*\/tests\/)/.test(read(file)))).toEqual(
      [],
    )
  })

  test('the built web and worker hold nothing of it', () => {
    expect(sentinel).toBeTruthy()
    expect(existsSync(path.join(root, 'build/worker/worker.js'))).toBe(true)
    const built = readdirSync(path.join(root, 'build'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    const holding = built.filter((entry) =>
      readFileSync(path.join(entry.parentPath, entry.name), 'utf8').includes(sentinel!),
    )
    expect(holding.map((entry) => entry.name)).toEqual([])
  })

  test('the preload starts beside local keys and loopback addresses', () => {
    expect(preloadWith({}).stdout).toContain('started')
  })

  test.each([
    ['a real API key', { SHOPIFY_API_KEY: 'f00ba4' }],
    ['an app address elsewhere', { SHOPIFY_APP_URL: 'https://morello.example.com' }],
    ['a database elsewhere', { DATABASE_URL: 'postgresql://app@db.example.com/x' }],
    ['a loopback look-alike', { SHOPIFY_APP_URL: 'http://127.0.0.1.example.com' }],
  ])('the preload refuses to start beside %s', (_name, changed) => {
    const { status, stdout } = preloadWith(changed as Record<string, string>)
    expect(status).not.toBe(0)
    expect(stdout).not.toContain('started')
  })

  test('the app has no switch for it', () => {
    expect(filesBelow('app', '.ts', '.tsx').filter((file) => /LOCAL_SHOP|local-shop|MOCK/i.test(read(file)))).toEqual(
      [],
    )
  })

  test('the built worker says what is missing in its configuration', async () => {
    const { code, said } = await ended(started(['build/worker/worker.js'], root, { LOG_LEVEL: 'info' }))
    expect(code).not.toBe(0)
    expect(said()).toContain('SHOPIFY_API_KEY')
  })

  test('the built web and worker run where there are no tests', async () => {
    const port = await freePort()
    const place = mkdtempSync(path.join(os.tmpdir(), 'morello-shipped-'))
    for (const shipped of ['build', 'package.json'])
      cpSync(path.join(root, shipped), path.join(place, shipped), { recursive: true })
    symlinkSync(path.join(root, 'node_modules'), path.join(place, 'node_modules'))
    const env = {
      ...(process.env as Record<string, string>),
      NODE_ENV: 'production',
      LOG_LEVEL: 'info',
      PORT: String(port),
      HOST: '127.0.0.1',
    }
    const web = started(['build/server/index.js'], place, env)
    const worker = started(['build/worker/worker.js'], place, env)
    try {
      await expect.poll(worker.said).toContain('worker runs')
      const health = async () => (await fetch(`http://127.0.0.1:${port}/health`).catch(() => null))?.status
      await expect.poll(health).toBe(200)
    } finally {
      for (const one of [web, worker]) one.child.kill('SIGTERM')
      await Promise.all([ended(web), ended(worker)])
      rmSync(place, { recursive: true, force: true })
    }
  })
})

type Started = { child: ChildProcess; said: () => string }

function started(args: string[], cwd: string, env: Record<string, string>): Started {
  const child = spawn(process.execPath, args, { cwd, env: { NODE_ENV: 'production', ...env } })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += String(data)))
  return { child, said: () => text }
}

async function ended({ child, said }: Started): Promise<{ code: number | null; said: () => string }> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve))
  return { code: child.exitCode, said }
}
