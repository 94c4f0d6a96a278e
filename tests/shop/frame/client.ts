/** Runs in the admin frame's page, as text: it may use nothing from this file. The other side is the App Bridge stand-in. */
export function frameClient(settings: {
  tunnelOrigin: string
  appHome: string
  words: { asksScopes: string; allow: string; cancel: string }
}): void {
  type Button = { label: string; isPrimary: boolean; isDisabled: boolean; isLoading: boolean }
  type Message = {
    kind: string
    id?: number | string
    path?: string
    url?: string
    isNew?: boolean
    links?: { label: string; href: string; isHome: boolean }[]
    title?: string
    buttons?: Button[]
    isShown?: boolean
    isLoading?: boolean
    message?: string
    duration?: number
    isError?: boolean
    action?: string | null
    scopes?: string[]
  }
  const frame = document.querySelector<HTMLIFrameElement>('#app')!
  const element = (id: string): HTMLElement => document.getElementById(id)!
  const tell = (kind: string, more: object): void =>
    frame.contentWindow?.postMessage({ kind, ...more }, settings.tunnelOrigin)
  const SHOPIFYS = 'embedded hmac host id_token locale session shop timestamp shopify-reload _data'.split(' ')

  const token = async (id: Message['id']): Promise<void> => {
    const answer = await fetch('/admin/session-token', { method: 'POST' })
    tell('token', { id, token: ((await answer.json()) as { token: string }).token })
  }

  /** What is granted already is not asked for again; else Shopify asks the merchant. */
  const askForScopes = async (id: Message['id'], asked: string[]): Promise<void> => {
    const { granted } = (await (await fetch('/admin/scopes')).json()) as { granted: string[] }
    const missing = asked.filter((scope) => !granted.includes(scope))
    const isAllowed = missing.length === 0 || (await isAnswered(missing))
    const query = new URLSearchParams(missing.map((scope) => ['scope', scope]))
    if (isAllowed && missing.length > 0) await fetch(`/admin/scopes?${query.toString()}`, { method: 'POST' })
    const now = isAllowed ? [...granted, ...missing] : granted
    const detail = { required: [], optional: asked, granted: now }
    tell('scopes', { id, answer: { result: isAllowed ? 'granted-all' : 'declined-all', detail } })
  }

  const isAnswered = (scopes: string[]): Promise<boolean> =>
    new Promise((resolve) => {
      const dialog = document.createElement('dialog')
      const text = document.createElement('p')
      text.textContent = `${settings.words.asksScopes} ${scopes.join(', ')}`
      const answer = (label: string, isYes: boolean): HTMLButtonElement => {
        const button = document.createElement('button')
        button.textContent = label
        button.className = isYes ? 'primary' : ''
        button.onclick = () => {
          dialog.remove()
          resolve(isYes)
        }
        return button
      }
      const row = document.createElement('div')
      row.className = 'row'
      row.append(answer(settings.words.allow, true), answer(settings.words.cancel, false))
      dialog.append(text, row)
      document.body.append(dialog)
      dialog.showModal()
    })

  const markMenu = (): void => {
    const here = location.pathname.slice(settings.appHome.length).replace(/^\/app(?=\/|$)/, '')
    let best: Element | null = null
    for (const link of element('app-menu').querySelectorAll('a')) {
      link.removeAttribute('aria-current')
      const own = new URL(link.dataset.href!, settings.tunnelOrigin).pathname.replace(/^\/app(?=\/|$)/, '')
      if (here === own || (own !== '' && here.startsWith(`${own}/`))) best = link
    }
    best?.setAttribute('aria-current', 'page')
    element('app-home').toggleAttribute('aria-current', best === null)
  }

  const showButtons = (place: HTMLElement, kind: string, buttons: Button[]): void => {
    place.replaceChildren(
      ...buttons.map((button, index) => {
        const shown = document.createElement('button')
        shown.type = 'button'
        shown.textContent = button.isLoading ? `${button.label} …` : button.label
        shown.className = button.isPrimary ? 'primary' : ''
        shown.disabled = button.isDisabled || button.isLoading
        shown.style.order = button.isPrimary ? '2' : '1'
        shown.onclick = () => tell(kind, { index })
        return shown
      }),
    )
  }

  const follow = (href: string): void => {
    document.body.classList.remove('nav-open')
    element('loading').hidden = false
    setTimeout(() => (element('loading').hidden = true), 4000)
    tell('follow', { href })
  }

  const onMessage: Record<string, (message: Message) => void> = {
    token: (message) => void token(message.id),
    scopes: (message) => void askForScopes(message.id, message.scopes!),
    path({ path }) {
      const url = new URL(path!, settings.tunnelOrigin)
      if (url.pathname.startsWith('/auth')) return
      for (const name of SHOPIFYS) url.searchParams.delete(name)
      history.replaceState(null, '', settings.appHome + url.pathname + url.search)
      // Leaving for the other language comes back to where the app is now.
      for (const link of document.querySelectorAll<HTMLAnchorElement>('[data-locale]')) {
        const back = new URLSearchParams({ to: link.dataset.locale!, back: location.pathname + location.search })
        link.href = `/admin/locale?${back.toString()}`
      }
      element('loading').hidden = true
      markMenu()
    },
    menu({ links }) {
      const menu = element('app-menu')
      menu.replaceChildren(
        ...links!
          .filter((link) => !link.isHome)
          .map((link) => {
            const shown = document.createElement('a')
            shown.textContent = link.label
            shown.dataset.href = link.href
            shown.href = settings.appHome + link.href
            shown.onclick = (event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return
              event.preventDefault()
              follow(link.href)
            }
            return shown
          }),
      )
      const home = links!.find((link) => link.isHome)
      element('app-home').onclick = home
        ? (event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return
            event.preventDefault()
            follow(home.href)
          }
        : null
      markMenu()
    },
    title({ title, buttons }) {
      element('title-text').textContent = title ? title : 'Morello'
      if (title) document.title = `${title} · Morello`
      showButtons(element('title-buttons'), 'title', buttons!)
    },
    saveBar({ isShown, buttons }) {
      const bar = element('save-bar')
      bar.hidden = !isShown
      showButtons(bar.querySelector('.buttons')!, 'saveBar', buttons!)
    },
    loading({ isLoading }) {
      element('loading').hidden = !isLoading
    },
    toast(message) {
      const toast = document.createElement('div')
      toast.className = message.isError ? 'toast error' : 'toast'
      toast.id = String(message.id)
      toast.append(message.message!)
      if (message.action) {
        const button = document.createElement('button')
        button.textContent = message.action
        button.onclick = () => tell('toastAction', { id: message.id })
        toast.append(button)
      }
      element('toasts').append(toast)
      setTimeout(() => toast.remove(), message.duration)
    },
    toastGone: ({ id }) => document.getElementById(String(id))?.remove(),
    open({ path, url, isNew }) {
      const target =
        path ??
        new URL(url!, location.href).toString().replace(/^https:\/\/admin\.shopify\.com\/store\/[^/]+/, '/admin')
      if (isNew) window.open(target, '_blank', 'noopener')
      else location.assign(target)
    },
  }
  addEventListener('message', (event: MessageEvent<Message>) => {
    if (event.origin !== settings.tunnelOrigin || event.source !== frame.contentWindow) return
    if (Object.hasOwn(onMessage, event.data.kind)) onMessage[event.data.kind]!(event.data)
  })
  // Loaded here and not by the page, so that nothing the app says is missed.
  frame.src = frame.dataset.src!
  addEventListener('beforeunload', (event) => {
    if (!element('save-bar').hidden) event.preventDefault()
  })
}
