/**
 * What of Shopify's Web Pixels API is used, by the names and shapes of @shopify/web-pixels-extension 2.18.0, which adds
 * nothing to it at run time but a name for one call.
 * https://shopify.dev/docs/api/web-pixels-api
 */
export type Consent = { analyticsProcessingAllowed: boolean; marketingAllowed: boolean }

type Product = { product?: { id?: string | null } | null } | null

export type StandardEvent = {
  id: string
  timestamp: string
  context?: { document?: { location?: { search?: string } } }
  data?: {
    productVariant?: Product
    cartLine?: { merchandise?: Product } | null
    checkout?: { order?: { customer?: { id?: string | null } | null } | null } | null
  }
}

export type PixelApi = {
  settings: { address?: string; key?: string }
  init: { data?: { customer?: { id?: string | null } | null }; customerPrivacy?: Consent }
  analytics: { subscribe(name: string, callback: (event: StandardEvent) => void): unknown }
  customerPrivacy: {
    subscribe(name: 'visitorConsentCollected', callback: (event: { customerPrivacy: Consent }) => void): unknown
  }
}
