import { GraphQLError } from 'graphql'
import { pixelToml, type WebPixel } from '../web-pixel.ts'
import { needScope } from './access.ts'
import { gid, readGid } from './money.ts'
import type { Args, Call, PlayedFields } from './played.ts'

type UserError = { code: string; field: string[]; message: string }

/** Unverified wording of all of these; the codes are the schema's. */
const TAKEN = { code: 'TAKEN', field: ['webPixel'], message: 'Web pixel has already been taken' }
const NOT_FOUND = { code: 'NOT_FOUND', field: ['id'], message: 'Web pixel could not be found' }

/** What is wrong with settings, held against the extension's own definition: each field once, filled, and no other. */
function problemOf(settings: unknown): UserError | null {
  const fields = pixelToml()?.fields
  if (fields === undefined) return { code: 'NO_EXTENSION', field: ['webPixel'], message: 'No extension found.' }
  const given = typeof settings === 'object' && settings !== null ? (settings as Record<string, unknown>) : {}
  const isRight = fields.every((key) => typeof given[key] === 'string' && given[key] !== '')
  if (isRight && Object.keys(given).every((key) => fields.includes(key))) return null
  const message = 'Settings do not match the expected settings definition on the app'
  return { code: 'INVALID_SETTINGS', field: ['webPixel', 'settings'], message }
}

/** JSON goes in as an object or as its text. */
function settingsOf(args: Args): unknown {
  const { settings } = args['webPixel'] as { settings: unknown }
  if (typeof settings !== 'string') return settings
  try {
    return JSON.parse(settings)
  } catch {
    return null
  }
}

/** What the schema asks for of whoever puts a pixel up. */
function needScopes({ scopes }: Call, field: string): void {
  needScope(scopes, 'write_pixels', field)
  needScope(scopes, 'read_customer_events', field)
}

function create(args: Args, call: Call) {
  const { shop } = call
  needScopes(call, 'webPixelCreate')
  const settings = settingsOf(args)
  const problem = shop.webPixel === null ? problemOf(settings) : TAKEN
  if (problem) return { webPixel: null, userErrors: [problem] }
  shop.webPixel = { kind: 'WebPixel', id: shop.world.nextId(), settings: settings as WebPixel['settings'] }
  return { webPixel: shop.webPixel, userErrors: [] }
}

function named(args: Args, { shop }: Call): WebPixel | null {
  const at = readGid(args['id'])
  return at?.type === 'WebPixel' && shop.webPixel?.id === at.id ? shop.webPixel : null
}

function update(args: Args, call: Call) {
  needScopes(call, 'webPixelUpdate')
  const found = named(args, call)
  const settings = settingsOf(args)
  const problem = found ? problemOf(settings) : NOT_FOUND
  if (!found || problem) return { webPixel: null, userErrors: [problem] }
  found.settings = settings as WebPixel['settings']
  return { webPixel: found, userErrors: [] }
}

function remove(args: Args, call: Call) {
  needScope(call.scopes, 'write_pixels', 'webPixelDelete')
  const found = named(args, call)
  if (!found) return { deletedWebPixelId: null, userErrors: [NOT_FOUND] }
  call.shop.webPixel = null
  return { deletedWebPixelId: gid('WebPixel', found.id), userErrors: [] }
}

/** Of an app that has none Shopify answers an error; unverified which. */
function current(args: Args, call: Call): WebPixel {
  const found = args['id'] == null ? call.shop.webPixel : named(args, call)
  if (!found) throw notFound()
  return found
}

function notFound(): GraphQLError {
  return new GraphQLError('No web pixel was found for this app.', { extensions: { code: 'RESOURCE_NOT_FOUND' } })
}

export const pixelFields: PlayedFields = {
  QueryRoot: { webPixel: (_root, args, call) => current(args, call) },
  Mutation: {
    webPixelCreate: (_root, args, call) => create(args, call),
    webPixelUpdate: (_root, args, call) => update(args, call),
    webPixelDelete: (_root, args, call) => remove(args, call),
  },
  WebPixel: {
    id: (one: WebPixel) => gid('WebPixel', one.id),
    settings: (one: WebPixel) => one.settings,
  },
}
