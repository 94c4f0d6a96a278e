/** Shopify admin as an extension of ours meets it: the global `shopify`, words of its locale files, and a fetch. */
import type { Page } from 'playwright-core'
import { read } from '#tests/structure/source.ts'

/** What our server answers to one question after the other; the last one again and again. */
export type Answer = { status: number; body: unknown } | 'nothing yet' | 'not reached' | 'no JSON'
/** What Shopify answers to the extension's own query. */
export type Members = { ids: string[]; total: number } | 'refused' | 'not reached' | 'nothing yet'

export type Scene = {
  /** The extension's folder, and its script as the CLI built it. */
  folder: string
  script: string
  locale: 'en' | 'ko'
  /** The gid that the page is about; null: Shopify tells none. */
  selected: string | null
  answers: Answer[]
  members?: Members
}

type Tree = { [key: string]: string | Tree }
type Played = {
  asked: { url: string; method: string; body: string | null }[]
  queries: { query: string; variables: unknown }[]
  closed: number
}

/** Plays an extension in an empty page: loads its script, calls what it extends, and lets it render into the body. */
export async function play(page: Page, scene: Scene): Promise<void> {
  const file = scene.locale === 'en' ? 'en.default.json' : 'ko.json'
  const words = JSON.parse(read(`extensions/${scene.folder}/locales/${file}`)) as Tree
  await page.goto('about:blank')
  await page.evaluate(standIn, { ...scene, script: '', words })
  await page.addScriptTag({ content: scene.script })
  await page.evaluate(() => (window as unknown as { run: () => void }).run())
}

/** What the extension has asked, of whom. */
export function played(page: Page): Promise<Played> {
  return page.evaluate(() => (window as unknown as { played: Played }).played)
}

// Runs in the page, as text: it may use nothing from this file.
function standIn({ locale, selected, answers, members, words }: Scene & { words: Tree }): void {
  const played: Played = { asked: [], queries: [], closed: 0 }
  const left = [...answers]
  const extended: [string, () => unknown][] = []
  const never = () => new Promise<never>(() => undefined)

  const translate = (key: string, values: Record<string, string> = {}): string => {
    const found = key
      .split('.')
      .reduce<string | Tree | undefined>((tree, part) => (typeof tree === 'object' ? tree[part] : undefined), words)
    if (typeof found !== 'string') throw new Error(`no word for ${key}`)
    return found.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
      if (values[name] === undefined) throw new Error(`${key} without ${name}`)
      return values[name]
    })
  }

  const query = (text: string, { variables }: { variables: unknown }) => {
    played.queries.push({ query: text, variables })
    if (members === 'nothing yet') return never()
    if (members === 'not reached') return Promise.reject(new TypeError('Failed to fetch'))
    if (members === 'refused' || !members) return Promise.resolve({ errors: [{ message: 'Access denied' }] })
    const edges = members.ids.map((id) => ({ node: { id: `gid://shopify/CustomerSegmentMember/${id}` } }))
    return Promise.resolve({ data: { customerSegmentMembers: { totalCount: members.total, edges } } })
  }

  window.fetch = (input, init) => {
    // Relative addresses only: Shopify resolves them and adds the token.
    if (typeof input !== 'string' || !input.startsWith('/')) throw new Error(`not ours: ${String(input)}`)
    played.asked.push({ url: input, method: init?.method ?? 'GET', body: (init?.body as string | undefined) ?? null })
    const answer = left.length > 1 ? left.shift() : left[0]
    if (answer === undefined || answer === 'nothing yet') return never()
    if (answer === 'not reached') return Promise.reject(new TypeError('Failed to fetch'))
    if (answer === 'no JSON') return Promise.resolve(new Response('<html>Bad gateway</html>', { status: 200 }))
    return Promise.resolve(new Response(JSON.stringify(answer.body), { status: answer.status }))
  }

  const shopify = {
    extend: (target: string, render: () => unknown) => void extended.push([target, render]),
    extension: { target: '' },
    data: { selected: selected === null ? [] : [{ id: selected }] },
    i18n: { translate, formatNumber: (value: number) => new Intl.NumberFormat(locale).format(value) },
    query,
    close: () => void (played.closed += 1),
  }
  // Whatever else Shopify has is not played: better an error with its name than a made-up answer.
  const named = new Proxy(shopify, {
    get(target, name) {
      if (name in target || name === 'setSignals') return target[name as keyof typeof target]
      throw new Error(`shopify.${String(name)} is not played`)
    },
  })
  const run = () => {
    const [first, ...more] = extended
    if (!first || more.length > 0) throw new Error(`${extended.length} targets extended`)
    first[1]()
  }
  Object.assign(window, { shopify: named, played, run })
}
