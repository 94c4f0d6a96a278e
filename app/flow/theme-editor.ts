import { config } from '#app/outside/config.server.ts'

type Block = 'segment-message' | 'reward-banner' | 'picked-for-you' | 'preferences'

/** Shopify's deep link that puts one of our blocks into the shop's theme: the file's name in extensions/storefront/blocks. */
export function themeEditorUrl(domain: string, block: Block): string {
  const id = encodeURIComponent(`${config.shopifyApiKey}/${block}`)
  return `https://${domain}/admin/themes/current/editor?template=index&addAppBlockId=${id}&target=newAppsSection`
}
