// Anchored, lower case only: refuses ports, paths, other hosts that merely begin or end like a shop, and line breaks.
const SHOP_DOMAIN = /^[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com$/

/** Whether this is a shop's permanent domain, exactly as Shopify writes it. */
export function isShopDomain(text: string): boolean {
  return SHOP_DOMAIN.test(text)
}
