import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { readyMade } from '#app/domain/messages/ready-made.ts'
import { forgetOldLists, listFile, makeList, takeListBack } from '#app/flow/messages/lists.ts'
import { messagePage, messagesPage } from '#app/flow/messages/pages.ts'
import { deleteMessage, saveMessage } from '#app/flow/messages/stored.ts'
import { recomputeOwn } from '#app/flow/segments/own/memberships.ts'
import { saveOwn } from '#app/flow/segments/own/save.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory } from '#tests/support/orders.ts'
import { timeIs } from '#tests/support/time.ts'
import { recompute } from '../features/recomputed.ts'
import { ago, crowd, NOW } from '../segments/story.ts'

const BYTE_ORDER_MARK = '\uFEFF'

/** A shop with 30 new customers, 5000 to 5029: of ten each agreed to both, to e-mail only, and to nothing. Five are known for longer than
 * two years; of two the day of consent to e-mail is as long ago, of one nearly. */
async function shopOfNew(): Promise<ShopId> {
  timeIs(NOW)
  const shop = await testShop()
  const people = Array.from({ length: 30 }, (_, i) => ({ id: 5000 + i, createdAt: ago(i < 5 ? 800 : 30) }))
  await connectAs('superuser', async (client) => {
    await writeStory(client, shop, {
      customers: people,
      orders: [...crowd(), ...people.map(({ id }) => ({ customer: id, at: ago(3) }))],
      timezone: 'Asia/Seoul',
      currency: 'KRW',
    })
    await client.query(
      `UPDATE "Customer" SET "emailConsent" = CASE WHEN "id" < 5020 THEN 'SUBSCRIBED' ELSE 'UNSUBSCRIBED' END,
         "smsConsent" = CASE WHEN "id" < 5010 THEN 'SUBSCRIBED' END, "emailConsentAt" = CASE
           WHEN "id" < 5002 OR "id" >= 5020 THEN $2::timestamptz - interval '2 years 1 hour'
           WHEN "id" = 5006 THEN $2::timestamptz - interval '2 years' + interval '29 days'
           WHEN "id" = 5007 THEN $2::timestamptz - interval '2 years' + interval '31 days' END WHERE "shop" = $1 AND "id" >= 5000`,
      [shop, new Date(NOW)],
    )
  })
  await recompute(shop, NOW, 'import')
  return shop
}

async function textOf(shop: ShopId, id: number): Promise<string> {
  // Response drops a byte order mark when it reads text.
  return Buffer.from(await new Response(await listFile(shop, id)).arrayBuffer()).toString('utf8')
}

const message = (more: object = {}) => ({ ...readyMade('new', 'sms', 'en'), ...more })

