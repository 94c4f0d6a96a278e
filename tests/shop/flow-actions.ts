import { createHmac, randomUUID } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'smol-toml'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Flow closes the connection after ten seconds and comes again: https://shopify.dev/docs/apps/flow/actions */
const PATIENCE_MS = 10_000
/** Flow comes again for a day; here five times within a second. */
const WAITS_MS = [20, 60, 180, 540]

/** Flow's own key of a reference, as with triggers. */
const OF_REFERENCE: Record<string, string> = {
  customer_reference: 'customer_id',
  order_reference: 'order_id',
  product_reference: 'product_id',
}

export type FlowAction = {
  handle: string
  runtimeUrl: string
  fields: { key: string; isRequired: boolean }[]
}

export type FlowRun = { actionRunId: string; status: number | null; tries: number; answer: string }

type Connection = { domain: string; shopId: number; appUrl: string | null; apiSecret: string }
type TomlField = { type: string; key?: string; required?: boolean }
type TomlExtension = { type?: string; handle?: string; runtime_url?: string; settings?: { fields?: TomlField[] } }

/** Shopify Flow running the actions that the app's extensions bring, each as a step of some merchant's workflow. */
export class FlowActions {
  /** Tests bring their own; otherwise what the extensions say, read when it is asked for. */
  actions: FlowAction[] | null = null
  #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  action(handle: string): FlowAction {
    const known = (this.actions ?? actionsInExtensions()).find((one) => one.handle === handle)
    if (!known)
      throw new Error(
        `No extension of the app has a flow_action with the handle "${handle}": the local shop cannot run it`,
      )
    return known
  }

  /**
   * Runs an action. 202, 429, 5xx, no answer within ten seconds and a lost connection are tried again with the same run id,
   * anything else is the end; `actionRunId` runs an earlier one once more, as Flow does when an answer was lost.
   * https://shopify.dev/docs/apps/build/flow/actions/endpoints
   */
  async run(handle: string, values: Record<string, unknown>, actionRunId: string = randomUUID()): Promise<FlowRun> {
    const { domain, shopId, appUrl, apiSecret } = this.#connection
    const { fields, runtimeUrl } = this.action(handle)
    if (appUrl === null) throw new Error('The local shop does not know where the app is: start it with appUrl')
    const properties: Record<string, unknown> = {}
    for (const { key, isRequired } of fields) {
      const value = values[key]
      if (value === undefined && isRequired) throw new Error(`The action ${handle} needs "${key}"`)
      if (value !== undefined) properties[key] = typeof value === 'number' ? String(value) : value
    }
    const body = JSON.stringify({
      shop_id: String(shopId),
      shopify_domain: domain,
      action_run_id: actionRunId,
      action_definition_id: handle,
      handle,
      properties,
    })
    const headers = {
      'content-type': 'application/json',
      'x-shopify-hmac-sha256': createHmac('sha256', apiSecret).update(body).digest('base64'),
    }
    const { pathname, search } = new URL(runtimeUrl, appUrl)
    let last: FlowRun = { actionRunId, status: null, tries: 0, answer: '' }
    for (let tries = 1; tries <= WAITS_MS.length + 1; tries += 1) {
      last = { actionRunId, tries, ...(await post(`${appUrl}${pathname}${search}`, headers, body)) }
      if (last.status !== null && !isForLater(last.status)) return last
      await sleep(WAITS_MS[tries - 1] ?? 0)
    }
    return last
  }
}

function isForLater(status: number): boolean {
  return status === 202 || status === 429 || status >= 500
}

async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number | null; answer: string }> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    return { status: response.status, answer: await response.text() }
  } catch {
    return { status: null, answer: '' }
  }
}

function actionsInExtensions(): FlowAction[] {
  return globSync('extensions/*/shopify.extension.toml', { cwd: ROOT }).flatMap((file) =>
    actionsIn(readFileSync(`${ROOT}/${file}`, 'utf8')),
  )
}

/** The actions of one shopify.extension.toml. */
export function actionsIn(text: string): FlowAction[] {
  const toml = parse(text) as { extensions?: TomlExtension[]; settings?: { fields?: TomlField[] } }
  const actions: FlowAction[] = []
  for (const { type, handle, runtime_url, settings } of toml.extensions ?? []) {
    if (type !== 'flow_action' || handle === undefined || runtime_url === undefined) continue
    const fields = (settings?.fields ?? toml.settings?.fields ?? []).map(({ type: kind, key, required }) => {
      const own = OF_REFERENCE[kind] ?? key
      if (own === undefined) throw new Error(`The local shop does not play Flow fields of the type ${kind} yet`)
      return { key: own, isRequired: required === true }
    })
    actions.push({ handle, runtimeUrl: runtime_url, fields })
  }
  return actions
}
