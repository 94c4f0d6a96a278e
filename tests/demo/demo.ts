/**
 * `npm run demo`: the local shop, the app's production build and a worker on one PostgreSQL, and one link to open.
 *
 *   --fresh          start over
 *   --orders FILE    load a real log (Online Retail columns, or our own; see README) instead of the seeded world
 *   --folder DIR     keep the data there instead of .local/demo
 *   --check          a fresh world in a folder of its own, the whole road unattended, one JSON line, exit 0 or 1
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { buildIfChanged } from './build.ts'
import {
  CannotStart,
  clearAfterKill,
  forgetRunning,
  freePort,
  rememberRunning,
  root,
  start,
  stopRunning,
  whenUp,
} from './processes.ts'
import type { Running } from './processes.ts'
import { walkTheRoad } from './road.ts'
import { startLocalPostgres } from '#app/outside/local-postgres.server.ts'
import { migrate } from '../../prisma/migrate.mjs'
import { seededWorld } from '../shop/behaviours.ts'
import { loadOrders } from '../shop/order-log.ts'
import { startShop } from '../shop/server.ts'
import { World } from '../shop/world.ts'

const { values: flags } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    orders: { type: 'string' },
    folder: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
})

function say(text: string): void {
  // The one line of --check is all that goes to standard output there.
  const stream = flags.check ? process.stderr : process.stdout
  stream.write(`${text}\n`)
}

/** Keys of the demo's own installation: made once, kept in its folder, of no use anywhere else. */
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

async function worldIn(folder: string): Promise<World> {
  const kept = path.join(folder, 'world')
  if (existsSync(kept)) return World.load(kept)
  if (flags.orders === undefined) return seededWorld(Date.now())
  if (!existsSync(flags.orders)) throw new CannotStart(`There is no file ${flags.orders}.`)
  const { world, badLines } = await loadOrders(flags.orders, Date.now())
  for (const bad of badLines.slice(0, 20)) say(`line ${bad.line} left out: ${bad.reason}`)
  if (badLines.length > 20) say(`… and ${badLines.length - 20} more lines left out`)
  return world
}

async function run(): Promise<number> {
  const local = path.join(root, '.local')
  mkdirSync(local, { recursive: true })
  const folder = flags.check
    ? mkdtempSync(path.join(local, 'check-'))
    : path.resolve(flags.folder ?? path.join(local, 'demo'))
  if (!flags.check) {
    clearAfterKill(folder)
    if (flags.fresh || flags.orders !== undefined) rmSync(path.join(folder, 'world'), { recursive: true, force: true })
    if (flags.fresh || flags.orders !== undefined)
      rmSync(path.join(folder, 'postgres'), { recursive: true, force: true })
  }
  mkdirSync(folder, { recursive: true })
  const parts: Running[] = []
  const closing: (() => Promise<void>)[] = []
  let asked = false
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        if (!asked) say('\nStopping; your data stays for the next start…')
        asked = true
        resolve()
      })
  })
  const close = async () => {
    for (const part of [...parts].reverse()) await stopRunning(part)
    for (const step of closing.reverse()) await step()
    forgetRunning(folder)
    if (flags.check) rmSync(folder, { recursive: true, force: true })
  }

  try {
    await buildIfChanged(say)
    say('Starting PostgreSQL…')
    const postgres = await startLocalPostgres(path.join(folder, 'postgres'))
    closing.push(() => postgres.stop())
    await migrate(postgres.migrateUrl)

    say(flags.orders === undefined ? 'Opening the local shop…' : `Loading ${flags.orders}…`)
    const world = await worldIn(folder)
    const { apiSecret, encryptionKey } = secretsIn(folder)
    const apiKey = 'local-morello'
    const port = await freePort()
    const shop = await startShop({
      world,
      appUrl: `http://127.0.0.1:${port}`,
      apiKey,
      apiSecret,
      folder: path.join(folder, 'world'),
    })
    closing.push(() => shop.stop())

    const env = {
      SHOPIFY_API_KEY: apiKey,
      SHOPIFY_API_SECRET: apiSecret,
      SHOPIFY_APP_URL: shop.tunnelOrigin,
      DATABASE_URL: postgres.appUrl,
      ENCRYPTION_KEY: encryptionKey,
      MORELLO_LOCAL_SHOP: shop.origin,
      LOG_LEVEL: 'info',
      PORT: String(port),
      HOST: '127.0.0.1',
    }
    say('Starting the app and its worker…')
    const preload = ['--import', './tests/shop/redirect.ts']
    const web = start(
      'web',
      [...preload, 'node_modules/@remix-run/serve/dist/cli.js', 'build/server/index.js'],
      env,
      folder,
    )
    parts.push(web)
    const worker = start('worker', [...preload, 'build/worker/worker.js'], env, folder)
    parts.push(worker)
    rememberRunning(folder, parts)
    await whenUp(web, `http://127.0.0.1:${port}/health`, folder)

    if (flags.check) {
      const outcome = await walkTheRoad({ world, shop, apiKey, apiSecret, databaseUrl: postgres.migrateUrl, say })
      process.stdout.write(`${JSON.stringify(outcome.figures)}\n`)
      for (const wrong of outcome.wrong) say(`wrong: ${wrong}`)
      return outcome.wrong.length === 0 ? 0 : 1
    }

    say(
      `\n  Morello is ready. Open  ${shop.origin}/\n\n  Ctrl-C stops everything and keeps the data; --fresh starts over.`,
    )
    const died = Promise.race(parts.map(async (part) => [part.name, await part.ended] as const))
    const first = await Promise.race([stopped.then(() => null), died])
    if (first !== null && !asked)
      throw new CannotStart(
        `The ${first[0]} stopped by itself; ${folder}/logs/${first[0]}.log says why. Start again: nothing is lost.`,
      )
    return 0
  } finally {
    await close()
  }
}

try {
  process.exitCode = await run()
} catch (problem) {
  const code = (problem as NodeJS.ErrnoException).code
  if (problem instanceof CannotStart) process.stderr.write(`\n${problem.message}\n`)
  else if (code === 'ENOSPC')
    process.stderr.write('\nThe disk is full. Free some space (about 1 GB), then start again: nothing is lost.\n')
  else if (code === 'EADDRINUSE')
    process.stderr.write('\nA port was taken by another program in the same moment. Start again.\n')
  else process.stderr.write(`\n${problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)}\n`)
  process.exitCode = 1
}
// Whatever is still open (a browser's connection, say) shall not keep a stopped demo alive.
process.exit()
