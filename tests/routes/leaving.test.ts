// Uninstall and reinstall as Shopify rings them: signed deliveries at the route, then the worker's own jobs.
import { Session } from '@shopify/shopify-api'
import { expect, test } from 'vitest'

import { ERASED_WITH_A_SHOP } from '#app/flow/sync/privacy.ts'
import { installedShop, type ShopId, withShop } from '#app/outside/database.server.ts'
import { sessionStorage } from '#app/outside/sessions.server.ts'
import { action } from '#app/routes/webhooks.tsx'
import {
  fillWithSomeOfEverything,
  importAll,
  install,
  oweImport,
  type PlayedShop,
  playShop,
  stagedFor,
  storedRows,
  workUntilDone,
} from '#tests/flow/sync/played.ts'
import { connectAs } from '#tests/support/database.ts'
import { webhook } from '#tests/support/signed.ts'
import { until } from '#tests/support/until.ts'

const ONLINE_SESSIONS = 60

async function rings({ world }: PlayedShop, topic: string, triggeredAt = Date.now()): Promise<void> {
  const domain = world.shop.domain
  const body = { shop_id: 1, shop_domain: domain, myshopify_domain: domain }
  const headers = { 'x-shopify-triggered-at': new Date(triggeredAt).toISOString() }
  const request = webhook(topic, domain, body, headers)
  expect(((await action({ request, params: {}, context: {} })) as Response).status).toBe(200)
}

async function signIn(domain: string): Promise<void> {
  for (let user = 1; user <= ONLINE_SESSIONS; user++) {
    await sessionStorage.storeSession(
      new Session({ id: `${domain}_${user}`, shop: domain, state: '', isOnline: true, accessToken: `shpua_${user}` }),
    )
  }
}

/** Rows of the shop in tables that are erased with it, beside the deliveries that must be known if they come again. */
async function rowsLeft(shop: ShopId): Promise<Record<string, number>> {
  return connectAs('superuser', async (client) => {
    const left: Record<string, number> = {}
    for (const table of ERASED_WITH_A_SHOP.filter((one) => one !== 'Inbox')) {
      const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM "${table}" WHERE shop = $1`, [
        shop,
      ])
      if (rows[0]!.n > 0) left[table] = rows[0]!.n
    }
    return left
  })
}

test('an uninstall while the import runs: Shopify is asked no more, and no session or work is left', async () => {
  const played = await playShop((world) => fillWithSomeOfEverything(world, 400), {
    pace: { startMs: 300, objectsPerSecond: 400 },
  })
  const { calls, tokens } = played.local.shop.played
  await signIn(played.world.shop.domain)
  await oweImport(played.shop)
  const working = workUntilDone(played.shop)
  await until(() => calls.some(({ operation }) => operation === 'BulkStatus'))
  tokens.revoke()
  await rings(played, 'app/uninstalled', Date.now() + 1000)
  await working
  const asked = calls.length + tokens.grants.length
  expect(await installedShop(played.world.shop.domain)).toBeNull()
  const left = await rowsLeft(played.shop)
  expect([left.Session, left.Work]).toEqual([undefined, undefined])
  expect(await stagedFor(played.shop)).toBe(0)
  await workUntilDone(played.shop)
  expect(calls.length + tokens.grants.length).toBe(asked)
})

test.each([
  ['uninstall, then erasure', ['app/uninstalled', 'shop/redact']],
  ['erasure, then uninstall', ['shop/redact', 'app/uninstalled']],
])('what comes late for an old installation (%s) leaves the new one alone', async (_, late) => {
  const played = await playShop((world) => fillWithSomeOfEverything(world, 40))
  await importAll(played)
  const gone = Date.now()
  await rings(played, 'app/uninstalled', gone)
  await workUntilDone(played.shop)
  const shop = await install(played.local)
  expect(shop).not.toBe(played.shop)
  await importAll({ ...played, shop })
  const fresh = await storedRows(shop)
  expect(fresh.orders).toHaveLength(40)
  for (const topic of late) await rings(played, topic, topic === 'shop/redact' ? gone + 172_800_000 : gone)
  await workUntilDone(played.shop)
  await workUntilDone(shop)
  expect(await storedRows(shop)).toEqual(fresh)
  expect(await installedShop(played.world.shop.domain)).toBe(shop)
  expect(await rowsLeft(played.shop)).toEqual({})
  const old = await withShop(played.shop, (tx) => tx.shop.findUniqueOrThrow({ where: { shop: played.shop } }))
  expect(old.redactedAt).not.toBeNull()
})

test('an uninstall that is told only after the merchant is back changes nothing', async () => {
  const played = await playShop((world) => fillWithSomeOfEverything(world, 20))
  const begun = Date.now()
  await importAll(played)
  const rows = await storedRows(played.shop)
  // The uninstall's delivery comes after the merchant is back: it was triggered before our newest token.
  played.local.shop.played.tokens.revoke()
  const shop = await install(played.local)
  await rings(played, 'app/uninstalled', begun)
  await workUntilDone(shop)
  expect(shop).toBe(played.shop)
  expect(await installedShop(played.world.shop.domain)).toBe(shop)
  expect(await storedRows(shop)).toEqual(rows)
})
