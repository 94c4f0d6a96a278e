import { Session } from '@shopify/shopify-api'
import { expect, test } from 'vitest'

import { installedShop, receiveWebhook, withShop } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { refreshLocked, sessionStorage } from '#app/outside/sessions.server.ts'
import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'

function offline(domain: string, accessToken: string | undefined = 'shpat_secret'): Session {
  return new Session({
    id: `offline_${domain}`,
    shop: domain,
    state: '',
    isOnline: false,
    scope: 'read_orders,write_customers',
    expires: new Date(Date.now() + 3_600_000),
    refreshToken: 'shprt_secret',
    refreshTokenExpires: new Date(Date.now() + 86_400_000),
    ...(accessToken ? { accessToken } : {}),
  })
}

function online(domain: string, user: number): Session {
  return new Session({ id: `${domain}_${user}`, shop: domain, state: '', isOnline: true, accessToken: 'shpat_online' })
}

function uninstall(domain: string): Promise<string> {
  return receiveWebhook({
    domain,
    topic: 'app/uninstalled',
    webhookId: crypto.randomUUID(),
    eventId: null,
    triggeredAt: Date.now() + 1000,
    works: [{ kind: 'uninstall-shop', entity: 'shop', payload: {} }],
    body: null,
  })
}

test('an offline session installs its shop, notes the scopes, and comes back as it was stored', async () => {
  const domain = freshDomain()
  const session = offline(domain)
  expect(await sessionStorage.storeSession(session)).toBe(true)
  const shop = await installedShop(domain)
  expect(await withShop(shop!, (tx) => tx.shop.findFirst())).toMatchObject({ scopes: 'read_orders,write_customers' })
  const loaded = await sessionStorage.loadSession(session.id)
  expect(loaded?.equals(session)).toBe(true)
  expect(loaded?.refreshTokenExpires).toEqual(session.refreshTokenExpires)
})

test('no token lies readable in the database, and a copied one does not open elsewhere', async () => {
  const [mine, other] = [freshDomain(), freshDomain()]
  await sessionStorage.storeSession(offline(mine))
  await sessionStorage.storeSession(offline(other))
  await connectAs('superuser', async (client) => {
    const { rows } = await client.query<{ sealed: Buffer }>('SELECT sealed FROM "Session"')
    expect(rows.some(({ sealed }) => sealed.includes('shp'))).toBe(false)
    await client.query(`UPDATE "Session" SET sealed = (SELECT sealed FROM "Session" WHERE id = $1) WHERE id = $2`, [
      `offline_${mine}`,
      `offline_${other}`,
    ])
  })
  await expect(sessionStorage.loadSession(`offline_${other}`)).rejects.toThrow('does not open')
})

test('all sessions of a shop are found and deleted, however many', async () => {
  const domain = freshDomain()
  await sessionStorage.storeSession(offline(domain))
  for (let user = 1; user <= 60; user++) await sessionStorage.storeSession(online(domain, user))
  const found = await sessionStorage.findSessionsByShop(domain)
  expect(found).toHaveLength(61)
  await sessionStorage.deleteSessions(found.map(({ id }) => id))
  expect(await sessionStorage.findSessionsByShop(domain)).toEqual([])
})

test('a shop that has left has no sessions, and forgetting its token does not bring it back', async () => {
  const domain = freshDomain()
  const session = offline(domain)
  await sessionStorage.storeSession(session)
  const shop = await installedShop(domain)
  await uninstall(domain)
  expect(await sessionStorage.loadSession(session.id)).toBeUndefined()
  const forgotten = offline(domain)
  delete forgotten.accessToken
  expect(await sessionStorage.storeSession(forgotten)).toBe(false)
  expect(await sessionStorage.storeSession(online(domain, 1))).toBe(false)
  expect(await installedShop(domain)).toBeNull()
  await sessionStorage.storeSession(session)
  expect(await installedShop(domain)).toBeGreaterThan(shop!)
})

test('a new token lets parked work run again, the same token does not', async () => {
  const domain = freshDomain()
  await sessionStorage.storeSession(offline(domain))
  const shop = (await installedShop(domain))!
  await withShop(shop, (tx) => owe(tx, shop, 'publish', 'shop', {}))
  const park = () => withShop(shop, (tx) => tx.work.updateMany({ where: { shop }, data: { state: 'parked' } }))
  const state = () => withShop(shop, async (tx) => (await tx.work.findFirst())?.state)
  await park()
  await sessionStorage.storeSession(offline(domain))
  expect(await state()).toBe('parked')
  await sessionStorage.storeSession(offline(domain, 'shpat_another'))
  expect(await state()).toBe('waiting')
})

test('ids that are not Shopify’s name no session', async () => {
  for (const id of ['', 'offline_', 'offline_evil.example', '1234', `${freshDomain()}_x`]) {
    expect(await sessionStorage.loadSession(id)).toBeUndefined()
  }
})

test('refreshes of a shop go one at a time, those of two shops side by side', async () => {
  const [shop, other] = [await testShop(), await testShop()]
  let inside = 0
  let most = 0
  let refreshes = 0
  let isFresh = false
  const refresh = async () => {
    inside += 1
    most = Math.max(most, inside)
    if (!isFresh) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      refreshes += 1
      isFresh = true
    }
    inside -= 1
  }
  let isOtherDone = false
  await Promise.all([
    ...Array.from({ length: 50 }, () => refreshLocked(shop, refresh)),
    refreshLocked(shop, async () => {
      throw new Error('refused')
    }).catch(() => {}),
    refreshLocked(shop, () => refreshLocked(other, async () => void (isOtherDone = true))),
  ])
  expect({ most, refreshes, isOtherDone }).toEqual({ most: 1, refreshes: 1, isOtherDone: true })
})
