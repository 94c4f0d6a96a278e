import { expect, test } from 'vitest'
import { storeEvents } from '#app/flow/events/receive.ts'
import { probablySeen } from '#app/flow/rewards/probably-seen.ts'
import { rewardPage } from '#app/flow/rewards/pages.ts'
import { now } from '#app/outside/clock.ts'
import { withShop } from '#app/outside/database.server.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { event, learningShop } from '#tests/support/pixel-events.ts'
import { claimable, offerOf, offered } from './offered.ts'

const HOUR_MS = 3_600_000

test('a page view of somebody who is shown a reward is told apart from one that was seen', async () => {
  const shop = await learningShop(71, 72, 73, 74)
  const reward = await claimable(shop)
  await offered(shop, reward, [71, 72, 73])
  const written = { v: 1, off: false, rewards: [offerOf(reward)] }
  await withShop(shop, (tx) =>
    tx.customerRewards.updateMany({
      where: { shop, customer: { in: [71n, 72n] } },
      data: { written, writtenAt: new Date(now() - HOUR_MS) },
    }),
  )
  // Shown and there, twice; there before it was shown; not shown yet; nobody's offer; and a cart, which is no page of the theme.
  const at = now()
  const views = [71, 71, 73, 74].map((customer) => event({ customer: String(customer), at: at - 1000 }))
  await storeEvents(shop, [...views, event({ customer: '72', at: at - 2 * HOUR_MS })], at)
  await storeEvents(shop, [event({ customer: '72', kind: 'cart-added', at })], at)
  expect(await withShop(shop, (tx) => probablySeen(tx, shop, reward))).toBe(1)
  expect(await withShop(shop, (tx) => probablySeen(tx, shop, reward + 1))).toBe(0)
  const page = await rewardPage(shop, reward)
  expect(page.probablySeen).toBe(1)
  expect(page.comparison?.arms.reward).toMatchObject({ people: 3, saw: 0, clicked: 0 })
  expect(await withShop(shop, (tx) => tx.rewardExposure.count({ where: { shop } }))).toBe(0)
  await saveSettings(shop, { learnFromVisits: false })
  expect((await rewardPage(shop, reward)).probablySeen).toBe(0)
})
