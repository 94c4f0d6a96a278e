/** Where the shop's origin serves the stand-in for Shopify's App Bridge script. */
export const APP_BRIDGE_PATH = '/app-bridge.js'

export function appBridgeScript(frameOrigin: string): string {
  return `(${bridge.toString()})(${JSON.stringify(frameOrigin)})\n`
}

type MenuLink = { label: string; href: string; isHome: boolean }

/**
 * Runs in the app's page, as text: it may use nothing from this file. It speaks with the admin frame by messages, and
 * gives the app what App Bridge gives it: tokens on every call of its own, toast, save bar, menu, title and navigation.
 */
function bridge(frameOrigin: string): void {
  type Reply = { id: number; token: string }
  type Button = { label: string; isPrimary: boolean; isDisabled: boolean; isLoading: boolean }
  const script = document.currentScript as HTMLScriptElement | null
  const query = new URLSearchParams(location.search)
  const KEPT = 'shop-app-bridge'
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') as Record<string, string>
  for (const name of ['shop', 'host', 'locale']) {
    const value = query.get(name)
    if (value) kept[name] = value
  }
  kept.apiKey =
    script?.dataset.apiKey ??
    document.querySelector<HTMLMetaElement>('meta[name="shopify-api-key"]')?.content ??
    kept.apiKey ??
    ''
  sessionStorage.setItem(KEPT, JSON.stringify(kept))

  const tell = (kind: string, more: object = {}): void => parent.postMessage({ kind, ...more }, frameOrigin)

  // Tokens -----------------------------------------------------------------------------------------------------------
  let lastQuestion = 0
  const waiting = new Map<number, (token: string) => void>()
  const idToken = (): Promise<string> =>
    new Promise((resolve, reject) => {
      lastQuestion += 1
      const id = lastQuestion
      const late = setTimeout(() => {
        waiting.delete(id)
        reject(new Error('The admin frame gave no session token within 10 seconds'))
      }, 10_000)
      waiting.set(id, (token) => {
        clearTimeout(late)
        resolve(token)
      })
      tell('token', { id })
    })

  const plainFetch = window.fetch.bind(window)
  const isOwn = (url: string): boolean => new URL(url, location.href).origin === location.origin
  window.fetch = async (input, init) => {
    const request = new Request(input, init)
    if (!isOwn(request.url)) return plainFetch(input, init)
    const send = async (): Promise<Response> => {
      const attempt = request.clone()
      if (!request.headers.has('Authorization')) attempt.headers.set('Authorization', `Bearer ${await idToken()}`)
      attempt.headers.set('X-Requested-With', 'XMLHttpRequest')
      return plainFetch(attempt)
    }
    let answer = await send()
    if (answer.status === 401 && answer.headers.get('X-Shopify-Retry-Invalid-Session-Request')) answer = await send()
    const elsewhere = answer.headers.get('X-Shopify-API-Request-Failure-Reauthorize-Url')
    if (elsewhere) tell('open', { url: elsewhere })
    return answer
  }

  // Links that leave the app -----------------------------------------------------------------------------------------
  const adminPath = (href: string): string | null => {
    const own = /^shopify:\/*admin\/?(.*)$/i.exec(href)
    if (own) return `/admin/${own[1]}`
    const address = URL.canParse(href, location.href) ? new URL(href, location.href) : null
    if (!address) return null
    const rest = address.pathname + address.search
    if (address.host === 'admin.shopify.com') return rest.replace(/^\/store\/[^/?]+/, '/admin')
    return address.host === kept.shop && rest.startsWith('/admin') ? rest : null
  }
  addEventListener(
    'click',
    (event) => {
      const link = (event.target as Element | null)?.closest?.('a[href]')
      const path = link ? adminPath(link.getAttribute('href')!) : null
      if (path === null) return
      event.preventDefault()
      event.stopPropagation()
      tell('open', { path, isNew: link!.getAttribute('target') === '_blank' || (event as MouseEvent).ctrlKey })
    },
    true,
  )
  const plainOpen = window.open.bind(window)
  window.open = (url, target, features) => {
    const path = url === undefined ? null : adminPath(String(url))
    if (path === null) return plainOpen(url, target, features)
    tell('open', { path, isNew: target === '_blank' })
    return null
  }

  // Where the app is -------------------------------------------------------------------------------------------------
  const tellPath = (): void => tell('path', { path: location.pathname + location.search })
  for (const name of ['pushState', 'replaceState'] as const) {
    const plain = history[name].bind(history)
    history[name] = (...given) => {
      plain(...given)
      tellPath()
    }
  }
  addEventListener('popstate', tellPath)

  // Elements ---------------------------------------------------------------------------------------------------------
  const buttonsOf = (element: Element): Button[] =>
    [...element.querySelectorAll('button')].map((button) => ({
      label: button.textContent?.trim() ?? '',
      isPrimary: button.getAttribute('variant') === 'primary',
      isDisabled: button.disabled || button.hasAttribute('disabled'),
      isLoading: button.hasAttribute('loading') && button.getAttribute('loading') !== 'false',
    }))

  const menus = new Set<HTMLElement>()
  const tellMenu = (): void => {
    const links = [...menus].flatMap((menu) =>
      [...menu.querySelectorAll('a[href],s-link[href]')].map((link): MenuLink => ({
        label: link.textContent?.trim() ?? '',
        href: link.getAttribute('href')!,
        isHome: link.getAttribute('rel') === 'home',
      })),
    )
    tell('menu', { links })
  }

  class Watched extends HTMLElement {
    watcher: MutationObserver | null = null
    connectedCallback(): void {
      this.style.display = 'none'
      this.watcher = new MutationObserver(() => this.changed())
      this.watcher.observe(this, { childList: true, subtree: true, attributes: true, characterData: true })
      this.changed()
    }
    disconnectedCallback(): void {
      this.watcher?.disconnect()
    }
    changed(): void {}
  }
  class NavMenu extends Watched {
    override changed(): void {
      menus.add(this)
      tellMenu()
    }
    override disconnectedCallback(): void {
      super.disconnectedCallback()
      menus.delete(this)
      tellMenu()
    }
  }
  customElements.define('ui-nav-menu', NavMenu)
  customElements.define('s-app-nav', class extends NavMenu {})

  const titleBars = new Set<HTMLElement>()
  customElements.define(
    'ui-title-bar',
    class extends Watched {
      override changed(): void {
        if (this.closest('ui-modal')) return
        titleBars.add(this)
        tell('title', { title: this.getAttribute('title') ?? '', buttons: buttonsOf(this) })
      }
      override disconnectedCallback(): void {
        super.disconnectedCallback()
        titleBars.delete(this)
        if (titleBars.size === 0) tell('title', { title: '', buttons: [] })
      }
    },
  )

  class SaveBar extends Watched {
    isShown = false
    override changed(): void {
      if (this.isShown) tell('saveBar', { isShown: true, buttons: buttonsOf(this) })
    }
    override disconnectedCallback(): void {
      super.disconnectedCallback()
      void this.hide()
    }
    get showing(): boolean {
      return this.isShown
    }
    show(): Promise<void> {
      if (!this.isShown) {
        this.isShown = true
        this.changed()
        this.dispatchEvent(new Event('show'))
      }
      return Promise.resolve()
    }
    hide(): Promise<void> {
      if (this.isShown) {
        this.isShown = false
        tell('saveBar', { isShown: false, buttons: [] })
        this.dispatchEvent(new Event('hide'))
      }
      return Promise.resolve()
    }
    toggle(): Promise<void> {
      return this.isShown ? this.hide() : this.show()
    }
  }
  customElements.define('ui-save-bar', SaveBar)
  const saveBarOf = (id: string): SaveBar => {
    const found = document.getElementById(id)
    if (!(found instanceof SaveBar)) throw new Error(`There is no <ui-save-bar id="${id}">`)
    return found
  }

  class Modal extends HTMLElement {
    content = document.createElement('div')
    overlay = document.createElement('dialog')
    connectedCallback(): void {
      this.style.display = 'none'
      this.overlay.style.cssText = 'border:0;border-radius:12px;padding:0;width:min(620px,92vw);max-height:86vh'
      this.content.style.cssText = 'padding:16px'
      this.overlay.replaceChildren(this.head(), this.content)
      this.overlay.addEventListener('close', () => this.dispatchEvent(new Event('hide')))
    }
    disconnectedCallback(): void {
      this.overlay.remove()
    }
    head(): HTMLElement {
      const bar = document.createElement('div')
      bar.style.cssText = 'display:flex;gap:8px;align-items:center;padding:12px 16px;background:#f3f3f3'
      const title = document.createElement('strong')
      const given = this.querySelector('ui-title-bar')
      title.textContent = given?.getAttribute('title') ?? ''
      title.style.flex = '1'
      bar.append(title)
      for (const own of given?.querySelectorAll('button') ?? []) {
        const button = document.createElement('button')
        button.textContent = own.textContent
        button.onclick = () => own.click()
        bar.append(button)
      }
      const close = document.createElement('button')
      close.textContent = '×'
      close.setAttribute('aria-label', 'Close')
      close.onclick = () => void this.hide()
      bar.append(close)
      return bar
    }
    show(): Promise<void> {
      if (!this.overlay.isConnected) document.body.append(this.overlay)
      if (!this.overlay.open) {
        this.overlay.replaceChildren(this.head(), this.content)
        this.overlay.showModal()
        this.dispatchEvent(new Event('show'))
      }
      return Promise.resolve()
    }
    hide(): Promise<void> {
      if (this.overlay.open) this.overlay.close()
      return Promise.resolve()
    }
    toggle(): Promise<void> {
      return this.overlay.open ? this.hide() : this.show()
    }
  }
  customElements.define('ui-modal', Modal)
  const modalOf = (id: string): Modal => {
    const found = document.getElementById(id)
    if (!(found instanceof Modal)) throw new Error(`There is no <ui-modal id="${id}">`)
    return found
  }

  // What the frame asks of us ----------------------------------------------------------------------------------------
  const press = (button: HTMLElement | undefined): void => button?.click()
  const follow = (href: string): void => {
    for (const menu of menus)
      for (const link of menu.querySelectorAll<HTMLElement>('a[href],s-link[href]')) {
        if (link.getAttribute('href') !== href) continue
        // A router's link takes the click itself; a plain one is announced to the app, which navigates.
        const isTaken = (event: Event): void => {
          if (event.defaultPrevented) return
          event.preventDefault()
          link.dispatchEvent(new CustomEvent('shopify:navigate', { bubbles: true }))
        }
        addEventListener('click', isTaken, { once: true })
        link.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
        removeEventListener('click', isTaken)
        return
      }
    location.assign(href)
  }
  addEventListener('message', (event) => {
    if (event.origin !== frameOrigin || event.source !== parent) return
    const message = event.data as {
      kind: string
      href?: string
      index?: number
      id?: string
      answer?: unknown
    } & Partial<Reply>
    if (message.kind === 'token') waiting.get(Number(message.id))?.(message.token ?? '')
    else if (message.kind === 'scopes') {
      asking.get(Number(message.id))?.(message.answer)
      asking.delete(Number(message.id))
    } else if (message.kind === 'follow') follow(message.href!)
    else if (message.kind === 'title') press([...titleBars].at(-1)?.querySelectorAll('button')[message.index!])
    else if (message.kind === 'saveBar') {
      const shown = [...document.querySelectorAll('ui-save-bar')].find((bar) => (bar as SaveBar).isShown)
      press(shown?.querySelectorAll('button')[message.index!])
    } else if (message.kind === 'toastAction') toastActions.get(message.id!)?.()
  })

  const asking = new Map<number, (answer: unknown) => void>()
  const toastActions = new Map<string, () => void>()
  type ToastOptions = { duration?: number; isError?: boolean; action?: string; onAction?: () => void }
  const shopify = {
    config: { apiKey: kept.apiKey, shop: kept.shop ?? '', host: kept.host ?? '', locale: kept.locale ?? 'en' },
    origin: location.origin,
    environment: { embedded: true, mobile: innerWidth < 500, pos: false },
    ready: Promise.resolve(),
    idToken,
    toast: {
      show(message: string, options: ToastOptions = {}): string {
        const id = `toast-${Math.random().toString(36).slice(2)}`
        if (options.onAction) toastActions.set(id, options.onAction)
        tell('toast', {
          id,
          message: String(message),
          duration: options.duration ?? 5000,
          isError: options.isError === true,
          action: options.action ?? null,
        })
        return id
      },
      hide: (id: string) => tell('toastGone', { id }),
    },
    loading: (isLoading?: boolean) => tell('loading', { isLoading: isLoading === true }),
    saveBar: {
      show: (id: string) => saveBarOf(id).show(),
      hide: (id: string) => saveBarOf(id).hide(),
      toggle: (id: string) => saveBarOf(id).toggle(),
      leaveConfirmation: () => Promise.resolve(),
    },
    modal: {
      show: (id: string) => modalOf(id).show(),
      hide: (id: string) => modalOf(id).hide(),
      toggle: (id: string) => modalOf(id).toggle(),
    },
    scopes: {
      // A person answers: however long they take.
      request: (scopes: string[]): Promise<unknown> =>
        new Promise((resolve) => {
          lastQuestion += 1
          asking.set(lastQuestion, resolve)
          tell('scopes', { id: lastQuestion, scopes })
        }),
    },
    user: () => Promise.resolve({ accountAccess: 'Account owner' }),
    // As in a frame that has none: the app then asks for a product's id.
    resourcePicker: undefined,
  }
  // Whatever else App Bridge has is not played here: better an error with its name than a made-up answer.
  const named = new Proxy(shopify, {
    get(target, name) {
      if (name in target || typeof name === 'symbol' || name === 'then' || name === 'toJSON')
        return target[name as keyof typeof target]
      throw new Error(`shopify.${name} is not played by the local shop`)
    },
  })
  Object.defineProperty(window, 'shopify', { value: named, configurable: true, writable: true })

  // The bounce page: no content, only this script. It fetches a token and goes on to where the app was asked for.
  const reload = query.get('shopify-reload')
  if (reload && isOwn(reload)) {
    void idToken().then((token) => {
      const target = new URL(reload, location.href)
      target.searchParams.set('id_token', token)
      location.replace(target.toString())
    })
    return
  }
  tellPath()
  tell('loading', { isLoading: false })
}
