/** The app as Shopify admin reaches it, without a browser. */
import { appAddress, sessionToken } from '../shop/session-token.ts'
import type { Stack } from './stack.ts'

type Door = Pick<Stack, 'world' | 'shop' | 'apiKey' | 'apiSecret'>

// The library answers robots with 410.
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36' }

const appOf = ({ world, apiKey, apiSecret }: Door) => ({ shop: world.shop.domain, apiKey, apiSecret })

/** Loads a page as the admin's frame does: signed, with a fresh session token. The first one installs the app. */
export async function openPage(door: Door, path: string): Promise<void> {
  const address = appAddress(appOf(door), door.shop.tunnelOrigin, path, 'en', Date.now())
  const response = await fetch(address, { headers: BROWSER, redirect: 'manual' })
  await response.text()
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}`)
}

/** Sends a form as the page does through App Bridge: with a bearer token. */
export async function submitForm(door: Door, path: string, fields: Record<string, string>): Promise<void> {
  const response = await fetch(`${door.shop.tunnelOrigin}${path}.data`, {
    method: 'POST',
    headers: { ...BROWSER, authorization: `Bearer ${sessionToken(appOf(door), Date.now())}` },
    body: new URLSearchParams(fields),
  })
  await response.text()
  if (!response.ok) throw new Error(`${path} refused the form with ${response.status}`)
}
