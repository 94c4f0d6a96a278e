import { escapeHtml } from '../door-context.ts'
import type { DoorContext, Locale } from '../door-context.ts'
import { goodsMinor } from '../world.ts'
import type { World, WorldCustomer, WorldOrder } from '../world.ts'
import { extensionFrame } from './extension-page.ts'
import { orderButtons } from './orders.ts'
import { APP_HOME } from './shell.ts'
import { wordsIn } from './words.ts'

const PAGE_SIZE = 50

export function money(world: World, locale: Locale, minor: number, currency = world.shop.currency): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency })
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

export function nameOf(customer: WorldCustomer): string {
  const parts =
    customer.locale === 'ko' ? [customer.lastName, customer.firstName] : [customer.firstName, customer.lastName]
  return parts.filter((part) => part !== '').join(' ') || customer.email
}

function orderTotal(order: WorldOrder): number {
  return goodsMinor(order) + order.shippingMinor
}

function dateIn(world: World, locale: Locale, at: number): string {
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: world.shop.timezone,
  }).format(at)
}

/** The tags that a search asks for: `tag:x`, `tag:"x y"`, or Shopify's segment query `customer_tags CONTAINS 'x'`. */
function tagsAsked(query: string, segmentQuery: string): string[] {
  const tags = [...query.matchAll(/tag:(?:"([^"]*)"|'([^']*)'|(\S+))/gi)].map((hit) => hit[1] ?? hit[2] ?? hit[3]!)
  for (const hit of segmentQuery.matchAll(/customer_tags\s+CONTAINS\s+'([^']*)'/gi)) tags.push(hit[1]!)
  return tags
}

export function customersFound(world: World, query: string, segmentQuery: string): WorldCustomer[] {
  const tags = tagsAsked(query, segmentQuery).map((tag) => tag.toLowerCase())
  const text = query
    .replaceAll(/tag:(?:"[^"]*"|'[^']*'|\S+)/gi, '')
    .replaceAll(/\s+(AND|OR)\s+/g, ' ')
    .trim()
    .toLowerCase()
  return [...world.customers.values()].filter((customer) => {
    const own = customer.tags.map((tag) => tag.toLowerCase())
    if (!tags.every((tag) => own.includes(tag))) return false
    const all = `${nameOf(customer)} ${customer.firstName} ${customer.lastName} ${customer.email}`.toLowerCase()
    return text === '' || all.includes(text)
  })
}

function tagList(customer: WorldCustomer, nothing: string): string {
  if (customer.tags.length === 0) return `<span class="quiet">${nothing}</span>`
  return customer.tags
    .map(
      (tag) =>
        `<a class="tag" href="/admin/customers?query=${encodeURIComponent(`tag:"${tag}"`)}">${escapeHtml(tag)}</a>`,
    )
    .join('')
}

export function customersPage(context: DoorContext, locale: Locale, url: URL): string {
  const { world } = context
  const words = wordsIn(locale)
  const segmentQuery = url.searchParams.get('segment_query') ?? ''
  const query =
    url.searchParams.get('query') ??
    tagsAsked('', segmentQuery)
      .map((tag) => `tag:"${tag}"`)
      .join(' ')
  const found = customersFound(world, query, segmentQuery).reverse()
  const from = Math.max(0, Number.parseInt(url.searchParams.get('from') ?? '0', 10) || 0)
  const shown = found.slice(from, from + PAGE_SIZE)
  const rows = shown.map((customer) => {
    const orders = world.ordersOf(customer.id).filter((order) => order.cancelledAt === null && !order.test)
    const spent = orders.reduce((sum, order) => sum + orderTotal(order), 0)
    return `<tr><td><a href="/admin/customers/${customer.id}">${escapeHtml(nameOf(customer))}</a></td><td>${tagList(customer, '')}</td><td class="number">${orders.length}</td><td class="number wide">${money(world, locale, spent)}</td></tr>`
  })
  const to = (at: number): string => `/admin/customers?query=${encodeURIComponent(query)}&amp;from=${at}`
  return `<div class="page">
<h1>${words.customers} <span class="quiet">${found.length.toLocaleString(locale)}</span></h1>
<div class="card">
<form class="row" action="/admin/customers" role="search"><input name="query" value="${escapeHtml(query)}" placeholder="${escapeHtml(words.searchHint)}" aria-label="${words.search}" style="flex:1;min-width:180px"><button>${words.find}</button></form>
${
  shown.length === 0
    ? `<p class="quiet">${words.nobody}</p>`
    : `<table><thead><tr><th>${words.name}</th><th>${words.tags}</th><th class="number">${words.orders}</th><th class="number wide">${words.spent}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}
<p class="row">${from > 0 ? `<a class="button" href="${to(Math.max(0, from - PAGE_SIZE))}">${words.previous}</a>` : ''}${from + PAGE_SIZE < found.length ? `<a class="button" href="${to(from + PAGE_SIZE)}">${words.next}</a>` : ''}</p>
</div></div>`
}

export function customerPage(context: DoorContext, locale: Locale, customer: WorldCustomer): string {
  const { world } = context
  const words = wordsIn(locale)
  const orders = [...world.ordersOf(customer.id)].sort((a, b) => b.processedAt - a.processedAt)
  const rows = orders.map((order) => {
    const marks = [
      order.cancelledAt !== null && words.cancelled,
      order.test && words.test,
      order.companyId !== null && words.business,
    ].filter((mark) => mark !== false)
    const items = order.lines.map((line) => `${line.currentQuantity} × ${line.title}`).join('\n')
    return `<tr><td>${escapeHtml(order.name)}<br><span class="quiet">${dateIn(world, locale, order.processedAt)}</span>${orderButtons(locale, order)}</td>
<td><pre>${escapeHtml(items)}</pre>${order.discounts.map((use) => `<span class="tag">${escapeHtml(use.title)}</span>`).join('')}</td>
<td class="wide">${escapeHtml([order.financialStatus, ...marks].join(' · '))}</td><td class="number">${money(world, locale, orderTotal(order), order.currency)}</td></tr>`
  })
  const place = { target: 'admin.customer-details.block.render', selected: `gid://shopify/Customer/${customer.id}` }
  const block = extensionFrame(place, 'Morello')
  const metafields = [...customer.metafields].map(([key, field]) => `${key} = ${field.value}`).join('\n')
  return `<div class="page">
<h1>${escapeHtml(nameOf(customer))}</h1>
<div class="card"><p class="row" style="margin-top:0"><a class="button primary" href="${APP_HOME}/app/customers/${customer.id}">${words.openInApp}</a>
<a class="button" href="/storefront/who?id=${customer.id}">${words.shopAs}</a></p>
<p>${escapeHtml(customer.email)} · ${words.since} ${dateIn(world, locale, customer.createdAt)}</p>
<h2>${words.tags}</h2><div>${tagList(customer, words.noTags)}</div></div>
${block === null ? '' : `<div class="card extension-card">${block}</div>`}
<div class="card"><h2>${words.orders}</h2>
${orders.length === 0 ? `<p class="quiet">${words.noOrders}</p>` : `<table><thead><tr><th>${words.date}</th><th>${words.items}</th><th class="wide">${words.status}</th><th class="number">${words.total}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`}</div>
${metafields === '' ? '' : `<div class="card"><h2>${words.metafields}</h2><pre>${escapeHtml(metafields)}</pre></div>`}
</div>`
}
