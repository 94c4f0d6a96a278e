import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

import { expect, onTestFinished, test } from 'vitest'

import { withShop } from '#app/outside/database.server.ts'

import {
  fillWithSomeOfEverything,
  importAll,
  oweImport,
  playShop,
  type PlayedShop,
  stagedFor,
  storedRows,
} from './played.ts'

const ORDERS = 3000
const KILLS = 10

/** A worker that has loaded and waits for its turn. */
async function standby(played: PlayedShop): Promise<ChildProcess> {
  const child = fork(new URL('./worker-process.ts', import.meta.url).pathname, {
    execArgv: ['--import', new URL('../../shop/redirect.ts', import.meta.url).pathname],
    env: { ...process.env, MORELLO_LOCAL_SHOP: played.local.origin, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  return child
}

async function isBusy({ shop }: PlayedShop): Promise<boolean> {
  const open = await withShop(shop, (tx) => tx.work.findMany({ where: { shop } }))
  expect(open.filter((work) => work.state === 'dead' || work.state === 'parked')).toEqual([])
  return open.length > 0
}

test(
  'SIGKILL of the worker at ten random moments of an import ends with the same rows',
  { timeout: 600_000 },
  async () => {
    const undisturbed = await playShop((world) => fillWithSomeOfEverything(world, ORDERS))
    await importAll(undisturbed)
    const expected = await storedRows(undisturbed.shop)

    const played = await playShop((world) => fillWithSomeOfEverything(world, ORDERS), {
      pace: { startMs: 100, objectsPerSecond: 20_000 },
    })
    const children = new Set<ChildProcess>()
    onTestFinished(() => {
      for (const child of children) child.kill('SIGKILL')
    })
    const next = async () => {
      const child = await standby(played)
      children.add(child)
      return child
    }
    const moments = Array.from({ length: KILLS }, () => 30 + Math.floor(Math.random() * 500))
    process.stderr.write(`killed after ${moments.join(', ')} ms\n`)
    let worker = await next()
    for (const moment of moments) {
      const reserve = await next()
      if (!(await isBusy(played))) await oweImport(played.shop)
      worker.send('go')
      await sleep(moment)
      worker.kill('SIGKILL')
      await once(worker, 'exit')
      children.delete(worker)
      worker = reserve
    }
    worker.send('go')
    while (await isBusy(played)) await sleep(50)
    expect(await storedRows(played.shop)).toEqual(expected)
    expect(await stagedFor(played.shop)).toBe(0)
  },
)
