/** `shopify app build`, with which Shopify's CLI bundles and checks the extensions, run in a copy: it writes beside them. */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
// Types are all that an extension takes from the app, so the domain stands for it.
const NEEDED = ['shopify.app.toml', 'package.json', 'tsconfig.json', 'extensions', 'app/domain']

export type AppBuild = {
  /** The copy, with what the CLI has written into it. */
  folder: string
  code: number | null
  /** What it said, as one text. */
  output: string
  /** The script of a UI extension as Shopify gets it. */
  bundle(handle: string): string
  stop(): void
}

/**
 * Builds the extensions with the pinned CLI, without a login and without a network; what it would have liked to reach
 * stands in the output.
 *
 * @param change  may change files of the copy before
 */
export async function appBuild(change: (folder: string) => void = () => {}): Promise<AppBuild> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'morello-extensions-'))
  for (const one of NEEDED) cpSync(path.join(root, one), path.join(folder, one), { recursive: true })
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  change(folder)
  const { code, output } = await runCli(folder)
  return {
    folder,
    code,
    output,
    bundle: (handle) => readFileSync(path.join(folder, 'extensions', handle, 'dist', `${handle}.js`), 'utf8'),
    stop: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function runCli(folder: string): Promise<{ code: number | null; output: string }> {
  const home = path.join(folder, '.home')
  rememberVersion(home)
  const { PATH, LANG } = process.env
  const env = { PATH, LANG, HOME: home, NODE_ENV: 'production', CI: '1', SHOPIFY_CLI_NO_ANALYTICS: '1' } as const
  const noNetwork = path.join(import.meta.dirname, 'no-network.mjs')
  const cli = path.join(root, 'node_modules/@shopify/cli/bin/run.js')
  const command = ['app', 'build', '--path', folder, '--skip-dependencies-installation', '--no-color']
  const child = spawn(nodeOfOurs(), ['--import', noNetwork, cli, ...command], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (part: Buffer) => (output += part.toString()))
  child.stderr.on('data', (part: Buffer) => (output += part.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

// The CLI asks the npm registry once a day for a newer one of itself, cannot be told not to, and breaks off where the
// registry does not answer: so it is told that it has asked just now.
function rememberVersion(home: string): void {
  const { version } = JSON.parse(readFileSync(path.join(root, 'node_modules/@shopify/cli/package.json'), 'utf8')) as {
    version: string
  }
  const timestamp = Date.now()
  const cache = {
    'npm-package-@shopify/cli': { value: version, timestamp },
    // Nor does it have to look for another one on this machine, for which it starts npm.
    'most-recent-occurrence-warn-on-multiple-versions': { value: true, timestamp },
  }
  for (const place of ['.config', 'Library/Preferences']) {
    const folder = path.join(home, place, 'shopify-cli-kit-nodejs')
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ cache }))
  }
}

// The Node that the project brings: the CLI needs 22 at least.
function nodeOfOurs(): string {
  const own = path.join(root, 'node_modules/.bin/node')
  return existsSync(own) ? own : process.execPath
}
