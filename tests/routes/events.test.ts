import { beforeEach, describe, expect, test } from 'vitest'

import { storeEvents } from '#app/flow/events/receive.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { OutsideFailure } from '#app/errors.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { eventDoor, forPixel, LARGEST_EVENTS_BYTES } from '#app/outside/events.server.ts'
import { pixelKeyOf, shopOfPixelKey } from '#app/outside/pixel-key.server.ts'
import { makeToken } from '#app/outside/visitor-token.server.ts'
import { claimable, offered } from '#tests/flow/rewards/offered.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { event, knownCustomers, learningShop, sent, storedEvents } from '#tests/support/pixel-events.ts'

const door = eventDoor(storeEvents)
const ANNA = 71

let shop: ShopId
beforeEach(async () => {
  shop = await learningShop(ANNA)
})

const statusOf = async (...arrival: Parameters<typeof sent>) => (await door(sent(...arrival))).status

describe('the door of the pixel', () => {
  test('stores what it is told, with the customer whom we know', async () => {
    const viewed = event({ kind: 'product-viewed', product: '9', customer: String(ANNA) })
    const clicked = event({ reason: 'goes-with', customer: '999' })
    expect(await statusOf(shop, [viewed, clicked])).toBe(204)
    const rows = await storedEvents(shop)
    expect(rows).toHaveLength(2)
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: viewed.id, kind: 'product-viewed', customer: 71n, product: 9n, reason: null }),
        // Made up, erased or not read yet: nobody.
        expect.objectContaining({ id: clicked.id, customer: null, reason: 'goes-with' }),
      ]),
    )
  })

  test('stores an event once, however often and with whatever it comes again', async () => {
    const once = event({ customer: String(ANNA) })
    expect(await statusOf(shop, [once])).toBe(204)
    expect(await statusOf(shop, [once, { ...once, kind: 'cart-viewed' }, event()])).toBe(204)
    expect((await storedEvents(shop)).map(({ kind }) => kind)).toEqual(['page-viewed', 'page-viewed'])
  })

  test('keeps the shops apart that come together', async () => {
    const other = await learningShop(ANNA)
    const same = event({ customer: String(ANNA) })
    const statuses = await Promise.all(
      Array.from({ length: 40 }, (_, i) => statusOf(i % 2 ? shop : other, [same, event()])),
    )
    expect(new Set(statuses)).toEqual(new Set([204]))
    expect((await storedEvents(shop)).length).toBe(21)
    expect((await storedEvents(other)).length).toBe(21)
  })

  test('answers browsers of any origin, and lets nobody keep an answer', async () => {
    for (const answer of [
      await door(sent(shop, [event()])),
      await door(sent(shop, [])),
      await door({ method: 'GET', body: null }),
    ])
      expect(answer.headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' })
  })

  test('refuses what is not the pixel’s, and stores none of it', async () => {
    const fine = event()
    const cases: [string, Promise<number>, number][] = [
      ['no key', statusOf(shop, [fine], { key: '' }), 401],
      ['a key that is guessed', statusOf(shop, [fine], { key: 'x'.repeat(27) }), 401],
      ['a key for another number', statusOf(shop, [fine], { key: forged(shop) }), 401],
      ['a key spelled otherwise', statusOf(shop, [fine], { key: `${pixelKeyOf(shop)}=` }), 401],
      ['a field too many', statusOf(shop, [{ ...fine, email: 'a@b.c' }]), 400],
      [
        'too many events',
        statusOf(
          shop,
          Array.from({ length: 21 }, () => event()),
        ),
        400,
      ],
      ['no events', statusOf(shop, []), 400],
      ['no JSON', door({ method: 'POST', body: Buffer.from('{') }).then(({ status }) => status), 400],
      ['null', door({ method: 'POST', body: Buffer.from('null') }).then(({ status }) => status), 400],
      ['too large', door({ method: 'POST', body: null }).then(({ status }) => status), 413],
      ['a question', door({ method: 'GET', body: Buffer.alloc(0) }).then(({ status }) => status), 405],
    ]
    for (const [what, status, expected] of cases) expect([what, await status]).toEqual([what, expected])
    expect(await storedEvents(shop)).toEqual([])
  })

  test('takes nothing of a shop that has switched it off, never had it, or has left', async () => {
    const never = await testShop()
    await saveSettings(shop, { learnFromVisits: false })
    const left = await learningShop()
    await connectAs('superuser', (client) =>
      client.query(`UPDATE "Shop" SET "uninstalledAt" = now() WHERE shop = $1`, [left]),
    )
    for (const one of [never, shop, left]) {
      expect(await statusOf(one, [event()])).toBe(404)
      expect(await storedEvents(one)).toEqual([])
    }
  })

  test('lets one shop’s flood wait, and the others go on', async () => {
    const flooded = await learningShop()
    let refused = null
    for (let i = 0; i < 2000 && refused === null; i += 1) {
      const answer = await eventDoor(() => Promise.resolve(true))(
        sent(
          flooded,
          Array.from({ length: 20 }, () => event()),
        ),
      )
      if (answer.status === 429) refused = answer
    }
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0)
    expect(await statusOf(shop, [event()])).toBe(204)
  })

  test('says that it is not sure, and when to come again, where the database does not answer', async () => {
    const failing = eventDoor(() => Promise.reject(new OutsideFailure('database-unavailable', 'down')))
    expect(await failing(sent(shop, [event()]))).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
  })

  test('is the same behind Remix', async () => {
    const action = forPixel(storeEvents)
    const post = (body: Buffer) =>
      action({
        request: new Request('http://app/events', { method: 'POST', body: new Uint8Array(body) }),
        params: {},
        context: {},
      })
    expect((await post(sent(shop, [event()]).body!)).status).toBe(204)
    expect((await post(Buffer.alloc(LARGEST_EVENTS_BYTES + 1))).status).toBe(413)
  })
})

function forged(of: ShopId): string {
  const bytes = Buffer.from(pixelKeyOf(of), 'base64url')
  bytes.writeUInt32BE(of + 1)
  return bytes.toString('base64url')
}

test('a key names its shop, and no other', () => {
  expect(shopOfPixelKey(pixelKeyOf(shop))).toBe(shop)
  for (const key of ['', 'x', forged(shop), pixelKeyOf(shop).slice(1)]) expect(shopOfPixelKey(key)).toBeNull()
})

describe('an exposure that comes by this door', () => {
  const exposures = () => withShop(shop, (tx) => tx.rewardExposure.count({ where: { shop } }))

  test('counts 0, be it made up, taken from a page or sent again', async () => {
    const reward = await claimable(shop)
    await knownCustomers(shop, [82])
    await offered(shop, reward, [ANNA])
    const token = makeToken({ shop, customerId: String(ANNA), purpose: 'seen' }, reward, Date.now())
    const tries = [
      { ...event({ customer: String(ANNA) }), kind: 'seen', token },
      { ...event({ customer: String(ANNA) }), kind: 'seen', token: 'x'.repeat(80) },
      { ...event({ customer: '82' }), kind: 'clicked', token },
      { ...event({ customer: String(ANNA) }), kind: 'page-viewed', token, reward },
    ]
    for (const one of [...tries, ...tries]) expect(await statusOf(shop, [one])).toBe(400)
    // Nobody vouches for the customer of a page view: it is a visit.
    expect(await statusOf(shop, [event({ customer: String(ANNA) })])).toBe(204)
    expect(await exposures()).toBe(0)
  })
})
