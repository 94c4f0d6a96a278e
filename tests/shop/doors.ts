import type { IncomingMessage, ServerResponse } from 'node:http'
import { escapeHtml, localeOf, sendHtml, urlOf } from './door-context.ts'
import type { DoorContext } from './door-context.ts'
import { APP_HOME } from './frame/shell.ts'
import { DOORS_CSS } from './frame/style.ts'
import { wordsIn } from './frame/words.ts'

/** The first page: the shop's two sides, and one customer whose segment can be watched. */
export function doorPage(request: IncomingMessage, response: ServerResponse, context: DoorContext): Promise<boolean> {
  if (urlOf(request, context).pathname !== '/') return Promise.resolve(false)
  const locale = localeOf(request)
  const words = wordsIn(locale)
  const heroine = [...context.world.customers.values()].find((customer) => customer.behaviour === 'story')
  const story = heroine
    ? { title: words.story, lead: words.storyLead, href: `/storefront/who?id=${heroine.id}` }
    : { title: words.storyFallback, lead: words.storyFallbackLead, href: '/storefront/who' }
  const other = locale === 'en' ? { to: 'ko', label: '한국어' } : { to: 'en', label: 'English' }
  const html = `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Morello · ${words.doorsTitle}</title>
<link rel="icon" href="data:,">
<style>${DOORS_CSS}</style>
</head>
<body>
<div class="doors">
<header><span class="brand">Morello</span><a href="/admin/locale?to=${other.to}&amp;back=%2F" lang="${other.to}">${other.label}</a></header>
<main>
<h1>${words.doorsTitle}</h1>
<p class="lead">${words.doorsLead}</p>
<div class="pair">
<a class="door" id="admin-door" href="${APP_HOME}"><strong>${words.admin}</strong><span>${words.adminLead}</span><em>${words.adminDoor} →</em></a>
<a class="door second" id="storefront-door" href="/storefront"><strong>${words.storefront}</strong><span>${words.shopLead}</span><em>${words.shopDoor} →</em></a>
</div>
<section class="story"><div><h2>${escapeHtml(story.title)}</h2><p>${escapeHtml(story.lead)}</p></div><a class="button primary" id="story-door" href="${story.href}">${words.storefront} →</a></section>
</main>
</div>
</body>
</html>`
  sendHtml(response, html)
  return Promise.resolve(true)
}
