/** What journeys of rewards share: the merchant who begins and ends one, and shoppers who sign in, look and buy. */
import type { Page } from 'playwright-core'
import type { WorldCustomer } from '../shop/world.ts'
import { untilThere, type Journey, type Walk } from './journey.ts'

const LONG_MS = 180_000

export function storefront({ stack }: Journey, path = ''): string {
  return `${stack.shop.origin}/storefront${path}`
}

/** Customers who have not bought yet. */
export function newcomers({ stack: { world } }: Journey): WorldCustomer[] {
  return [...world.customers.values()].filter(
    ({ id, behaviour }) => behaviour === 'prospect' && world.ordersOf(id).length === 0,
  )
}

/**
 * She sets up a ready-made reward and starts it, allowing what Shopify asks for.
 *
 * @param set  what she changes of it, behind More conditions
 * @returns the reward's row
 */
export async function beginReward(
  { journey, page, app }: Walk,
  card: string,
  set: () => Promise<void>,
): Promise<number> {
  await page.goto(journey.adminOf('/rewards'))
  await app.getByRole('link', { name: `Set up: ${card}` }).click()
  await app.getByRole('button', { name: 'More conditions' }).click()
  await set()
  await page.getByRole('button', { name: 'Save' }).click()
  await app.getByRole('button', { name: 'Start', exact: true }).click()
  const [allow, live] = [page.getByRole('button', { name: 'Allow' }), app.getByText('Live', { exact: true })]
  await Promise.any([allow, live].map((each) => each.waitFor({ timeout: LONG_MS })))
  if (await allow.isVisible()) await allow.click()
  await live.first().waitFor({ timeout: LONG_MS })
  return Number(/\/rewards\/(\d+)/.exec(page.url())![1])
}

export async function endReward({ journey, page, app }: Walk, reward: number): Promise<void> {
  await page.goto(journey.adminOf(`/rewards/${reward}`))
  await app.getByRole('button', { name: 'End this reward…' }).click()
  await app.getByRole('button', { name: 'End it', exact: true }).click()
  await app.getByText(/^Ended by you on/).waitFor()
  await journey.rest()
}

export async function signedIn(journey: Journey, customer: WorldCustomer): Promise<Page> {
  const shopper = await journey.openAs('en')
  await shopper.goto(storefront(journey, `/who?id=${customer.id}`))
  return shopper
}

/** Takes the first product to the checkout, with a code. */
export async function order(journey: Journey, shopper: Page, code = ''): Promise<void> {
  await shopper.goto(storefront(journey))
  await shopper.locator('a[href^="/storefront/products/"]').first().click()
  await shopper.getByRole('button', { name: 'Add to cart' }).click()
  await shopper.getByLabel('Discount code').fill(code)
  await shopper.getByRole('button', { name: 'Buy' }).click()
}

export function bought(shopper: Page): Promise<void> {
  return shopper.getByRole('heading', { name: 'Thank you for your order' }).waitFor()
}

/** Waits until a reward of theirs stands in the banner with a code, and reads it. */
export async function ownCode(journey: Journey, shopper: Page, said: RegExp | string): Promise<string> {
  const code = shopper.locator('.morello-reward').filter({ hasText: said }).locator('.morello-reward__code')
  await untilThere(shopper, storefront(journey), code)
  return (await code.first().innerText()).trim()
}
