import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
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

  test('the built worker starts without tests and says what is missing', async () => {
    const child = spawn(process.execPath, ['build/worker/worker.js'], {
      cwd: root,
      env: { NODE_ENV: 'production' as const },
    })
    const [code, text] = await new Promise<[number | null, string]>((resolve) => {
      let said = ''
      child.stderr.on('data', (data) => (said += String(data)))
      child.stdout.on('data', (data) => (said += String(data)))
      child.on('exit', (status) => resolve([status, said]))
    })
    expect(code).not.toBe(0)
    expect(text).toContain('SHOPIFY_API_KEY')
  })
})
