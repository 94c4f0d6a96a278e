/**
 * Where Shopify's addresses lead when the shop is played on this machine; null for a host that the app must not call.
 * Loopback stays as it is.
 */
export function mapped(address: string, shopOrigin: string): string | null {
  const url = new URL(address)
  if (/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname)) return address
  if (url.protocol !== 'https:' || url.port !== '') return null
  const rest = `${url.pathname}${url.search}`
  if (/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(url.hostname)) return `${shopOrigin}/shopify/${url.hostname}${rest}`
  if (url.hostname === 'storage.googleapis.com') return `${shopOrigin}/bulk${rest}`
  if (url.hostname === 'shopify-staged-uploads.storage.googleapis.com') return `${shopOrigin}/staged${rest}`
  return null
}

type Fetch = typeof globalThis.fetch

/** A fetch that reaches the local shop and nothing beyond this machine. */
export function redirectedFetch(original: Fetch, shopOrigin: () => string | null): Fetch {
  return async (input, init) => {
    const request = input instanceof Request ? input : null
    const address = request ? request.url : String(input)
    const origin = shopOrigin()
    if (origin === null && /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])[:/]/.test(address))
      return original(input, init)
    const target = origin === null ? null : mapped(address, origin)
    if (target === null)
      throw new TypeError(`The local shop refuses ${new URL(address).host}: no network but this machine`)
    if (target === address) return original(input, init)
    return original(request ? new Request(target, await copied(request)) : target, init)
  }
}

/** A Request cannot change its address: what it carries is carried over. */
async function copied(request: Request): Promise<RequestInit> {
  const { method, headers, redirect, signal } = request
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return { method, headers, redirect, signal, ...(hasBody ? { body: await request.arrayBuffer() } : {}) }
}
