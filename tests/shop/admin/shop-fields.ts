import type { World } from '../world.ts'
import { gid } from './money.ts'
import type { Call, PlayedFields } from './played.ts'

const PLAN_NAMES = { basic: 'Basic', advanced: 'Advanced', plus: 'Shopify Plus', enterprise: 'Shopify Plus' } as const

/** The shop's own number, derived from its domain: the world keeps none. */
export function shopNumber(domain: string): number {
  let number = 7
  for (const character of domain) number = (number * 31 + character.codePointAt(0)!) % 89_999_999_989
  return 10_000_000_000 + number
}

/** The app's installation in this shop, which owns the app's own metafields. */
export function installationNumber(world: World): number {
  return shopNumber(world.shop.domain) + world.appId
}

export const shopFields: PlayedFields = {
  QueryRoot: {
    shop: (_root, _args, call) => ({ kind: 'Shop', id: shopNumber(call.shop.world.shop.domain) }),
    currentAppInstallation: (_root, _args, call) => ({
      kind: 'AppInstallation',
      id: installationNumber(call.shop.world),
    }),
  },
  Shop: {
    id: (shop: { id: number }) => gid('Shop', shop.id),
    name: (_shop, _args, call) => call.shop.world.shop.name,
    myshopifyDomain: (_shop, _args, call) => call.shop.world.shop.domain,
    url: (_shop, _args, call) => `https://${call.shop.world.shop.domain}`,
    currencyCode: (_shop, _args, call) => call.shop.world.shop.currency,
    ianaTimezone: (_shop, _args, call) => call.shop.world.shop.timezone,
    timezoneAbbreviation: (_shop, _args, call) => timezonePart(call, 'short'),
    timezoneOffset: (_shop, _args, call) =>
      timezonePart(call, 'longOffset').replace(/^GMT$/, '+0000').replace(/GMT|:/g, ''),
    plan: () => ({}),
    taxesIncluded: () => false,
    primaryDomain: (_shop, _args, call) => ({ host: call.shop.world.shop.domain }),
  },
  Domain: {
    host: (domain: { host: string }) => domain.host,
    url: (domain: { host: string }) => `https://${domain.host}`,
  },
  ShopPlan: {
    displayName: (_plan, _args, call) => PLAN_NAMES[call.shop.world.shop.plan],
    publicDisplayName: (_plan, _args, call) => PLAN_NAMES[call.shop.world.shop.plan],
    partnerDevelopment: () => false,
    shopifyPlus: (_plan, _args, call) => PLAN_NAMES[call.shop.world.shop.plan] === PLAN_NAMES.plus,
  },
  AppInstallation: {
    id: (installation: { id: number }) => gid('AppInstallation', installation.id),
    accessScopes: (_installation, _args, call) => [...call.scopes].map((handle) => ({ handle })),
    app: (_installation, _args, call) => ({ kind: 'App', id: call.shop.world.appId }),
    launchUrl: (_installation, _args, call) => `https://${call.shop.world.shop.domain}/admin/apps/${call.shop.apiKey}`,
  },
  AccessScope: {
    handle: (scope: { handle: string }) => scope.handle,
    description: (scope: { handle: string }) => scope.handle.replaceAll('_', ' '),
  },
  App: {
    id: (app: { id: number }) => gid('App', app.id),
    handle: () => 'morello',
    title: () => 'Morello',
    apiKey: (_app, _args, call) => call.shop.apiKey,
  },
}

function timezonePart(call: Call, style: 'short' | 'longOffset'): string {
  const { timezone } = call.shop.world.shop
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: style }).formatToParts(
    call.shop.world.now(),
  )
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
}
