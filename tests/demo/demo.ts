/**
 * `npm run demo`: the local shop, the app's production build and a worker on one PostgreSQL, and one link to open.
 *
 *   --fresh          start over
 *   --orders FILE    load a real log (Online Retail columns, or our own; see README) instead of the seeded world
 *   --folder DIR     keep the data there instead of .local/demo
 *   --limited        without read_all_orders, as in a shop before Shopify has approved it: orders older than 60 days are hidden
 *   --level1         as before Shopify has approved names, e-mail, phone and address: without accounts of one person and names
 *   --check          a fresh world in a folder of its own, the whole road unattended, one JSON line, exit 0 or 1
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { seededWorld } from '../shop/behaviours.ts'
import { loadOrders } from '../shop/order-log.ts'
import { World } from '../shop/world.ts'
import { buildIfChanged } from './build.ts'
import { CannotStart, clearAfterKill, root } from './processes.ts'
import { walkTheRoad } from './road.ts'
import { startStack, type Stack } from './stack.ts'

const BAD_LINES_SAID = 20

const { values: flags } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    orders: { type: 'string' },
    folder: { type: 'string' },
    limited: { type: 'boolean', default: false },
    level1: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
})

// Another world in the same tables would be another shop's orders in this one.
const isFresh = flags.fresh || flags.orders !== undefined

function say(text: string): void {
  // With --check the one line of figures is all that goes to standard output.
  const stream = flags.check ? process.stderr : process.stdout
  stream.write(`${text}\n`)
}

function folderOfThisRun(): string {
  const local = path.join(root, '.local')
  mkdirSync(local, { recursive: true })
  if (flags.check) return mkdtempSync(path.join(local, 'check-'))
  const folder = path.resolve(flags.folder ?? path.join(local, 'demo'))
  clearAfterKill(folder)
  if (isFresh) rmSync(path.join(folder, 'world'), { recursive: true, force: true })
  return folder
}

async function worldIn(folder: string): Promise<World> {
  const kept = path.join(folder, 'world')
  if (existsSync(kept)) return World.load(kept)
  if (flags.orders === undefined) return seededWorld(Date.now())
  say(`Loading ${flags.orders}…`)
  const { world, badLines } = await loadOrders(flags.orders, Date.now())
  for (const bad of badLines.slice(0, BAD_LINES_SAID)) say(`line ${bad.line} left out: ${bad.reason}`)
  if (badLines.length > BAD_LINES_SAID) say(`… and ${badLines.length - BAD_LINES_SAID} more lines left out`)
  return world
}

/** Runs until Ctrl-C; a part that ends by itself ends the demo with the place of its log. */
async function keepRunning(stack: Stack, folder: string, asked: Promise<void>): Promise<void> {
  say(
    `\n  Morello is ready. Open  ${stack.shop.origin}/\n\n  Ctrl-C stops everything and keeps the data; --fresh starts over.`,
  )
  const ended = Promise.race([stack.web, stack.worker].map(async (part) => part.ended.then(() => part.name)))
  const first = await Promise.race([asked.then(() => null), ended])
  if (first !== null)
    throw new CannotStart(
      `The ${first} stopped by itself; ${folder}/logs/${first}.log says why. Start again: nothing is lost.`,
    )
}

async function checkTheRoad(stack: Stack): Promise<number> {
  const { figures, wrong } = await walkTheRoad({ ...stack, isLog: flags.orders !== undefined, say })
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  for (const one of wrong) say(`wrong: ${one}`)
  return wrong.length === 0 ? 0 : 1
}

async function run(): Promise<number> {
  let isEnding = false
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        if (!isEnding) say('\nStopping; your data stays for the next start…')
        isEnding = true
        resolve()
      })
  })
  if (flags.orders !== undefined && !existsSync(flags.orders))
    throw new CannotStart(`There is no file ${flags.orders}.`)
  buildIfChanged(say)
  const folder = folderOfThisRun()
  try {
    const withoutScopes = flags.limited ? ['read_all_orders'] : []
    const stack = await startStack({
      folder,
      world: () => worldIn(folder),
      say,
      isFresh,
      isThrowaway: flags.check,
      withoutScopes,
      isLevel1: flags.level1,
    })
    try {
      if (flags.check) return await checkTheRoad(stack)
      await keepRunning(stack, folder, asked)
      return 0
    } finally {
      await stack.stop()
    }
  } finally {
    if (flags.check) rmSync(folder, { recursive: true, force: true })
  }
}

function whatToDo(problem: unknown): string {
  if (problem instanceof CannotStart) return problem.message
  const code = (problem as NodeJS.ErrnoException).code
  if (code === 'ENOSPC') return 'The disk is full. Free about 1 GB, then start again: nothing is lost.'
  if (code === 'EADDRINUSE') return 'Another program took a port in the same moment. Start again.'
  if (code === 'EACCES') return `This folder may not be written: ${String((problem as NodeJS.ErrnoException).path)}.`
  return problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)
}

try {
  process.exitCode = await run()
} catch (problem) {
  process.stderr.write(`\n${whatToDo(problem)}\n`)
  process.exitCode = 1
}
// Whatever is still open (a browser's connection, say) shall not keep a stopped demo alive.
process.exit()
