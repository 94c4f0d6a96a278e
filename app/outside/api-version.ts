/** Shopify's API version. Its one place is shopify.app.toml, which does not ship; a test compares. */
export const API_VERSION = '2026-10'
