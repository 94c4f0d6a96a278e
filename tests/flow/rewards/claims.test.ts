// The last places of a reward, claimed by many at once from two web processes of the production build, one of them killed.
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { ClaimAnswer } from '#app/domain/wire.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { makeToken } from '#app/outside/visitor-token.server.ts'
import { freshDomain, testShop } from '#tests/support/database.ts'
import { freePort } from '#tests/support/redis.ts'
import { proxyParameters, proxyQuery } from '#tests/support/signed.ts'
import { until } from '#tests/support/until.ts'
import { claimable, grantsOf, offered } from './offered.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const CLAIMS = 200
const PLACES = 100
/** Races in a row, each with its process killed after another number of answers. */
const RACES = Number(process.env['EXAM_CLAIMS'] ?? 1)
const PATIENCE_MS = 300_000 * RACES

type Web = { child: ChildProcess; origin: string }
let webs: [Web, Web]
const shop = { domain: freshDomain(), id: 0 as ShopId }

beforeAll(async () => {
  shop.id = await testShop(shop.domain)
  webs = await Promise.all([startWeb(), startWeb()])
})
afterAll(() => webs.forEach(({ child }) => child.kill('SIGKILL')))

async function startWeb(): Promise<Web> {
  const port = await freePort()
  const child = spawn(process.execPath, ['build/server/index.js'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'info', HOST: '127.0.0.1', PORT: String(port) },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += String(data)))
  await until(() => text.includes('web listens'))
  return { child, origin: `http://127.0.0.1:${port}` }
}

const tokenFor = (customer: number, reward: number) =>
  makeToken({ shop: shop.id, customerId: String(customer), purpose: 'claim' }, reward, Date.now())

/** Pressed again while the answer is that there is none: too many at once for this machine. Nothing was promised then. */
async function claim(web: Web, customer: number, token: string): Promise<ClaimAnswer['state'] | number> {
  for (;;) {
    const state = await claimOnce(web, customer, token)
    if (state !== 503) return state
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

async function claimOnce({ origin }: Web, customer: number, token: string): Promise<ClaimAnswer['state'] | number> {
  const query = proxyQuery(proxyParameters(shop.domain, customer))
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${origin}/proxy/claim?${query}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ token }),
  })
  const answer = (await response.json()) as ClaimAnswer
  return response.ok ? answer.state : response.status
}

test(
  `${CLAIMS} claims at once for the last ${PLACES} places, one of two web processes killed: ${PLACES} grants`,
  async () => {
    for (let race = 0; race < RACES; race++) {
      const killAfter = 5 + ((race * 17) % 90)
      const reward = await claimable(shop.id, { takers: PLACES, code: `RACE${race}` })
      const customers = Array.from({ length: CLAIMS }, (_, n) => race * 10_000 + 1000 + n)
      await offered(shop.id, reward, customers)
      const tokens = customers.map((customer) => tokenFor(customer, reward))
      const [mortal, other] = webs
      let answered = 0
      const promised = new Map<number, string>()
      await Promise.all(
        customers.map(async (customer, n) => {
          const first = n % 2 === 0 ? mortal : other
          const state = await claim(first, customer, tokens[n]!).catch(() => null)
          answered += 1
          if (answered === killAfter) mortal.child.kill('SIGKILL')
          // Whose answer was lost presses again, with the same token, and comes to the process that is left.
          promised.set(customer, String(state ?? (await claim(other, customer, tokens[n]!))))
        }),
      )
      const states = [...promised.values()]
      const grants = await grantsOf(shop.id, reward)
      expect(grants).toHaveLength(PLACES)
      expect(new Set(grants.map(({ code }) => code)).size).toBe(PLACES)
      expect(states.filter((state) => state === 'reserved')).toHaveLength(PLACES)
      expect(states.filter((state) => state === 'over')).toHaveLength(CLAIMS - PLACES)
      const granted = grants.map(({ customer }) => Number(customer)).sort((a, b) => a - b)
      expect(granted).toEqual(customers.filter((customer) => promised.get(customer) === 'reserved'))
      expect(mortal.child.killed).toBe(true)
      webs = [await startWeb(), other]
    }
  },
  PATIENCE_MS,
)

test(
  `${CLAIMS} claims at once by one person, over two web processes: 1 grant`,
  async () => {
    for (let race = 0; race < RACES; race++) {
      const customer = 900_000 + race
      const reward = await claimable(shop.id, { code: `ONCE${race}` })
      await offered(shop.id, reward, [customer])
      const tokens = Array.from({ length: CLAIMS }, () => tokenFor(customer, reward))
      const states = await Promise.all(tokens.map((token, n) => claim(webs[n % 2]!, customer, token)))
      // One customer may ask 30 times at once of each process; who asks oftener waits.
      expect(states.filter((state) => state === 'reserved').length).toBeGreaterThanOrEqual(50)
      expect(states.filter((state) => state !== 'reserved' && state !== 429)).toEqual([])
      expect(await grantsOf(shop.id, reward)).toHaveLength(1)
    }
  },
  PATIENCE_MS,
)
