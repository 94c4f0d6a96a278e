/** Everything that runs beside each other in the demo, the journeys and the bench: one PostgreSQL, shop, web, worker. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { startLocalPostgres, type LocalPostgres } from '#app/outside/local-postgres.server.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { migrate } from '../../prisma/migrate.mjs'
import { startShop, type RunningShop } from '../shop/server.ts'
import type { World } from '../shop/world.ts'
import { forgetRunning, freePort, rememberRunning, start, stopRunning, whenUp } from './processes.ts'
import type { Running } from './processes.ts'

const API_KEY = 'local-morello'
// Only in a process that this preload has entered do Shopify's addresses lead to the local shop.
export const PRELOAD = ['--import', './tests/shop/redirect.ts']
// As `npm run worker` and `npm start` start them: their flags stand in those scripts only.
export const [, ...WORKER] = packageJson.scripts.worker.split(' ')
export const [, ...WEB] = packageJson.scripts.start.split(' ')

export type Stack = {
  postgres: LocalPostgres
  shop: RunningShop
  world: World
  apiKey: string
  apiSecret: string
  /** Sees every row of every shop: for counting what was left in the tables, never for the app. */
  rowsUrl: string
  /** What web and worker were started with. */
  env: Record<string, string>
  web: Running
  worker: Running
  /** A worker in the place of one that was killed, or beside it. */
  startWorker(): Running
  /** Worker, web, shop, PostgreSQL: in the order in which nothing is lost. */
  stop(): Promise<void>
}

export async function startStack(options: {
  folder: string
  world: () => Promise<World>
  say: (text: string) => void
  isThrowaway?: boolean
  isFresh?: boolean
  /** Scopes that Shopify or the merchant has not granted. */
  withoutScopes?: string[]
  /** Shopify has not approved names, e-mail, phone and address for the app. */
  isLevel1?: boolean
}): Promise<Stack> {
  const { folder, say } = options
  mkdirSync(folder, { recursive: true })
  const closing: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const step of closing.splice(0).reverse()) await step()
    forgetRunning(folder)
  }
  try {
    say('Starting PostgreSQL…')
    const postgres = await startLocalPostgres(path.join(folder, 'postgres'), {
      isThrowaway: options.isThrowaway ?? false,
      isFresh: options.isFresh ?? false,
    })
    closing.push(() => (options.isThrowaway ? postgres.discard() : postgres.stop()))
    await migrate(postgres.migrateUrl)

    say('Opening the local shop…')
    const { apiSecret, encryptionKey } = secretsIn(folder)
    const world = await options.world()
    const port = await freePort()
    const appUrl = `http://127.0.0.1:${port}`
    const { withoutScopes = [] } = options
    const shop = await startShop({
      world,
      appUrl,
      apiKey: API_KEY,
      apiSecret,
      folder: path.join(folder, 'world'),
      withoutScopes,
      level2: !(options.isLevel1 ?? false),
    })
    closing.push(() => shop.stop())

    say('Starting the app and its worker…')
    const env = {
      SHOPIFY_API_KEY: API_KEY,
      SHOPIFY_API_SECRET: apiSecret,
      SHOPIFY_APP_URL: shop.tunnelOrigin,
      DATABASE_URL: postgres.appUrl,
      ENCRYPTION_KEY: encryptionKey,
      MORELLO_LOCAL_SHOP: shop.origin,
      PORT: String(port),
      HOST: '127.0.0.1',
    }
    const parts: Running[] = []
    const part = (name: string, args: string[]) => {
      const running = start(name, [...PRELOAD, ...args], env, folder)
      parts.push(running)
      closing.push(() => stopRunning(running))
      rememberRunning(folder, parts)
      return running
    }
    const web = part('web', WEB)
    const startWorker = () => part('worker', WORKER)
    const worker = startWorker()
    await whenUp(web, `${appUrl}/health`, folder)
    const rows = new URL(postgres.superUrl)
    rows.pathname = new URL(postgres.migrateUrl).pathname
    return {
      postgres,
      rowsUrl: rows.href,
      shop,
      world,
      apiKey: API_KEY,
      apiSecret,
      env,
      web,
      worker,
      startWorker,
      stop,
    }
  } catch (problem) {
    await stop()
    throw problem
  }
}

/** Keys of this folder's own installation: made once, of no use anywhere else. */
function secretsIn(folder: string): { apiSecret: string; encryptionKey: string } {
  const file = path.join(folder, 'secrets.json')
  if (!existsSync(file))
    writeFileSync(
      file,
      JSON.stringify({ apiSecret: randomBytes(24).toString('hex'), encryptionKey: randomBytes(32).toString('base64') }),
      { mode: 0o600 },
    )
  return JSON.parse(readFileSync(file, 'utf8')) as { apiSecret: string; encryptionKey: string }
}
