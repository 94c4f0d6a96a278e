import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AdminRequest } from './admin-api.ts'
import { APP_BRIDGE_PATH, appBridgeScript } from './app-bridge.ts'
import { escapeHtml, formOf, localeOf, ownPath, sendHtml, sendTo, textOf, urlOf } from './door-context.ts'
import type { DoorContext, Locale } from './door-context.ts'
import { frameClient } from './frame/client.ts'
import { customerPage, customersPage, nameOf } from './frame/customers.ts'
import { EXTENSION_PAGE, extensionDocument, extensionParentScript } from './frame/extension-page.ts'
import { bundleOf, extensionFor } from './frame/extensions.ts'
import { SEGMENTS, segmentPage, segmentsPage } from './frame/segments.ts'
import { changeOrder } from './frame/orders.ts'
import { PRODUCTS, changeProduct, productsPage } from './frame/products.ts'
import { APP_HOME, shell } from './frame/shell.ts'
import { EDITOR, saveThemeEditor, themeEditorPage } from './frame/theme-editor.ts'
import { wordsIn } from './frame/words.ts'
import { appAddress, sessionToken } from './session-token.ts'

export { doorPage } from './doors.ts'

/** The Shopify admin, as far as the app meets it: its frame, the customers, the theme editor. */
export async function adminFrameHandler(
  request: IncomingMessage,
  response: ServerResponse,
  context: DoorContext,
): Promise<boolean> {
  const url = urlOf(request, context)
  const path = url.pathname.replace(/\/+$/, '')
  if (path === APP_BRIDGE_PATH) {
    response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' })
    response.end(appBridgeScript(context.origin))
    return true
  }
  if (path !== '/admin' && !path.startsWith('/admin/')) return false
  const locale = localeOf(request)
  const words = wordsIn(locale)
  const page = (title: string, body: string, status = 200, script?: string): true => {
    const parts = { title, body, path: path + url.search, ...(script === undefined ? {} : { script }) }
    return sendHtml(response, shell(context, locale, parts), status)
  }

  if (path === '/admin') return sendTo(response, APP_HOME)
  if (path === '/admin/locale') {
    const to: Locale = url.searchParams.get('to') === 'ko' ? 'ko' : 'en'
    return sendTo(response, ownPath(url.searchParams.get('back'), APP_HOME), [
      `shop_locale=${to}; Path=/; SameSite=Lax`,
    ])
  }
  if (path === '/admin/session-token' && request.method === 'POST') {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify({ token: sessionToken(frameApp(context), Date.now()) }))
    return true
  }
  if (path === '/admin/scopes') {
    if (request.method === 'POST') await context.scopes.grantScopes(...url.searchParams.getAll('scope'))
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify({ granted: context.scopes.grantedScopes() }))
    return true
  }
  if (path === '/admin/graphql' && request.method === 'POST') {
    const answer = context.admin(JSON.parse(await textOf(request)) as AdminRequest)
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify(answer))
    return true
  }
  if (path === EXTENSION_PAGE || path === `${EXTENSION_PAGE}.js`) {
    const place = { target: url.searchParams.get('target') ?? '', selected: url.searchParams.get('selected') ?? '' }
    const isScript = path.endsWith('.js')
    const extension = extensionFor(place.target)
    if (extension && isScript) {
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' })
      response.end(await bundleOf(extension))
      return true
    }
    const html = extensionDocument(context, locale, place)
    if (html !== null) return sendHtml(response, html)
  }
  if (path === APP_HOME || path.startsWith(`${APP_HOME}/`)) return appPage(response, context, locale, path, url)
  // The app is known in the admin by its key, too.
  if (path === `/admin/apps/${context.apiKey}` || path.startsWith(`/admin/apps/${context.apiKey}/`))
    return sendTo(response, APP_HOME + path.slice(`/admin/apps/${context.apiKey}`.length) + url.search)
  if (path === '/admin/customers') return page(words.customers, customersPage(context, locale, url))
  const customer = context.world.customers.get(Number(/^\/admin\/customers\/(\d+)$/.exec(path)?.[1]))
  const script = extensionParentScript()
  if (customer) return page(nameOf(customer), customerPage(context, locale, customer), 200, script)
  const order = /^\/admin\/orders\/(\d+)$/.exec(path)?.[1]
  if (order !== undefined && request.method === 'POST') {
    const buyer = changeOrder(context, Number(order), await formOf(request))
    return sendTo(response, buyer === null ? '/admin/customers' : `/admin/customers/${buyer}`)
  }
  if (path === PRODUCTS) return page(words.products, productsPage(context, locale))
  const product = /^\/admin\/products\/(\d+)$/.exec(path)?.[1]
  if (product !== undefined && request.method === 'POST') {
    changeProduct(context, Number(product), await formOf(request))
    return sendTo(response, PRODUCTS)
  }
  if (path === SEGMENTS) return page(words.segments, segmentsPage(context, locale))
  const segment = context.world.segments.get(Number(/^\/admin\/customers\/segments\/(\d+)$/.exec(path)?.[1]))
  if (segment) return page(segment.name, segmentPage(context, locale, segment), 200, script)
  if (path === EDITOR) {
    if (request.method === 'POST') {
      return sendTo(response, `${EDITOR}?saved=${saveThemeEditor(context, await formOf(request)) ?? ''}`)
    }
    return page(words.editor, themeEditorPage(context, locale, url))
  }
  const missing = `<div class="page"><h1>${words.notPlayed}</h1><p><code>${escapeHtml(path)}</code></p></div>`
  return page(words.notPlayed, missing, 404)
}

function frameApp(context: DoorContext) {
  return { shop: context.world.shop.domain, apiKey: context.apiKey, apiSecret: context.apiSecret }
}

/** The app in its iframe; what follows its name in the address is the app's own path. */
function appPage(response: ServerResponse, context: DoorContext, locale: Locale, path: string, url: URL): true {
  const rest = path.slice(APP_HOME.length)
  const appPath = (rest === '' ? '/app' : rest) + url.search
  const source = appAddress(frameApp(context), context.tunnelOrigin, ownPath(appPath, '/app'), locale, Date.now())
  const body = `<div class="title"><span id="title-text">Morello</span><span class="buttons" id="title-buttons"></span></div>
<iframe id="app" title="Morello" name="app-iframe" data-src="${escapeHtml(source)}" allow="clipboard-write"></iframe>`
  const { asksScopes, allow, cancel } = wordsIn(locale)
  const settings = { tunnelOrigin: context.tunnelOrigin, appHome: APP_HOME, words: { asksScopes, allow, cancel } }
  const script = `(${frameClient.toString()})(${JSON.stringify(settings)})`
  return sendHtml(
    response,
    shell(context, locale, { title: 'Morello', body, script, isApp: true, path: path + url.search }),
  )
}
