// The last places of a reward, claimed by many at once from two web processes of the production build, one of them killed;
// and what a worker, killed too, then makes of it in the shop.
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { ClaimAnswer } from '#app/domain/wire.ts'
import { makeToken } from '#app/outside/visitor-token.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { codeKey } from '#tests/shop/discounts.ts'
import { freePort } from '#tests/support/redis.ts'
import { proxyParameters, proxyQuery } from '#tests/support/signed.ts'
import { until } from '#tests/support/until.ts'
import { customers as customersOf } from './issuing.ts'
import { callsTo, issuer, kill } from './killed-issuer.ts'
import { claimable, grantsOf, offered } from './offered.ts'
import { rewardingShop } from './rewarded.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const CLAIMS = 200
const PLACES = 100
/** Races in a row, each with its process killed after another number of answers. */
const RACES = Number(process.env['EXAM_CLAIMS'] ?? 1)
const PATIENCE_MS = 300_000 * RACES

type Web = { child: ChildProcess; origin: string }
let webs: [Web, Web]

beforeAll(async () => {
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

const tokenFor = ({ shop }: PlayedShop, customer: number, reward: number) =>
  makeToken({ shop, customerId: String(customer), purpose: 'claim' }, reward, Date.now())

/** Pressed again while the answer is that there is none: too many at once for this machine. Nothing was promised then. */
async function claim(
  played: PlayedShop,
  web: Web,
  customer: number,
  token: string,
): Promise<ClaimAnswer['state'] | number> {
  for (;;) {
    const state = await claimOnce(played, web, customer, token)
    if (state !== 503) return state
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

async function claimOnce(
  { world }: PlayedShop,
  { origin }: Web,
  customer: number,
  token: string,
): Promise<ClaimAnswer['state'] | number> {
  const query = proxyQuery(proxyParameters(world.shop.domain, customer))
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${origin}/proxy/claim?${query}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ token }),
  })
  const answer = (await response.json()) as ClaimAnswer
  return response.ok ? answer.state : response.status
}

/** Every code that the shop takes, of whatever discount, as the checkout compares them. */
const codesTaken = ({ world }: PlayedShop) =>
  [...world.discounts.values()].flatMap(({ codes }) => codes.map(({ code }) => codeKey(code))).sort()

/** A worker issues, is killed once `killAfter` more calls of it have come to Shopify, and another one goes on. */
async function issuedByWorkers(played: PlayedShop, reward: number, killAfter: number): Promise<string> {
  const [mortal, heir] = await Promise.all([issuer(played), issuer(played)])
  // What was asked for is done, and its answer is on its way when the worker dies.
  played.local.faults.lateMs = 50
  const before = callsTo(played)
  mortal.send('go')
  await until(() => callsTo(played) >= before + killAfter)
  await kill(mortal)
  const [inShop, issued] = [codesTaken(played).length, await countIssued(played, reward)]
  played.local.faults.lateMs = 0
  heir.send('go')
  await until(async () => (await countIssued(played, reward)) === (await grantsOf(played.shop, reward)).length)
  await kill(heir)
  return `killed after ${killAfter} calls: ${inShop} codes in the shop, ${issued} known of`
}

async function countIssued({ shop }: PlayedShop, reward: number): Promise<number> {
  return (await grantsOf(shop, reward)).filter(({ state }) => state === 'issued').length
}

test(
  `${CLAIMS} claims at once for the last ${PLACES} places, one of two web processes killed, and the worker too: ${PLACES} grants, ${PLACES} codes in the shop`,
  async () => {
    for (let race = 0; race < RACES; race++) {
      const killAfter = 5 + ((race * 17) % 90)
      const played = await rewardingShop()
      const reward = await claimable(played.shop, { takers: PLACES, code: `RACE${race}` })
      const customers = customersOf(played, CLAIMS).map(({ id }) => id)
      await offered(played.shop, reward, customers)
      const tokens = customers.map((customer) => tokenFor(played, customer, reward))
      const [mortal, other] = webs
      let answered = 0
      const promised = new Map<number, string>()
      await Promise.all(
        customers.map(async (customer, n) => {
          const first = n % 2 === 0 ? mortal : other
          const state = await claim(played, first, customer, tokens[n]!).catch(() => null)
          answered += 1
          if (answered === killAfter) mortal.child.kill('SIGKILL')
          // Whose answer was lost presses again, with the same token, and comes to the process that is left.
          promised.set(customer, String(state ?? (await claim(played, other, customer, tokens[n]!))))
        }),
      )
      const states = [...promised.values()]
      const grants = await grantsOf(played.shop, reward)
      expect(grants).toHaveLength(PLACES)
      expect(states.filter((state) => state === 'reserved')).toHaveLength(PLACES)
      expect(states.filter((state) => state === 'over')).toHaveLength(CLAIMS - PLACES)
      const granted = grants.map(({ customer }) => Number(customer)).sort((a, b) => a - b)
      expect(granted).toEqual(customers.filter((customer) => promised.get(customer) === 'reserved'))
      expect(mortal.child.killed).toBe(true)
      webs = [await startWeb(), other]

      const moment = await issuedByWorkers(played, reward, 3 + (race % 6))
      const codes = codesTaken(played)
      process.stderr.write(`race ${race}: ${moment}; in the end ${codes.length} of ${new Set(codes).size} names\n`)
      expect(codes).toHaveLength(PLACES)
      expect(codes).toEqual((await grantsOf(played.shop, reward)).map(({ code }) => codeKey(code!)).sort())
      expect([...played.world.discounts.values()].map(({ buyers }) => buyers)).toEqual([
        { kind: 'customers', ids: expect.toSatisfy((ids: number[]) => isSame(ids, granted)) as unknown },
      ])
    }
  },
  PATIENCE_MS,
)

function isSame(ids: number[], others: number[]): boolean {
  return isDeepStrictEqual(
    ids.toSorted((a, b) => a - b),
    others,
  )
}

test(
  `${CLAIMS} claims at once by one person, over two web processes, and the worker killed: 1 grant, 1 code in the shop`,
  async () => {
    for (let race = 0; race < RACES; race++) {
      const played = await rewardingShop()
      const customer = customersOf(played, 1)[0]!.id
      const reward = await claimable(played.shop, { code: `ONCE${race}` })
      await offered(played.shop, reward, [customer])
      const tokens = Array.from({ length: CLAIMS }, () => tokenFor(played, customer, reward))
      const states = await Promise.all(tokens.map((token, n) => claim(played, webs[n % 2]!, customer, token)))
      // One customer may ask 30 times at once of each process; who asks oftener waits.
      expect(states.filter((state) => state === 'reserved').length).toBeGreaterThanOrEqual(50)
      expect(states.filter((state) => state !== 'reserved' && state !== 429)).toEqual([])
      expect(await grantsOf(played.shop, reward)).toHaveLength(1)

      const moment = await issuedByWorkers(played, reward, 2 + (race % 2))
      process.stderr.write(`one person ${race}: ${moment}\n`)
      const [grant] = await grantsOf(played.shop, reward)
      expect(codesTaken(played)).toEqual([codeKey(grant!.code!)])
    }
  },
  PATIENCE_MS,
)
