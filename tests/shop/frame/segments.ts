import { escapeHtml } from '../door-context.ts'
import type { DoorContext, Locale } from '../door-context.ts'
import { isMember, parseSegmentQuery } from '../segment-query.ts'
import type { WorldCustomer, WorldSegment } from '../world.ts'
import { nameOf } from './customers.ts'
import { extensionFrame } from './extension-page.ts'
import { wordsIn } from './words.ts'

const SHOWN = 50
const ACTION = 'admin.customer-segment-details.action.render'

export const SEGMENTS = '/admin/customers/segments'

/** Members of a segment; null when its filter is one whose members are not played. */
function membersOf({ world }: DoorContext, segment: WorldSegment): WorldCustomer[] | null {
  const { query } = parseSegmentQuery(segment.query)
  if (!query) return null
  try {
    return [...world.customers.values()].filter((customer) => isMember(query, customer, world))
  } catch {
    return null
  }
}

export function segmentsPage(context: DoorContext, locale: Locale): string {
  const words = wordsIn(locale)
  const rows = [...context.world.segments.values()].map((segment) => {
    const members = membersOf(context, segment)
    const count = members === null ? '–' : members.length.toLocaleString(locale)
    return `<tr><td><a href="${SEGMENTS}/${segment.id}">${escapeHtml(segment.name)}</a></td><td class="wide"><code>${escapeHtml(segment.query)}</code></td><td class="number">${count}</td></tr>`
  })
  return `<div class="page"><h1>${words.segments}</h1><div class="card">${
    rows.length === 0
      ? `<p class="quiet">${words.noSegments}</p>`
      : `<table><thead><tr><th>${words.segment}</th><th class="wide">${words.query}</th><th class="number">${words.customers}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
  }</div></div>`
}

export function segmentPage(context: DoorContext, locale: Locale, segment: WorldSegment): string {
  const words = wordsIn(locale)
  const members = membersOf(context, segment)
  const selected = `gid://shopify/Segment/${segment.id}`
  const action = extensionFrame({ target: ACTION, selected }, `Morello – ${words.useSegment}`, 'opened')
  const list = (members ?? [])
    .slice(0, SHOWN)
    .map(
      (customer) => `<tr><td><a href="/admin/customers/${customer.id}">${escapeHtml(nameOf(customer))}</a></td></tr>`,
    )
  return `<div class="page">
<h1>${escapeHtml(segment.name)} <span class="quiet">${members === null ? '' : members.length.toLocaleString(locale)}</span></h1>
<div class="card"><code>${escapeHtml(segment.query)}</code>
${action === null ? '' : `<p class="row"><button type="button" class="primary" data-opens="#segment-action">${words.useSegment}: Morello</button></p>`}</div>
<div class="card">${members === null ? `<p class="quiet">${words.notPlayed}</p>` : `<table><tbody>${list.join('')}</tbody></table>`}</div>
${action === null ? '' : `<dialog id="segment-action" aria-label="Morello">${action}</dialog>`}
</div>`
}
