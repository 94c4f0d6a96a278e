/**
 * Morello's web pixel: what a shopper who allows it looks at, by ids alone. It runs in a worker without a page, keeps nothing
 * in the browser, and sends nothing that somebody typed, no address, no name and nothing of the machine.
 */
import type { PixelBatch, PixelEvent, PixelKind, PixelReason } from '../../../app/domain/wire.ts'
import type { Consent, PixelApi, StandardEvent } from './shopify.ts'

declare const shopify: { extend(point: 'WebPixel::Render', begin: (api: PixelApi) => void): void }

const KINDS: Readonly<Record<string, PixelKind>> = {
  page_viewed: 'page-viewed',
  product_viewed: 'product-viewed',
  search_submitted: 'searched',
  product_added_to_cart: 'cart-added',
  product_removed_from_cart: 'cart-removed',
  cart_viewed: 'cart-viewed',
  checkout_started: 'checkout-started',
  checkout_completed: 'checkout-completed',
}
const REASON = /[?&]mrl=(goes-with|low|for-you|popular|first|pinned)(?:&|$)/
const AT_ONCE = 20
/** What a page publishes together goes together; the page may be left the moment after. */
const TOGETHER_MS = 100
const AGAIN_MS = 2000
const MOST_TRIES = 3

shopify.extend('WebPixel::Render', ({ settings, init, analytics, customerPrivacy }) => {
  const { address, key } = settings
  if (!address || !key) return
  let isAllowed = allows(init.customerPrivacy)
  let waiting: PixelEvent[] = []
  let tries = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const later = (ms: number) => {
    timer ??= setTimeout(() => {
      timer = undefined
      void send()
    }, ms)
  }

  async function send(): Promise<void> {
    const events = waiting.splice(0, AT_ONCE)
    if (!isAllowed || events.length === 0) return
    const body: PixelBatch = { key: key!, events }
    const status = await fetch(address!, {
      method: 'POST',
      // Plain text is sent without asking first.
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify(body),
      keepalive: true,
      credentials: 'omit',
    }).then(
      (answer) => answer.status,
      () => 0,
    )
    // Not there, too busy or not sure that it is stored: the same events under the same ids, a few times.
    const isLost = status === 0 || status === 429 || status >= 500
    tries = isLost ? tries + 1 : 0
    if (isLost && tries < MOST_TRIES) waiting = [...events, ...waiting].slice(0, 2 * AT_ONCE)
    if (waiting.length > 0) later(isLost ? AGAIN_MS : TOGETHER_MS)
  }

  customerPrivacy.subscribe('visitorConsentCollected', (event) => {
    isAllowed = allows(event.customerPrivacy)
    // What was seen before somebody said no is not told after they say yes.
    if (!isAllowed) waiting = []
  })
  for (const [name, kind] of Object.entries(KINDS))
    analytics.subscribe(name, (event) => {
      if (!isAllowed) return
      waiting.push(told(kind, event, init))
      later(TOGETHER_MS)
    })
})

function allows(consent: Consent | undefined): boolean {
  return consent?.analyticsProcessingAllowed === true && consent.marketingAllowed === true
}

function told(kind: PixelKind, { id, timestamp, context, data }: StandardEvent, init: PixelApi['init']): PixelEvent {
  const customer = digitsOf(init.data?.customer?.id ?? data?.checkout?.order?.customer?.id)
  const product = digitsOf((data?.productVariant ?? data?.cartLine?.merchandise)?.product?.id)
  const reason = kind === 'page-viewed' ? REASON.exec(context?.document?.location?.search ?? '')?.[1] : undefined
  return {
    id,
    kind,
    at: Date.parse(timestamp) || Date.now(),
    ...(customer && { customer }),
    ...(product && { product }),
    ...(reason && { reason: reason as PixelReason }),
  }
}

/** The checkout has ids as gids, the storefront as digits. */
function digitsOf(id: string | null | undefined): string | undefined {
  return /(?:^|\/)([1-9]\d{0,17})$/.exec(id ?? '')?.[1]
}
