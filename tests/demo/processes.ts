/** Child processes of the demo: started on free ports, watched, and stopped in the order in which nothing is lost. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')
const node = path.join(root, 'node_modules/.bin/node')

/** Something the person at the keyboard has to do; printed as it is, without a stack. */
export class CannotStart extends Error {}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (cause) =>
      reject(new CannotStart(`No free port on 127.0.0.1 (${String(cause)}). Close other servers, then try again.`)),
    )
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

export type Running = { name: string; child: ChildProcess; ended: Promise<number | null> }

/** Starts a part of the demo with Node 24; what it prints goes to a log file in the demo's folder. */
export function start(name: string, args: string[], env: Record<string, string>, folder: string): Running {
  mkdirSync(path.join(folder, 'logs'), { recursive: true })
  const log = createWriteStream(path.join(folder, 'logs', `${name}.log`), { flags: 'a' })
  const child = spawn(node, args, {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own group, so that Ctrl-C reaches only the demo, which stops its parts in order.
    detached: true,
  })
  child.stdout?.pipe(log)
  child.stderr?.pipe(log)
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  return { name, child, ended }
}

export async function stopRunning(running: Running, withinMs = 25_000): Promise<void> {
  if (running.child.exitCode !== null || running.child.signalCode !== null) return
  running.child.kill('SIGTERM')
  const timer = setTimeout(() => running.child.kill('SIGKILL'), withinMs)
  await running.ended
  clearTimeout(timer)
}

/** Waits until an address answers 200, or says which part did not come up and where its log is. */
export async function whenUp(running: Running, url: string, folder: string, withinMs = 180_000): Promise<void> {
  const until = performance.now() + withinMs
  for (;;) {
    if (running.child.exitCode !== null)
      throw new CannotStart(`The ${running.name} stopped at once; ${folder}/logs/${running.name}.log says why.`)
    try {
      if ((await fetch(url)).ok) return
    } catch {
      // Not listening yet.
    }
    if (performance.now() > until)
      throw new CannotStart(`The ${running.name} did not answer; ${folder}/logs/${running.name}.log says why.`)
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}

const pidFile = (folder: string) => path.join(folder, 'running.json')

/** Remembers what runs, so that the next start can clear away what a killed one left behind. */
export function rememberRunning(folder: string, running: Running[]): void {
  writeFileSync(pidFile(folder), JSON.stringify({ demo: process.pid, parts: running.map(({ child }) => child.pid) }))
}

export function forgetRunning(folder: string): void {
  rmSync(pidFile(folder), { force: true })
}

/** Stops what an earlier demo left running; refuses while that demo itself is alive. */
export function clearAfterKill(folder: string): void {
  if (!existsSync(pidFile(folder))) return
  const { demo, parts } = JSON.parse(readFileSync(pidFile(folder), 'utf8')) as { demo: number; parts: number[] }
  if (demo !== process.pid && isOurs(demo))
    throw new CannotStart(`The demo already runs here (process ${demo}). Use its link, or stop it with Ctrl-C first.`)
  for (const pid of parts) if (isOurs(pid)) process.kill(pid, 'SIGKILL')
  forgetRunning(folder)
}

/** Alive, and a Node of this checkout: a number alone may since belong to somebody else. */
function isOurs(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node')
  } catch {
    return true
  }
}
