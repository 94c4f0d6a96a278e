import { escapeHtml } from '../door-context.ts'
import type { DoorContext, Locale } from '../door-context.ts'
import { extensionFor, wordsOf } from './extensions.ts'
import { APP_HOME } from './shell.ts'

/** What an extension is shown for: a place in the admin and the object that is open there. */
export type Place = { target: string; selected: string }

export const EXTENSION_PAGE = '/admin/extension'

function addressOf(page: string, { target, selected }: Place): string {
  return `${page}?${new URLSearchParams({ target, selected }).toString()}`
}

/** The iframe of an extension, begun at once or when its dialog opens; null when the app has none for that place. */
export function extensionFrame(place: Place, title: string, begins: 'now' | 'opened' = 'now'): string | null {
  if (!extensionFor(place.target)) return null
  const source = begins === 'now' ? 'src' : 'data-src'
  return `<iframe class="extension" sandbox="allow-scripts" title="${escapeHtml(title)}" data-target="${place.target}" ${source}="${escapeHtml(addressOf(EXTENSION_PAGE, place))}"></iframe>`
}

/**
 * The realm of an extension: its own sandboxed document, without cookies and without an origin, as Shopify runs it in a
 * worker. Tokens and the Admin API come from the admin's page around it.
 */
export function extensionDocument(context: DoorContext, locale: Locale, place: Place): string | null {
  const extension = extensionFor(place.target)
  if (!extension) return null
  const settings = {
    app: context.tunnelOrigin,
    selected: place.selected,
    locale,
    words: wordsOf(extension, locale),
  }
  const host = `(${extensionHost.toString()})(${JSON.stringify(settings).replaceAll('<', '\\u003c')})`
  return `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><style>${ELEMENTS_CSS}</style></head>
<body><script>${host}</script>
<script src="${escapeHtml(addressOf(`${EXTENSION_PAGE}.js`, place))}"></script></body>
</html>`
}

