// Preload: `node --import ./tests/shop/redirect.ts …`. Sends the app's calls to Shopify to the local shop on this machine,
// and nothing anywhere else. The app itself has no switch for it.
import net from 'node:net'
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

// Not everything goes by fetch: no socket leaves this machine either.
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
  // Node calls it with the normalised arguments in one array, callers with the options or a port and a host.
  const first = Array.isArray(args[0]) ? (args[0] as unknown[])[0] : args[0]
  const isOptions = typeof first === 'object' && first !== null
  const to = (isOptions ? first : { host: args[1] }) as { host?: unknown; path?: unknown }
  const host = typeof to.host === 'string' ? to.host : 'localhost'
  if (!to.path && host !== '::1' && !LOOPBACK.test(host))
    throw new Error(`The local shop refuses ${host}: no network but this machine`)
  return (connect as (...all: unknown[]) => net.Socket).apply(this, args)
} as typeof connect
