/**
 * A knock at the workers' door when work has been owed, so that it begins in milliseconds. A hint only: whatever is not
 * heard (a worker that is just starting, a connection pooler that drops it) the sweeper finds by itself a second later.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import pg from 'pg'

import { connectionUrl, knock } from './database.server.ts'
import { log } from './log.server.ts'

const CHANNEL = 'morello_work'
const TOGETHER_MS = 20
const CONNECT_AGAIN_MS = 1000
const GOODBYE_MS = 500

let isKnocking = false
let isOwedMore = false

/**
 * Tells the workers that work was owed. Not in the transaction that owes it: PostgreSQL lets transactions that notify
 * commit one by one only, and whatever else comes within 20 ms is told with it.
 */
export function rouseWorkers(): void {
  isOwedMore = true
  if (isKnocking) return
  isKnocking = true
  setTimeout(() => {
    isOwedMore = false
    knock(CHANNEL)
      .catch((error: unknown) => log.debug({ error }, 'the workers were not told of work'))
      .finally(() => {
        isKnocking = false
        if (isOwedMore) rouseWorkers()
      })
  }, TOGETHER_MS).unref()
}

/** Calls `rouse` when work was owed somewhere, over a connection of its own; found again where it breaks. */
export function hearOfWork(rouse: () => void): { stop(): Promise<void> } {
  let isOver = false
  let client: pg.Client | null = null
  let timer: NodeJS.Timeout | undefined

  async function listen(): Promise<void> {
    const connectionString = await connectionUrl()
    if (isOver) return
    const one = new pg.Client({ connectionString, connectionTimeoutMillis: 5000, keepAlive: true })
    client = one
    one.on('error', (error) => log.debug({ error }, 'nothing is heard of work for a moment'))
    one.on('notification', rouse)
    one.once('end', again)
    try {
      await one.connect()
      await one.query(`LISTEN ${CHANNEL}`)
      // What was owed while nobody listened.
      rouse()
    } catch (error) {
      log.debug({ error }, 'nothing is heard of work for a moment')
      await one.end().catch(() => undefined)
      again()
    }
  }

  function again(): void {
    client = null
    clearTimeout(timer)
    if (!isOver) timer = setTimeout(() => void listen().catch(again), CONNECT_AGAIN_MS)
  }

  void listen().catch(again)
  return {
    async stop() {
      isOver = true
      clearTimeout(timer)
      // A server that does not answer is not waited for.
      const goodbye = client?.end().catch(() => undefined)
      await Promise.race([goodbye, sleep(GOODBYE_MS, undefined, { ref: false })])
    },
  }
}