describe('messages', () => {
  test('are kept for each segment and channel, with whom they reach and what one sending costs', async () => {
    const shop = await shopOfNew()
    const before = await messagePage(shop, 'new', null)
    expect(before).toMatchObject({ channel: 'welcome-email', saved: null, channels: [], tag: 'seg:new' })
    expect(before.reach).toEqual({ customers: 30, email: 20, sms: 10 })
    expect(before.due).toEqual({ email: { now: 2, soon: 1, unknown: 3 }, sms: { now: 0, soon: 0, unknown: 5 } })
    expect(before.shop).toEqual({ currency: 'KRW', timezone: 'Asia/Seoul', countries: [] })
    await saveMessage(shop, 'new', 'sms', message({ costMinor: 20, textKo: '(광고) 안녕' }))
    await saveMessage(shop, 'new', 'sms', message({ costMinor: 30, textKo: '(광고) 안녕' }))
    await saveMessage(shop, 'new', 'newsletter', message())
    expect((await messagePage(shop, 'new', 'sms')).saved).toMatchObject({ costMinor: 30, textKo: '(광고) 안녕' })
    const { rows } = await messagesPage(shop)
    expect(rows.find(({ key }) => key === 'new')).toMatchObject({
      reach: { customers: 30, email: 20, sms: 10 },
      channels: [
        { channel: 'sms', cost: { minor: 300, currency: 'KRW' } },
        { channel: 'newsletter', cost: { minor: 0 } },
      ],
      lastListAt: null,
    })
    expect(rows.map(({ key }) => key)).toContain('cherry-picker')
    await deleteMessage(shop, 'new', 'sms')
    expect((await messagePage(shop, 'new', 'sms')).saved).toBeNull()
  })

  test('go to nobody who has not agreed, switched offers off, or had enough, and each is counted once', async () => {
    const shop = await shopOfNew()
    await expect(makeList(shop, 'new', 'sms')).rejects.toMatchObject({ code: 'not-found' })
    await connectAs('superuser', (client) =>
      client.query('INSERT INTO "OffersOff" ("shop", "customer", "at") VALUES ($1, 5000, now()), ($1, 5025, now())', [
        shop,
      ]),
    )
    await saveMessage(shop, 'new', 'sms', message({ capMessages: 1, capDays: 7 }))
    await saveMessage(shop, 'new', 'newsletter', message({ capMessages: 1, capDays: 7 }))
    await makeList(shop, 'new', 'sms')
    await makeList(shop, 'new', 'newsletter')
    const { lists } = await messagePage(shop, 'new', 'sms')
    expect(lists).toMatchObject([
      { channel: 'newsletter', customers: 10, noConsent: 10, offersOff: 1, capped: 9, isFileThere: true },
      { channel: 'sms', customers: 9, noConsent: 20, offersOff: 1, capped: 0 },
    ])
    // Taken back, the first list counts for no cap any more.
    await takeListBack(shop, lists[1]!.id)
    await takeListBack(shop, lists[0]!.id)
    await makeList(shop, 'new', 'newsletter')
    expect((await messagePage(shop, 'new', 'sms')).lists).toMatchObject([{ customers: 19, capped: 0 }])
    // Eight days later the cap looks back past it.
    timeIs(NOW + 8 * DAY_MS)
    await makeList(shop, 'new', 'newsletter')
    expect((await messagePage(shop, 'new', 'sms')).lists[0]).toMatchObject({ customers: 19, capped: 0 })
  })

  test('made at once by two hands are held to one cap', async () => {
    const shop = await shopOfNew()
    await saveMessage(shop, 'new', 'newsletter', message({ capMessages: 2, capDays: 7 }))
    await Promise.all(Array.from({ length: 5 }, () => makeList(shop, 'new', 'newsletter')))
    const { lists } = await messagePage(shop, 'new', 'newsletter')
    expect(lists.map(({ customers }) => customers).sort()).toEqual([0, 0, 0, 20, 20])
  })

  test('hand over ids, days and consents, and no list of another shop', async () => {
    const shop = await shopOfNew()
    await saveMessage(shop, 'new', 'sms', message())
    await makeList(shop, 'new', 'sms')
    const [list] = (await messagePage(shop, 'new', 'sms')).lists
    const lines = (await textOf(shop, list!.id)).split('\r\n')
    expect(lines[0]).toBe(
      `${BYTE_ORDER_MARK}customer_id,message,segment,stage,in_stage_since,last_order_on,email_consent,sms_consent,email_consent_on,sms_consent_on,customer_since`,
    )
    expect(lines.length).toBe(12)
    expect(lines[1]).toBe('5000,new/sms,new,new,2026-10-12,2026-10-12,SUBSCRIBED,SUBSCRIBED,2024-10-15,,2024-08-06')
    const other = await testShop()
    await expect(listFile(other, list!.id)).rejects.toMatchObject({ code: 'not-found' })
    await takeListBack(other, list!.id)
    expect((await textOf(shop, list!.id)).split('\r\n').length).toBe(12)
  })

  test('of the merchant’s own segments are safe whatever these are called, and go with them', async () => {
    const shop = await shopOfNew()
    const name = `=cmd|' /C "calc"'!A0`
    const made = await saveOwn(shop, null, { name, rule: { kind: 'stage', stages: ['new'] } })
    await recomputeOwn(shop, NOW, 'rule')
    const key = `own:${made}` as const
    await saveMessage(shop, key, 'newsletter', message())
    await makeList(shop, key, 'newsletter')
    const page = await messagePage(shop, key, null)
    expect(page).toMatchObject({ ownName: name, channel: 'newsletter', reach: { customers: 30, email: 20 } })
    const file = await textOf(shop, page.lists[0]!.id)
    expect(file).toContain(`,"'=cmd|' /C ""calc""'!A0",`)
    expect(file).not.toMatch(/(^|,)"?[=+\-@\t\r]/m)
    await connectAs('superuser', (client) =>
      client.query('DELETE FROM "OwnSegment" WHERE shop = $1 AND id = $2', [shop, made]),
    )
    await expect(messagePage(shop, key, null)).rejects.toMatchObject({ code: 'not-found' })
    await forgetOldLists(shop)
    const { rows } = await connectAs('superuser', (client) =>
      client.query('SELECT FROM "Message" WHERE shop = $1', [shop]),
    )
    expect(rows).toEqual([])
  })

  test('are read in pieces, so that a list of many comes whole', async () => {
    const shop = await shopOfNew()
    await saveMessage(shop, 'new', 'sms', message())
    await makeList(shop, 'new', 'sms')
    const [list] = (await messagePage(shop, 'new', 'sms')).lists
    await connectAs('superuser', (client) =>
      client.query(
        `INSERT INTO "MessageSending" ("shop", "export", "customer", "at")
         SELECT $1, $2, 100000 + i, now() FROM generate_series(1, 25000) i`,
        [shop, list!.id],
      ),
    )
    const ids = (await textOf(shop, list!.id))
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',')[0])
    expect(new Set(ids).size).toBe(25_010)
    expect(ids.length).toBe(25_010)
  })

  test('forget after 90 days who stood in a list, and keep its figures', async () => {
    const shop = await shopOfNew()
    await saveMessage(shop, 'new', 'sms', message())
    await makeList(shop, 'new', 'sms')
    const [list] = (await messagePage(shop, 'new', 'sms')).lists
    timeIs(NOW + 91 * DAY_MS)
    await forgetOldLists(shop)
    const { rows } = await connectAs('superuser', (client) =>
      client.query('SELECT FROM "MessageSending" WHERE shop = $1', [shop]),
    )
    expect(rows).toEqual([])
    expect((await messagePage(shop, 'new', 'sms')).lists).toMatchObject([{ customers: 10, isFileThere: false }])
    await expect(listFile(shop, list!.id)).rejects.toMatchObject({ code: 'not-found' })
  })

  test('wait for segments in a shop without any', async () => {
    expect((await messagesPage(await testShop())).rows).toEqual([])
  })
})