/** Runs in the extension's document, as text: the global `shopify` and a fetch that Shopify answers for. */
function extensionHost(settings: { app: string; selected: string; locale: string; words: object }): void {
  let asked = 0
  const waiting = new Map<number, (answer: unknown) => void>()
  const ask = (kind: string, more: object = {}): Promise<unknown> =>
    new Promise((resolve) => {
      asked += 1
      waiting.set(asked, resolve)
      parent.postMessage({ kind, id: asked, ...more }, '*')
    })
  const tell = (kind: string, more: object = {}): void => parent.postMessage({ kind, ...more }, '*')
  addEventListener('message', (event: MessageEvent<{ id: number; answer: unknown }>) => {
    if (event.source !== parent) return
    waiting.get(event.data.id)?.(event.data.answer)
    waiting.delete(event.data.id)
  })

  const plainFetch = window.fetch.bind(window)
  window.fetch = async (input, init) => {
    // An address of its own is the web's; a path is the app's, and Shopify vouches for who asks.
    if (typeof input !== 'string' || /^[a-z]+:/i.test(input)) return plainFetch(input, init)
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${String(await ask('token'))}`)
    return plainFetch(new URL(input, settings.app), { ...init, headers })
  }

  const translate = (key: string, values: Record<string, unknown> = {}): string => {
    let word: unknown = settings.words
    for (const part of key.split('.')) word = (word as Record<string, unknown> | undefined)?.[part]
    if (typeof word !== 'string') throw new Error(`The extension has no word ${key}`)
    return word.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_all, name: string) => String(values[name]))
  }
  const fail = (problem: unknown): void => {
    document.body.textContent = `The extension failed: ${String(problem)}`
  }
  Object.assign(window, {
    shopify: {
      extend(_target: string, start: () => unknown) {
        // Like Shopify, which calls it once everything is there.
        queueMicrotask(() => {
          try {
            void Promise.resolve(start()).catch(fail)
          } catch (problem) {
            fail(problem)
          }
        })
      },
      data: { selected: [{ id: settings.selected }] },
      i18n: {
        translate,
        formatNumber: (number: number) => new Intl.NumberFormat(settings.locale).format(number),
      },
      auth: { idToken: () => ask('token') },
      query: (query: string, options: { variables?: object } = {}) =>
        ask('query', { query, variables: options.variables ?? {} }),
      close: () => tell('close'),
    },
  })

  const ROLES: Record<string, string> = {
    's-button': 'button',
    's-link': 'link',
    's-heading': 'heading',
    's-spinner': 'status',
    's-unordered-list': 'list',
    's-list-item': 'listitem',
    's-table': 'table',
    's-table-row': 'row',
    's-table-header-row': 'row',
    's-table-header': 'columnheader',
    's-table-cell': 'cell',
  }
  const dress = (element: Element): void => {
    const name = element.localName
    if (ROLES[name] !== undefined) element.setAttribute('role', ROLES[name])
    if (name === 's-button' || name === 's-link') element.setAttribute('tabindex', '0')
    if (name === 's-heading') element.setAttribute('aria-level', '3')
    const label = element.getAttribute('accessibilityLabel') ?? element.getAttribute('accessibilitylabel')
    if (label !== null) element.setAttribute('aria-label', label)
  }
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node instanceof Element) for (const one of [node, ...node.querySelectorAll('*')]) dress(one)
  }).observe(document, { childList: true, subtree: true })
  const follow = (event: Event): void => {
    const link = (event.target as Element).closest('s-link')
    const href = link?.getAttribute('href')
    if (href) tell('open', { href })
  }
  addEventListener('click', follow)
  addEventListener('keydown', (event) => {
    const element = (event.target as Element).closest<HTMLElement>('s-button,s-link')
    if (element && (event.key === 'Enter' || event.key === ' ')) element.click()
  })
  new ResizeObserver(() => tell('height', { height: document.documentElement.offsetHeight })).observe(
    document.documentElement,
  )
}

/** Runs in the admin's page, as text: vouches for the merchant and opens what an extension links to. */
function extensionParent(settings: { appHome: string }): void {
  type Message = { kind: string; id: number; height: number; href: string; query: string; variables: object }
  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(path, { method: 'POST', body: JSON.stringify(body) })
    return (await answer.json()) as Record<string, unknown>
  }
  addEventListener('message', (event: MessageEvent<Message>) => {
    const frame = [...document.querySelectorAll<HTMLIFrameElement>('iframe.extension')].find(
      (one) => one.contentWindow === event.source,
    )
    if (!frame) return
    const { kind, id, height, href, query, variables } = event.data
    const answer = (given: unknown): void => frame.contentWindow?.postMessage({ id, answer: given }, '*')
    if (kind === 'height') frame.style.height = `${Math.ceil(height)}px`
    if (kind === 'token') void post('/admin/session-token', {}).then(({ token }) => answer(token))
    if (kind === 'query') void post('/admin/graphql', { query, variables }).then(answer)
    if (kind === 'open') location.assign(href.startsWith('app:') ? `${settings.appHome}/${href.slice(4)}` : href)
    if (kind === 'close') frame.closest('dialog')?.close()
  })
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-opens]'))
    button.onclick = () => {
      const dialog = document.querySelector<HTMLDialogElement>(button.dataset.opens!)!
      const frame = dialog.querySelector<HTMLIFrameElement>('iframe.extension')!
      frame.src = frame.dataset['src']!
      dialog.showModal()
    }
}

export function extensionParentScript(): string {
  return `(${extensionParent.toString()})(${JSON.stringify({ appHome: APP_HOME })})`
}

const ELEMENTS_CSS = `
*{box-sizing:border-box}
html{height:auto}
body{margin:0;font:14px/1.5 system-ui,-apple-system,"Segoe UI","Apple SD Gothic Neo","Malgun Gothic","Noto Sans CJK KR",sans-serif;color:#303030;background:#fff;word-break:keep-all;overflow-wrap:anywhere}
s-admin-block,s-admin-action{display:block;padding:16px}
s-admin-block::before,s-admin-action::before{content:attr(heading);display:block;font-weight:650;margin-bottom:10px}
s-stack{display:flex;flex-direction:column;gap:12px}
s-stack[gap="small-300"]{gap:2px}
s-stack[direction="inline"]{flex-direction:row;flex-wrap:wrap;align-items:center}
s-paragraph{display:block;margin:0 0 8px}
s-stack>s-paragraph{margin:0}
s-heading{display:block;font-weight:650;font-size:13px}
s-text[tone="critical"]{color:#8e1f0b}
s-text[color="subdued"]{color:#616161}
s-badge{display:inline-block;align-self:flex-start;background:#e3e3e3;border-radius:8px;padding:1px 8px;font-size:12px;font-weight:550}
s-badge[tone="info"]{background:#d5ebff;color:#003a5a}
s-badge[tone="success"]{background:#cdfee1;color:#0c5132}
s-badge[tone="warning"]{background:#ffe6b0;color:#4f3700}
s-banner{display:block;background:#fff1e3;border-radius:8px;padding:10px 12px}
s-banner::before{content:attr(heading);display:block;font-weight:650}
s-link{color:#005bd3;text-decoration:underline;cursor:pointer}
s-button{display:inline-block;font-weight:600;border-radius:8px;padding:6px 12px;box-shadow:0 0 0 1px #d0d0d0;cursor:pointer;margin:8px 8px 0 0}
s-button:focus-visible,s-link:focus-visible{outline:2px solid #005bd3;outline-offset:2px}
s-spinner{display:inline-block;width:20px;height:20px;border:2px solid #d0d0d0;border-top-color:#303030;border-radius:50%;animation:turn 1s infinite linear}
@keyframes turn{to{transform:rotate(360deg)}}
@media (prefers-reduced-motion:reduce){s-spinner{animation:none}}
s-unordered-list{display:block;padding-left:18px}
s-list-item{display:list-item;list-style:disc}
s-table{display:table;width:100%;border-collapse:collapse}
s-table-header-row,s-table-row{display:table-row}
s-table-body{display:table-row-group}
s-table-header,s-table-cell{display:table-cell;padding:6px 8px 6px 0;border-top:1px solid #ebebeb}
s-table-header{color:#616161;font-size:12px;border:0}
s-table-header[format="numeric"],s-table-cell:not(:first-child){text-align:right;font-variant-numeric:tabular-nums}
`
