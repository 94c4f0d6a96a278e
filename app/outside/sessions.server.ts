import { Session } from '@shopify/shopify-api'

import { Bug } from '../errors.ts'
import { now } from './clock.ts'
import { installedShop, installShop, type ShopId, whileLocked, withShop } from './database.server.ts'
import { unpark } from './queue.server.ts'
import { seal, unseal } from './secrets.server.ts'

type Fields = ConstructorParameters<typeof Session>[0]
// As JSON keeps it: dates are texts.
type StoredFields = Fields & { expires?: string; refreshTokenExpires?: string }

/** Ids as Shopify's library makes them: offline_{domain}, and {domain}_{user} for online sessions. */
function domainIn(id: string): string | null {
  const found = /^(?:offline_([a-z0-9.-]+)|([a-z0-9.-]+)_\d+)$/.exec(id)
  return found?.[1] ?? found?.[2] ?? null
}

function label(id: string): string {
  return `Session.sealed ${id}`
}

function opened(shop: ShopId, id: string, sealed: Uint8Array): Session {
  const stored = JSON.parse(unseal(shop, label(id), sealed).toString()) as StoredFields
  const fields: Fields = { ...stored }
  if (stored.expires) fields.expires = new Date(stored.expires)
  if (stored.refreshTokenExpires) fields.refreshTokenExpires = new Date(stored.refreshTokenExpires)
  return new Session(fields)
}

async function storeSession(session: Session): Promise<boolean> {
  if (domainIn(session.id) !== session.shop) throw new Bug('a session whose id does not name its shop')
  // A token for the app itself means that the shop has it installed. A session that the library stores to forget a
  // refused token means the opposite, and must not bring back a shop that has left.
  const isInstalling = !session.isOnline && Boolean(session.accessToken)
  const shop = isInstalling
    ? (await installShop(session.shop, session.scope ?? '')).shop
    : await installedShop(session.shop)
  if (shop === null) return false

  await withShop(shop, async (tx) => {
    const before = await tx.session.findUnique({ where: { shop_id: { shop, id: session.id } } })
    const hasNewToken =
      Boolean(session.accessToken) &&
      (!before || opened(shop, session.id, before.sealed).accessToken !== session.accessToken)
    const data = {
      sealed: new Uint8Array(seal(shop, label(session.id), JSON.stringify(session.toObject()))),
      expiresAt: session.expires ?? null,
      // When a token was last obtained: an uninstall that was triggered earlier is about the past.
      updatedAt: before && !hasNewToken ? before.updatedAt : new Date(now()),
    }
    await tx.session.upsert({
      where: { shop_id: { shop, id: session.id } },
      create: { shop, id: session.id, ...data },
      update: data,
    })
    if (isInstalling && hasNewToken) await unpark(tx, shop)
  })
  return true
}

async function loadSession(id: string): Promise<Session | undefined> {
  const domain = domainIn(id)
  const shop = domain === null ? null : await installedShop(domain)
  if (shop === null) return undefined
  const row = await withShop(shop, (tx) => tx.session.findUnique({ where: { shop_id: { shop, id } } }))
  return row ? opened(shop, id, row.sealed) : undefined
}

async function deleteSession(id: string): Promise<boolean> {
  return deleteSessions([id])
}

async function deleteSessions(ids: string[]): Promise<boolean> {
  for (const domain of new Set(ids.map(domainIn))) {
    const shop = domain === null ? null : await installedShop(domain)
    if (shop !== null) await withShop(shop, (tx) => tx.session.deleteMany({ where: { shop, id: { in: ids } } }))
  }
  return true
}

async function findSessionsByShop(domain: string): Promise<Session[]> {
  const shop = await installedShop(domain)
  if (shop === null) return []
  const rows = await withShop(shop, (tx) => tx.session.findMany({ where: { shop } }))
  return rows.map((row) => opened(shop, row.id, row.sealed))
}

/**
 * Shopify's sessions, encrypted with the shop's key, in the shop's own rows. Storing an offline session with a token
 * begins an installation where none is active, notes the granted scopes, and lets parked work run again. A shop that
 * has left has no sessions.
 */
export const sessionStorage = { storeSession, loadSession, deleteSession, deleteSessions, findSessionsByShop }

const turns = new Map<number, Promise<unknown>>()

/**
 * One token refresh at a time per shop, across processes. Read the session again inside: whoever was before may have
 * refreshed it already.
 */
export async function refreshLocked<T>(shop: ShopId, refresh: () => Promise<T>): Promise<T> {
  // In this process they queue here, so that a shop holds one connection and not fifty.
  const before = turns.get(shop) ?? Promise.resolve()
  const mine = before.then(() => whileLocked(`refresh ${shop}`, refresh))
  const settled = mine.catch(() => {})
  turns.set(shop, settled)
  try {
    return await mine
  } finally {
    if (turns.get(shop) === settled) turns.delete(shop)
  }
}
