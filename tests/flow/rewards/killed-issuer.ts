// Workers that issue grants in processes of their own, killed by the test.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { withShop } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'

/** A worker that has loaded and begins when it is sent anything; killed when the test ends, if it was not before. */
export async function issuer({ local }: PlayedShop): Promise<ChildProcess> {
  const child = fork(new URL('./worker-process.ts', import.meta.url).pathname, {
    execArgv: ['--import', new URL('../../shop/redirect.ts', import.meta.url).pathname],
    env: { ...process.env, MORELLO_LOCAL_SHOP: local.origin, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

export async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

export async function oweIssuing({ shop }: PlayedShop): Promise<void> {
  await withShop(shop, (tx) => owe(tx, shop, 'issue-grants', String(shop), {}))
}

/** Admin calls that Shopify was asked so far. */
export function callsTo({ local }: PlayedShop, operation?: string): number {
  const counts = local.shop.callsByName()
  if (operation !== undefined) return counts[operation] ?? 0
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
