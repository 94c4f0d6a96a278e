import { describe, expect, test } from 'vitest'
import { learnFromVisits, learning, stopLearning, syncPixel } from '#app/flow/events/pixel.ts'
import { forgetOldEvents } from '#app/flow/events/forget.ts'
import { storeEvents } from '#app/flow/events/receive.ts'
import { prepareToLeave } from '#app/flow/publication/leaving.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { leaveShop } from '#app/jobs/leave-shop.ts'
import { syncPixel as syncPixelJob } from '#app/jobs/sync-pixel.ts'
import { owe, startWorker } from '#app/outside/queue.server.ts'
import { now } from '#app/outside/clock.ts'
import { withShop } from '#app/outside/database.server.ts'
import { pixelKeyOf } from '#app/outside/pixel-key.server.ts'
import { playShop, type PlayedShop } from '#tests/flow/sync/played.ts'
import { STILL_MINE } from '#tests/flow/publication/published.ts'
import { connectAs } from '#tests/support/database.ts'
import { event, learningShop, storedEvents } from '#tests/support/pixel-events.ts'
import { VISITS_SCOPES } from '#app/domain/learning.ts'

const played = async (isAllowed = true): Promise<PlayedShop> => {
  const found = await playShop((world) => world.addCustomer({ id: 71 }))
  if (isAllowed) await found.local.shop.grantScopes(...VISITS_SCOPES)
  return found
}
const pixelOf = ({ local }: PlayedShop) => local.shop.played.webPixel
const sync = ({ shop }: PlayedShop) => syncPixel(shop, STILL_MINE)
const stored = ({ shop }: PlayedShop) => withShop(shop, (tx) => tx.webPixel.findUnique({ where: { shop } }))

async function learningIn(found: PlayedShop): Promise<void> {
  await learnFromVisits(found.shop)
  await sync(found)
}

describe('the pixel in Shopify', () => {
  test('is put there once, with our address and the shop’s key', async () => {
    const one = await played()
    await learningIn(one)
    const there = pixelOf(one)
    expect(there?.settings).toEqual({ address: 'http://127.0.0.1:3000/events', key: pixelKeyOf(one.shop) })
    await sync(one)
    expect(pixelOf(one)).toBe(there)
    expect(await learning(one.shop)).toEqual({ isOn: true, isThere: true, customers: 0, problem: null })
  })

  test('is found again where the answer to its making was lost, or somebody has deleted it', async () => {
    const one = await played()
    await learningIn(one)
    const there = pixelOf(one)
    await withShop(one.shop, (tx) => tx.webPixel.updateMany({ where: { shop: one.shop }, data: { pixel: null } }))
    await sync(one)
    expect(pixelOf(one)).toBe(there)
    one.local.shop.played.webPixel = null
    await sync(one)
    expect(pixelOf(one)?.settings['key']).toBe(pixelKeyOf(one.shop))
  })

  test('is taken away with all that it told, at once', async () => {
    const one = await played()
    await learningIn(one)
    await storeEvents(one.shop, [event(), event()], now())
    await stopLearning(one.shop)
    expect(await storedEvents(one.shop)).toEqual([])
    await sync(one)
    await sync(one)
    expect([pixelOf(one), await stored(one)]).toEqual([null, null])
    expect(await storeEvents(one.shop, [event()], now())).toBe(false)
  })

  test('that is gone already, or of which we were never told, does not keep us', async () => {
    const one = await played()
    await learningIn(one)
    one.local.shop.played.webPixel = null
    await stopLearning(one.shop)
    await sync(one)
    await learningIn(one)
    await withShop(one.shop, (tx) => tx.webPixel.updateMany({ where: { shop: one.shop }, data: { pixel: null } }))
    await stopLearning(one.shop)
    await sync(one)
    expect([pixelOf(one), await stored(one)]).toEqual([null, null])
  })

  test('waits where its scopes are not granted, says so, and goes up once they are', async () => {
    const one = await played(false)
    await learnFromVisits(one.shop)
    const worker = startWorker([syncPixelJob], { sweepEveryMs: 20 })
    try {
      await expect
        .poll(async () => (await learning(one.shop)).problem, { timeout: 20_000 })
        .toMatchObject({
          kind: 'scope-missing',
        })
      expect(pixelOf(one)).toBeNull()
      await one.local.shop.grantScopes(...VISITS_SCOPES)
      await withShop(one.shop, (tx) => owe(tx, one.shop, 'sync-pixel', String(one.shop), {}))
      await connectAs('superuser', (client) =>
        client.query(`UPDATE "Work" SET state = 'waiting', "nextAt" = now() WHERE shop = $1`, [one.shop]),
      )
      await expect.poll(() => pixelOf(one), { timeout: 20_000 }).not.toBeNull()
    } finally {
      await worker.stop()
    }
    expect((await learning(one.shop)).isThere).toBe(true)
  })

  test('goes when she prepares to uninstall', async () => {
    const one = await played()
    await learningIn(one)
    await storeEvents(one.shop, [event()], now())
    await prepareToLeave(one.shop)
    const worker = startWorker([leaveShop], { sweepEveryMs: 20 })
    try {
      await expect.poll(() => pixelOf(one), { timeout: 20_000 }).toBeNull()
    } finally {
      await worker.stop()
    }
    expect(await storedEvents(one.shop)).toEqual([])
  })
})

describe('what the pixel told', () => {
  test('is forgotten after 90 days', async () => {
    const shop = await learningShop()
    const [old, young] = [event(), event()]
    await storeEvents(shop, [old, young], now())
    await connectAs('superuser', (client) =>
      client.query(`UPDATE "StorefrontEvent" SET "receivedAt" = now() - interval '91 days' WHERE id = $1`, [old.id]),
    )
    await forgetOldEvents(shop)
    expect((await storedEvents(shop)).map(({ id }) => id)).toEqual([young.id])
  })

  test('never stands in a shop that was switched off while it was on its way', async () => {
    const shop = await learningShop()
    const storm = Array.from({ length: 60 }, async (_, i) => {
      if (i === 30) return stopLearning(shop)
      await storeEvents(shop, [event()], now()).catch(() => undefined)
    })
    await Promise.all(storm)
    expect(await storedEvents(shop)).toEqual([])
    await saveSettings(shop, { learnFromVisits: true })
    expect(await storeEvents(shop, [event()], now())).toBe(true)
  })
})
