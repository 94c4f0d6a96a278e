/**
 * Shopify's web pixel manager: publishes what happens on a page to the app's pixel, which runs in a worker without a page,
 * and only once the shopper has allowed what it needs. https://shopify.dev/docs/apps/build/marketing-analytics/pixels
 */
import { pixelBundle, pixelToml, type WebPixel } from '../web-pixel.ts'

export const PIXELS_PATH = '/storefront/pixels'

/** What a page publishes, by Shopify's names and shapes. */
export type Published = { name: string; data: object }

/** What the shopper has said; null: nothing yet, which counts as no. */
export type Consent = 'yes' | 'no' | null

type Page = {
  sandbox: string
  needs: string[]
  settings: WebPixel['settings']
  isAllowed: boolean
  init: { data: { customer: { id: string; ordersCount: number } | null } }
  events: Published[]
}

/** The manager as a page carries it. */
export function managerHtml(
  pixel: WebPixel,
  page: { consent: Consent; customer: { id: number; orders: number } | null; events: Published[] },
): string {
  const { consent, customer, events } = page
  const told: Page = {
    sandbox: `${PIXELS_PATH}/sandbox.js`,
    needs: pixelToml()?.needs ?? [],
    settings: pixel.settings,
    isAllowed: consent === 'yes',
    init: { data: { customer: customer && { id: String(customer.id), ordersCount: customer.orders } } },
    events,
  }
  return `<script>(${manager.toString()})(${JSON.stringify(told).replaceAll('<', '\\u003c')})</script>`
}

/** A script of the manager's; null: there is none of the name. */
export async function pixelScript(name: string): Promise<string | null> {
  const toml = pixelToml()
  if (toml === null) return null
  if (name === 'sandbox.js') return `(${sandbox.toString()})(${JSON.stringify(`${PIXELS_PATH}/pixel.js`)})`
  return name === 'pixel.js' ? pixelBundle(toml) : null
}

/** Runs in the page, as text. */
function manager(page: Page): void {
  const NAMES: Record<string, string> = {
    analytics: 'analyticsProcessingAllowed',
    marketing: 'marketingAllowed',
    preferences: 'preferencesProcessingAllowed',
  }
  const privacy = (isAllowed: boolean) => ({
    analyticsProcessingAllowed: isAllowed,
    marketingAllowed: isAllowed,
    preferencesProcessingAllowed: isAllowed,
    saleOfDataAllowed: isAllowed,
  })
  const { href, search, pathname } = location
  const events = page.events.map(({ name, data }, seq) => ({
    id: `sh-${crypto.randomUUID()}`,
    name,
    seq,
    type: 'standard',
    timestamp: new Date().toISOString(),
    clientId: '00000000-0000-0000-0000-000000000000',
    context: { document: { location: { href, search, pathname }, title: document.title } },
    data,
  }))
  let worker: Worker | null = null
  const begin = (isAllowed: boolean): void => {
    const customerPrivacy: Record<string, boolean> = privacy(isAllowed)
    if (worker !== null || !page.needs.every((need) => customerPrivacy[NAMES[need]!])) return
    worker = new Worker(page.sandbox)
    worker.postMessage({ kind: 'begin', settings: page.settings, init: { ...page.init, customerPrivacy } })
    // What happened before the shopper said yes is published then.
    for (const event of events) worker.postMessage({ kind: 'event', event })
  }
  begin(page.isAllowed)
  for (const form of document.querySelectorAll<HTMLFormElement>('form.consent'))
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      const body = new URLSearchParams({
        consent: (event.submitter as HTMLButtonElement).value,
        back: location.pathname,
      })
      void fetch(form.action, { method: 'POST', body, redirect: 'manual' }).then(() => {
        const isAllowed = body.get('consent') === 'yes'
        form.dataset['said'] = body.get('consent')!
        worker?.postMessage({ kind: 'consent', customerPrivacy: privacy(isAllowed) })
        begin(isAllowed)
      })
    })
}

/** Runs in the worker, as text: Shopify's API for a pixel, which has no page. */
function sandbox(bundle: string): void {
  type Call = (event: object) => void
  type Message = { kind: string; settings: object; init: object; event: { name: string }; customerPrivacy: object }
  const worker = globalThis as unknown as {
    shopify: object
    importScripts(address: string): void
    onmessage: (event: { data: Message }) => void
  }
  let begin: ((api: object) => void) | null = null
  const subscribed = new Map<string, Call[]>()
  const subscribe = (name: string, call: Call): (() => boolean) => {
    subscribed.set(name, [...(subscribed.get(name) ?? []), call])
    return () => subscribed.delete(name)
  }
  const publish = (name: string, event: object): void => {
    for (const call of subscribed.get(name) ?? []) call(event)
  }
  worker.shopify = {
    extend(point: string, start: (api: object) => void) {
      if (point !== 'WebPixel::Render') throw new Error(`There is no place ${point} in a web pixel`)
      begin = start
    },
  }
  worker.importScripts(bundle)
  worker.onmessage = ({ data }) => {
    if (data.kind === 'begin')
      begin?.({
        settings: data.settings,
        init: data.init,
        analytics: { subscribe },
        customerPrivacy: {
          subscribe(name: string, call: Call) {
            if (name !== 'visitorConsentCollected') throw new Error(`The local shop does not play ${name}`)
            return subscribe(`privacy ${name}`, call)
          },
        },
        browser: new Proxy(
          {},
          {
            get: (_none, name) => {
              throw new Error(`The local shop does not play browser.${String(name)} of web pixels`)
            },
          },
        ),
      })
    if (data.kind === 'event') publish(data.event.name, data.event)
    if (data.kind === 'consent') publish('privacy visitorConsentCollected', { customerPrivacy: data.customerPrivacy })
  }
}
