// The web process of the production build, by HTTP.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { request as send } from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'
import { freePort } from '#tests/support/redis.ts'
import { webhook } from '#tests/support/signed.ts'
import { until } from '#tests/support/until.ts'

const root = path.resolve(import.meta.dirname, '../..')
const domain = freshDomain()
let web: { child: ChildProcess; origin: string; said: () => string }

beforeAll(async () => {
  await testShop(domain)
  web = await startWeb()
})
afterAll(() => web.child.kill('SIGKILL'))

async function startWeb(): Promise<typeof web> {
  const port = await freePort()
  const child = spawn(process.execPath, ['build/server/index.js'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'info', HOST: '127.0.0.1', PORT: String(port) },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += String(data)))
  await until(() => text.includes('web listens'))
  return { child, origin: `http://127.0.0.1:${port}`, said: () => text }
}

function delivery(order: number, headers: Record<string, string | null> = {}): Request {
  const body = { admin_graphql_api_id: `gid://shopify/Order/${order}`, updated_at: '2026-11-01T10:00:00Z' }
  return webhook('orders/updated', domain, body, headers)
}

/** Sends the request to the built web instead of where it was made for. */
async function sent(request: Request, to = web): Promise<number> {
  const { pathname } = new URL(request.url)
  const body = Buffer.from(await request.arrayBuffer())
  const response = await fetch(`${to.origin}${pathname}`, { method: 'POST', headers: request.headers, body })
  await response.arrayBuffer()
  return response.status
}

const owed = () =>
  connectAs('superuser', async (client) => {
    const { rows } = await client.query<{ entity: string }>(`SELECT entity FROM "Work" WHERE kind = 'refresh-order'`)
    return rows.map(({ entity }) => entity).sort()
  })

/** The answer to a path exactly as it is written: fetch would tidy it up. */
function statusOfPath(at: string): Promise<number | undefined> {
  const { port } = new URL(web.origin)
  return new Promise((resolve, reject) =>
    send({ port, host: '127.0.0.1', path: at }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end(),
  )
}

describe('the built web', () => {
  test('takes deliveries in, and refuses what is not signed or too large', async () => {
    expect(await sent(delivery(1))).toBe(200)
    expect(await sent(delivery(2, { 'x-shopify-hmac-sha256': null }))).toBe(401)
    expect(await sent(webhook('orders/updated', domain, Buffer.alloc(5 * 1024 * 1024 + 1, ' ')))).toBe(413)
    expect((await fetch(`${web.origin}/webhooks`)).status).toBe(405)
    expect(await owed()).toEqual(['1'])
  })

  test('serves its own files packed and for ever, and nothing beside them', async () => {
    const name = readdirSync(path.join(root, 'build/client/assets')).find((file) => file.endsWith('.js'))!
    const file = await fetch(`${web.origin}/assets/${name}`)
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
      'x-content-type-options': 'nosniff',
    })
    expect((await file.text()).length).toBeGreaterThan(100)
    for (const at of ['/assets/none.js', '/assets/../../server/index.js', '/..%2f..%2fpackage.json', '//package.json'])
      expect([at, await statusOfPath(at)]).toEqual([at, 404])
  })

  test('writes no address with a token into its log', async () => {
    await fetch(`${web.origin}/auth/login?shop=x&id_token=CNRY-TOKEN`, { redirect: 'manual' })
    await until(() => web.said().includes('/auth/login'))
    expect(web.said()).not.toContain('CNRY-TOKEN')
  })

  test('lets a delivery that has begun end when it is told to stop', async () => {
    const stopping = await startWeb()
    const code = new Promise((resolve) => stopping.child.once('exit', resolve))
    const request = delivery(9)
    const body = Buffer.from(await request.arrayBuffer())
    const { port } = new URL(stopping.origin)
    const headers = { ...Object.fromEntries(request.headers), 'content-length': body.length }
    const open = send({ port, host: '127.0.0.1', path: '/webhooks', method: 'POST', headers })
    const answer = new Promise((resolve, reject) => {
      open.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject)
    })
    open.write(body.subarray(0, 20))
    await sleep(1000)
    stopping.child.kill('SIGTERM')
    await sleep(200)
    open.end(body.subarray(20))
    expect(await answer).toBe(200)
    expect(await code).toBe(0)
    expect(await owed()).toContain('9')
  })
})
