// @ts-check
/**
 * What the blocks cannot do without a script: taking a reward while it lasts, switching personal offers off, asking the shop,
 * sending and taking back the answers of the survey, and noting what was seen and clicked. The page is whole without it: where our answer fails or is late, nothing changes.
 *
 * @typedef {import('../../../app/domain/wire.ts').VisitorOffers} VisitorOffers
 * @typedef {import('../../../app/domain/wire.ts').VisitorOffer} VisitorOffer
 * @typedef {import('../../../app/domain/wire.ts').VisitorSurvey} VisitorSurvey
 */
;(() => {
  if (customElements.get('morello-rewards')) return

  const ROOT = '/apps/morello/'
  /** The page waits for nothing; who pressed a button does. */
  const PATIENCE_MS = 800
  const DEED_MS = 8000
  const REST_MS = 300_000
  const RESTING = 'morello-rewards-resting-until'

  /** After a failure nothing is asked for five minutes. */
  const isResting = () => {
    try {
      return Number(sessionStorage.getItem(RESTING)) > Date.now()
    } catch {
      return false
    }
  }
  const rest = () => {
    try {
      sessionStorage.setItem(RESTING, String(Date.now() + REST_MS))
    } catch {
      // A shopper who keeps no storage is asked again on the next page.
    }
  }

  /**
   * One question or deed, never repeated. Null: no answer of ours, and a rest where the trouble is on our side.
   *
   * @param {string} road
   * @param {object} [body]
   * @param {number} [patienceMs]
   * @returns {Promise<any>}
   */
  const ask = async (road, body, patienceMs = PATIENCE_MS) => {
    if (isResting()) return null
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), patienceMs)
    try {
      const answer = await fetch(ROOT + road, {
        method: body ? 'POST' : 'GET',
        headers: body ? { 'content-type': 'application/json' } : {},
        body: body && JSON.stringify(body),
        keepalive: Boolean(body),
        signal: abort.signal,
      })
      if (!(answer.headers.get('content-type') ?? '').startsWith('application/json')) throw new Error('not ours')
      if (answer.status >= 500) throw new Error('trouble')
      const read = await answer.json()
      return answer.ok ? read : null
    } catch (error) {
      // Broken off, it may be that the shopper goes on to another page, which is no trouble: then this page is gone in a second.
      if (error instanceof TypeError) setTimeout(rest, 1000)
      else rest()
      return null
    } finally {
      clearTimeout(timer)
    }
  }

  /** @param {unknown} token */
  const isToken = (token) => typeof token === 'string' && token.length > 0 && token.length <= 200

  /**
   * @param {any} read
   * @returns {read is VisitorOffers}
   */
  const isOffers = (read) =>
    typeof read === 'object' &&
    read !== null &&
    typeof read.off === 'boolean' &&
    (read.optOut === null || isToken(read.optOut)) &&
    Array.isArray(read.offers) &&
    read.offers.every(
      (/** @type {any} */ offer) =>
        typeof offer === 'object' &&
        offer !== null &&
        Number.isSafeInteger(offer.id) &&
        Number.isSafeInteger(offer.step) &&
        typeof offer.state === 'string' &&
        typeof offer.tokens === 'object' &&
        offer.tokens !== null &&
        isToken(offer.tokens.seen) &&
        [offer.tokens.claim, offer.tokens.ask].every((token) => token === null || isToken(token)),
    )

  /**
   * @param {any} read
   * @returns {read is VisitorSurvey}
   */
  const isSurvey = (read) =>
    typeof read === 'object' &&
    read !== null &&
    (read.token === null || isToken(read.token)) &&
    typeof read.answers === 'object' &&
    read.answers !== null &&
    Object.values(read.answers).every((choices) => Array.isArray(choices))

  /** Once the page is there and has nothing better to do. */
  const quiet = new Promise((resolve) => {
    const idle = () => ('requestIdleCallback' in window ? requestIdleCallback(resolve) : setTimeout(resolve, 200))
    if (document.readyState === 'complete') idle()
    else addEventListener('load', idle, { once: true })
  })
  /** @type {Promise<VisitorOffers | null> | undefined} */
  let offers
  const offersOnce = () => {
    offers ??= quiet.then(() => ask('offers')).then((read) => (isOffers(read) ? read : null))
    return offers
  }

  /**
   * Themes say how buttons are displayed, and thereby overrule `hidden`.
   *
   * @param {HTMLElement} button
   * @param {boolean} isHidden
   */
  const hide = (button, isHidden) => {
    button.style.display = isHidden ? 'none' : ''
  }

  class MorelloRewards extends HTMLElement {
    connectedCallback() {
      if (this.dataset.role === 'survey') {
        quiet
          .then(() => ask('survey'))
          .then((read) => {
            if (isSurvey(read) && this.isConnected) this.#beginSurvey(read)
          })
          .catch(() => {})
        return
      }
      offersOnce()
        .then((read) => {
          if (read && this.isConnected) this.#begin(read)
        })
        .catch(() => {})
    }

    /** @param {VisitorOffers} read */
    #begin(read) {
      const { role, reward, step, state } = this.dataset
      if (role === 'off' || role === 'on') {
        const off = role === 'off'
        if (read.optOut !== null && read.off !== off) this.#offerSwitch(off, read.optOut)
        return
      }
      const offer = read.offers.find((one) => String(one.id) === reward && String(one.step) === step)
      if (!offer || offer.state !== state) return
      this.#note(offer.tokens.seen)
      const { claim, ask: asking } = offer.tokens
      if (state === 'claim' && claim !== null) this.#offerClaim(claim)
      if (state === 'refused' && asking !== null) this.#offerAsking(offer.id, asking)
    }

    /**
     * Ticks what they have answered before and lets them send, change and take it back: each deed brings the next one's token.
     * The question after a delivery unfolds when they press for it; until then what they said there is neither shown nor sent.
     *
     * @param {VisitorSurvey} read
     */
    #beginSurvey(read) {
      const form = this.closest('form')
      let { token } = read
      if (!form || token === null) return
      /** @type {HTMLInputElement[]} */
      const inputs = [...form.querySelectorAll('input')]
      const choices = inputs.filter((input) => !('consent' in input.dataset))
      const consent = inputs.find((input) => 'consent' in input.dataset)
      /** @type {HTMLElement | null} */
      const later = form.querySelector('[data-later]')
      const folded = /** @type {HTMLElement | null} */ (later?.nextElementSibling ?? null)
      /** @type {HTMLElement | null | undefined} */
      const away = consent?.closest('[hidden]')
      const status = document.createElement('span')
      status.setAttribute('role', 'status')
      const send = this.#surveyButton('submit', this.dataset.send)
      const takeBack = this.#surveyButton('button', this.dataset.takeBack)

      /** @param {VisitorSurvey} now */
      const show = (now) => {
        for (const input of choices)
          input.checked =
            // What was said of an order before is not said of this one.
            !(now.delivery === 'due' && folded?.contains(input)) &&
            (now.answers[input.name] ?? []).includes(Number(input.value))
        // Agreed to anew with every answer.
        if (consent) consent.checked = false
        hide(takeBack, Object.keys(now.answers).length === 0)
      }
      /**
       * @param {string} road
       * @param {object} body
       * @param {string | undefined} done
       */
      const act = async (road, body, done) => {
        send.disabled = takeBack.disabled = true
        const answer = await ask(road, { token, ...body }, DEED_MS)
        const worked = isSurvey(answer) && answer.token !== null
        status.textContent = (worked ? done : this.dataset.failed) ?? ''
        if (!worked) return
        token = answer.token
        show(answer)
        send.disabled = takeBack.disabled = false
      }
      form.addEventListener('submit', (event) => {
        event.preventDefault()
        if (send.disabled) return
        /** @type {Record<string, number[]>} */
        const answers = {}
        for (const input of choices) {
          if (folded?.hidden && folded.contains(input)) continue
          const chosen = (answers[input.name] ??= [])
          if (input.checked) chosen.push(Number(input.value))
        }
        if (!Object.values(answers).some(({ length }) => length > 0) || !consent?.checked)
          status.textContent = this.dataset.incomplete ?? ''
        else void act('answer', { consent: true, answers }, this.dataset.sent)
      })
      takeBack.addEventListener('click', () => void act('take-back', {}, this.dataset.takenBack))
      show(read)
      hide(send, Boolean(away))
      if (later && folded && read.delivery) {
        const unfold = this.#surveyButton('button', read.delivery === 'due' ? later.dataset.ask : later.dataset.change)
        unfold.addEventListener('click', () => {
          for (const each of [folded, away]) if (each) each.hidden = false
          hide(send, false)
          later.remove()
          folded.querySelector('input')?.focus()
        })
        later.replaceChildren(unfold)
      }
      this.replaceChildren(send, ' ', takeBack, ' ', status)
    }

    /**
     * @param {'submit' | 'button'} type
     * @param {string | undefined} label
     */
    #surveyButton(type, label) {
      const button = document.createElement('button')
      button.type = type
      button.className = 'morello-live__button'
      button.textContent = label ?? ''
      return button
    }

    /** @param {string} token */
    #note(token) {
      const box = this.parentElement
      if (!box) return
      let isClicked = false
      box.addEventListener('click', (event) => {
        if (isClicked || !(event.target instanceof Element) || !event.target.closest('a, button, [data-code]')) return
        isClicked = true
        void ask('seen', { kind: 'clicked', token })
      })
      if (!('IntersectionObserver' in window)) return
      const observer = new IntersectionObserver((entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return
        observer.disconnect()
        void ask('seen', { kind: 'seen', token })
      })
      observer.observe(box)
    }

    /** @param {string} token */
    #offerClaim(token) {
      this.#button('take', async () => {
        const answer = await ask('claim', { token }, DEED_MS)
        const became = answer?.state
        if (became === 'issued' && typeof answer.code === 'string') return `${this.dataset.issued} ${answer.code}`
        if (became === 'issued' || became === 'reserved') return this.dataset.reserved
        return became === 'over' || became === 'not-yours' ? this.dataset.over : null
      })
    }

    /**
     * @param {boolean} off
     * @param {string} token
     */
    #offerSwitch(off, token) {
      this.#button('switch', async () => {
        const answer = await ask('opt-out', { off, token }, DEED_MS)
        return answer?.off === off ? this.dataset.switched : null
      })
    }

    /**
     * @param {number} reward
     * @param {string} token
     */
    #offerAsking(reward, token) {
      this.#button('ask', async () => {
        const answer = await ask('ask', { reward, token }, DEED_MS)
        return answer?.asked === true ? this.dataset.asked : null
      })
    }

    /**
     * One button in the room that is kept for it; then, in its place, what became of it.
     *
     * @param {string} label  the name of its text
     * @param {() => Promise<string | null | undefined>} act  null: it did not work
     */
    #button(label, act) {
      const button = document.createElement('button')
      button.type = 'button'
      button.className = 'morello-live__button'
      button.textContent = this.dataset[label] ?? ''
      const status = document.createElement('span')
      status.setAttribute('role', 'status')
      button.addEventListener('click', () => {
        button.disabled = true
        void act().then((text) => {
          status.textContent = text ?? this.dataset.failed ?? ''
          button.remove()
        })
      })
      this.replaceChildren(button, status)
    }
  }
  customElements.define('morello-rewards', MorelloRewards)
})()
