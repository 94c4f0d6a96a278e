// Preload: `node --import ./tests/shop/redirect.ts …`. Sends the app's calls to Shopify to the local shop on this machine,
// and nothing anywhere else. The app itself has no switch for it.
import { redirectedFetch } from './mapping.ts'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/

function refuseToStart(why: string): never {
  process.stderr.write(`The local shop's preload refuses to start: ${why}\n`)
  process.exit(78)
}

function requireLoopback(name: string): void {
  const value = process.env[name]
  if (!value) refuseToStart(`${name} is not set`)
  const { hostname } = URL.parse(value) ?? refuseToStart(`${name} is no address`)
  if (!LOOPBACK.test(hostname)) refuseToStart(`${name} is not on this machine`)
}

if (!process.env['SHOPIFY_API_KEY']?.startsWith('local-')) refuseToStart('SHOPIFY_API_KEY does not begin with local-')
requireLoopback('SHOPIFY_APP_URL')
requireLoopback('DATABASE_URL')
requireLoopback('MORELLO_LOCAL_SHOP')

const origin = new URL(process.env['MORELLO_LOCAL_SHOP']!).origin
globalThis.fetch = redirectedFetch(globalThis.fetch, () => origin)
