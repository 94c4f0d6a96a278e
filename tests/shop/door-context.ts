import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AdminAnswer, AdminRequest } from './admin-api.ts'
import type { Faults } from './faults.ts'
import type { Happenings } from './happenings.ts'
import type { LocalShop } from './playing.ts'
import type { AppProxy } from './storefront/app-proxy.ts'
import type { WebPixel } from './web-pixel.ts'
import type { World } from './world.ts'

/** What the pages of the shop need to know: the admin frame, the storefront and the page with two doors. */
export type DoorContext = {
  world: World
  /** What a shopper or the merchant does on these pages, so that the app hears of it. */
  happen: Happenings
  /** The Admin API with the merchant's rights, for an extension that asks Shopify itself. */
  admin: (request: AdminRequest) => AdminAnswer
  /** What the merchant has granted, and may grant when Shopify asks for more. */
  scopes: Pick<LocalShop, 'grantedScopes' | 'grantScopes'>
  /** The shop's own origin, http://127.0.0.1:PORT. */
  origin: string
  /** Where browsers reach the app. */
  tunnelOrigin: string
  apiKey: string
  apiSecret: string
  /** Where the app itself listens, and how its proxy is set up; null: there is none. */
  appUrl: string | null
  appProxy: AppProxy | null
  faults: Faults
  /** The app's web pixel in this shop. */
  webPixel(): WebPixel | null
  hasScope(scope: string): boolean
}

export type Locale = 'en' | 'ko'

export function urlOf(request: IncomingMessage, context: DoorContext): URL {
  return new URL(request.url ?? '/', context.origin)
}

export function cookieOf(request: IncomingMessage, name: string): string | null {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, ...value] = pair.trim().split('=')
    if (key === name) return decodeURIComponent(value.join('='))
  }
  return null
}

/** The language chosen on the page, else the browser's. */
export function localeOf(request: IncomingMessage): Locale {
  const chosen = cookieOf(request, 'shop_locale')
  if (chosen === 'en' || chosen === 'ko') return chosen
  return /^ko\b/i.test(request.headers['accept-language'] ?? '') ? 'ko' : 'en'
}

export function sendHtml(response: ServerResponse, html: string, status = 200): true {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(html)
  return true
}

export function sendTo(response: ServerResponse, location: string, cookies: string[] = []): true {
  response.writeHead(303, { location, ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}) })
  response.end()
  return true
}

/** Only a path of this site: `//elsewhere` and `/\elsewhere` are other sites. */
export function ownPath(path: string | null, otherwise: string): string {
  return path !== null && /^\/(?![/\\])/.test(path) ? path : otherwise
}

export async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(await textOf(request))
}

export async function textOf(request: IncomingMessage): Promise<string> {
  return (await bytesOf(request)).toString('utf8')
}

export async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > 262_144) throw new Error('The form is too large')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
