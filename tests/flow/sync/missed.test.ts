import { expect, test } from 'vitest'

import { withShop } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { connectAs } from '#tests/support/database.ts'
import { chanceFrom, oneOf, wholeBetween } from '#tests/shop/chance.ts'
import type { World } from '#tests/shop/world.ts'

import { type LiveShop, playLiveShop, staleRows } from './live.ts'

/** The exam has 10,000 events, in a shop with a history of its size. */
const EVENTS = Number(process.env['EXAM_EVENTS'] ?? 250)
const ORDERS = EVENTS * (process.env['EXAM_EVENTS'] ? 6 : 1)
// Of fourteen that are lost one leaves a row stale, for others tell of the same: few events lose more, so that some do.
const DROP_SHARE = process.env['EXAM_EVENTS'] ? 0.02 : 0.3
const WITHIN_MS = 60_000 + EVENTS * 200

const SECOND_DAYS = 1 / 86_400

function fill(world: World): void {
  const products = Array.from({ length: 5 }, (_, n) => world.addProduct({ title: `Balm ${n}`, priceMinor: 1000 + n }))
  const begin = world.now() - 400 * 86_400_000
  const customers = Array.from({ length: Math.ceil(ORDERS / 3) }, () => world.addCustomer({ createdAt: begin }))
  for (let n = 0; n < ORDERS; n += 1)
    world.addOrder({
      customerId: customers[n % customers.length]!.id,
      processedAt: begin + n * 1000,
      lines: [{ productId: products[n % 5]!.id, quantity: 2 }],
    })
}

/** One thing that happens in the shop, by chance. */
function happening(live: LiveShop, random: () => number, ids: { orders: number[]; customers: number[] }): void {
  const { happen } = live.local.shop
  const { world } = live
  const pick = (kind: 'orders' | 'customers'): number => {
    for (;;) {
      const id = oneOf(random, ids[kind])
      if (world[kind].has(id)) return id
    }
  }
  const order = world.orders.get(pick('orders'))!
  const buyer = pick('customers')
  const goods = [{ productId: oneOf(random, [...world.products.keys()]), quantity: 1 }]
  const kind = wholeBetween(random, 0, 99)
  if (kind < 30) ids.orders.push(happen.buy({ customerId: buyer, lines: goods }).id)
  else if (kind < 40) {
    const bought = happen.buy({ newCustomer: {}, lines: goods })
    ids.orders.push(bought.id)
    ids.customers.push(bought.customerId!)
  } else if (kind < 55) happen.edit(order.id, { add: goods })
  else if (kind < 70) happen.refund(order.id, { minor: 1 })
  else if (kind < 76) happen.cancel(order.id)
  else if (kind < 80) happen.deleteOrder(order.id)
  else if (kind < 90) happen.changeTags(buyer, { add: [`tag-${kind}`], remove: ['tag-85'] })
  else if (kind < 95) happen.changeConsent(buyer, { sms: oneOf(random, ['SUBSCRIBED', 'UNSUBSCRIBED']) })
  else if (kind < 98) ids.customers.push(happen.createCustomer().id)
  else {
    const other = pick('customers')
    if (other !== buyer) happen.mergeCustomers(buyer, other)
  }
}

async function catchUp(live: LiveShop): Promise<void> {
  await withShop(live.shop, (tx) => owe(tx, live.shop, 'catch-up', String(live.shop), {}))
  await live.settle(WITHIN_MS)
}

/** The roads last agreed then, by the shop's clock; nobody but this test asks for a reconciliation. */
async function agreed(live: LiveShop, at: number): Promise<void> {
  const values = [live.shop, new Date(at)]
  await connectAs('superuser', async (client) => {
    await client.query(
      `UPDATE "Shop" SET "syncedAt" = $2, "healthAt" = now() + interval '1 day' WHERE shop = $1`,
      values,
    )
    await client.query(`UPDATE "SyncRun" SET "startedAt" = $2 WHERE shop = $1`, values)
  })
}

/** Points taken from the shop's bucket, which is as large as it need be. */
function points(live: LiveShop): { spent: number } {
  const { bucket } = live.local.shop.played
  const told = { spent: 0 }
  const [take, giveBack] = [bucket.take.bind(bucket), bucket.giveBack.bind(bucket)]
  bucket.restoreRate = 1_000_000
  bucket.take = (asked) => {
    told.spent += asked
    return take(asked)
  }
  bucket.giveBack = (left) => {
    told.spent -= left
    giveBack(left)
  }
  return told
}

test(
  'with events lost, 5 % repeated and all shuffled, one reconciliation leaves nothing stale',
  async () => {
    const live = await playLiveShop(fill)
    const { world, local } = live
    const told = points(live)
    const { webhooks } = local.shop.played
    Object.assign(local.shop.faults.webhooks, {
      seed: 'missed',
      dropShare: DROP_SHARE,
      repeatShare: 0.05,
      shuffle: 200,
    })
    expect(await staleRows(live)).toEqual([])

    const begin = world.now()
    await agreed(live, begin)
    const random = chanceFrom('missed')
    const ids = { orders: [...world.orders.keys()], customers: [...world.customers.keys()] }
    let events = 0
    let lost = 0
    while (events < EVENTS) {
      for (let n = 0; n < 100 && events + webhooks.sent.length < EVENTS; n += 1) {
        happening(live, random, ids)
        if (random() < 0.6) world.advance(SECOND_DAYS)
      }
      await live.settle(WITHIN_MS)
      live.later()
      events += webhooks.sent.length
      lost += webhooks.sent.filter(({ dropped }) => dropped).length
      webhooks.sent.length = 0
    }
    const missed = await staleRows(live)
    expect(lost).toBeGreaterThan(0)
    expect(missed.length).toBeGreaterThan(0)

    await agreed(live, begin)
    told.spent = 0
    const calls = live.calls().length
    await catchUp(live)
    const [cycle, cycleCalls] = [told.spent, live.calls().length]
    expect(await staleRows(live)).toEqual([])

    told.spent = 0
    await agreed(live, 0)
    await catchUp(live)
    const whole = told.spent
    if (process.env['EXAM_EVENTS'])
      process.stdout.write(
        `${events} events, ${lost} lost, in a shop of ${world.orders.size} orders and ${world.customers.size} customers: ` +
          `${calls} Admin calls live; ${missed.length} rows stale before and 0 after one cycle of ${cycleCalls} calls, ` +
          `${cycle} points: ${((100 * cycle) / whole).toFixed(1)} % of a look at everything (${whole})\n`,
      )
    expect(await staleRows(live)).toEqual([])
  },
  WITHIN_MS * 4,
)
