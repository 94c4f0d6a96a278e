import { escapeHtml } from '../door-context.ts'
import type { DoorContext, Locale } from '../door-context.ts'
import { SHELL_CSS } from './style.ts'
import { wordsIn } from './words.ts'

export const APP_HOME = '/admin/apps/morello'

export type ShellPage = { title: string; path: string; body: string; script?: string; isApp?: boolean }

/** The admin's frame around a page: bar, navigation, and a place for the app's menu, save bar and toasts. */
export function shell(context: DoorContext, locale: Locale, page: ShellPage): string {
  const words = wordsIn(locale)
  const current = (isHere: boolean): string => (isHere ? ' aria-current="page"' : '')
  const switchTo = (to: Locale, label: string): string =>
    `<a href="/admin/locale?to=${to}&amp;back=${encodeURIComponent(page.path)}" data-locale="${to}" lang="${to}"${current(locale === to)}>${label}</a>`
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(page.title)} · ${escapeHtml(context.world.shop.name)}</title>
<link rel="icon" href="data:,">
<style>${SHELL_CSS}</style>
</head>
<body${page.isApp ? ' class="is-app"' : ''}>
<header class="bar">
  <button class="burger" type="button" aria-expanded="false" aria-controls="nav" aria-label="${words.menu}">☰</button>
  <a class="shop" href="/" title="${words.doors}">${escapeHtml(context.world.shop.name)}</a>
  <div class="save-bar" id="save-bar" hidden><span>${words.unsaved}</span><span class="buttons"></span></div>
  <nav class="languages" aria-label="${words.language}">${switchTo('en', 'EN')}${switchTo('ko', '한국어')}</nav>
</header>
<div class="columns">
  <nav class="nav" id="nav" aria-label="${words.admin}">
    <a href="/admin/customers"${current(page.path.startsWith('/admin/customers') && !page.path.startsWith('/admin/customers/segments'))}>${words.customers}</a>
    <a href="/admin/customers/segments"${current(page.path.startsWith('/admin/customers/segments'))}>${words.segments}</a>
    <a href="/admin/products"${current(page.path.startsWith('/admin/products'))}>${words.products}</a>
    <a href="/storefront">${words.onlineStore}</a>
    <p>${words.apps}</p>
    <a href="${APP_HOME}" id="app-home"${current(page.isApp === true)}>Morello</a>
    <div id="app-menu"></div>
  </nav>
  <main>${page.body}</main>
</div>
<div class="loading" id="loading" hidden></div>
<div class="toasts" id="toasts" role="status" aria-live="polite"></div>
<script>
document.querySelector('.burger').onclick = (event) => {
  const isOpen = document.body.classList.toggle('nav-open')
  event.currentTarget.setAttribute('aria-expanded', String(isOpen))
}
</script>
${page.script === undefined ? '' : `<script>${page.script.replaceAll('</', '<\\/')}</script>`}
</body>
</html>`
}
