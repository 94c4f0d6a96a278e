import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'smol-toml'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LARGEST = 50_000

/** Flow's own name for what it keeps of a reference: the key of the payload is not the merchant's to choose. */
const OF_REFERENCE: Record<string, string> = {
  customer_reference: 'customer_id',
  order_reference: 'order_id',
  product_reference: 'product_id',
}

type Field = { key: string; isNumber: boolean }
type ExtensionToml = {
  extensions?: { type?: string; handle?: string; settings?: { fields?: TomlField[] } }[]
  settings?: { fields?: TomlField[] }
}
type TomlField = { type: string; key?: string }

/** Shopify Flow's triggers, as the app's extensions define them, and what they were started with. */
export class FlowTriggers {
  /** Every trigger that was accepted, oldest first. */
  received: { handle: string; payload: Record<string, unknown>; at: number }[] = []
  /** Flow is an app that a merchant may not have; Shopify then refuses (the wording is unverified). */
  isInstalled = true
  #triggers: Map<string, Field[]>

  constructor(triggers: Map<string, Field[]> = triggersInExtensions()) {
    this.#triggers = triggers
  }

  /** Null: started. Unverified wording of everything but an unknown handle and the size. */
  start(handle: string, payload: Record<string, unknown>, at: number): string | null {
    if (!this.isInstalled) return refused('Shopify Flow is not installed.')
    const size = Buffer.byteLength(JSON.stringify(payload))
    if (size > LARGEST) return refused(`Properties size exceeds the limit of ${LARGEST} bytes.`)
    const fields = this.#triggers.get(handle)
    if (!fields) return refused(`Invalid handle '${handle}'.`)
    for (const { key, isNumber } of fields) {
      if (!(key in payload)) return refused(`Property '${key}' is missing.`)
      if (isNumber !== (typeof payload[key] === 'number')) return refused(`Property '${key}' has the wrong type.`)
    }
    for (const key of Object.keys(payload))
      if (!fields.some((field) => field.key === key)) return refused(`Property '${key}' is unknown.`)
    this.received.push({ handle, payload, at })
    return null
  }
}

function refused(what: string): string {
  return `Errors validating schema:\n  ${what}\n`
}

/** The triggers that the app's extensions bring, read where Shopify reads them. */
function triggersInExtensions(): Map<string, Field[]> {
  const triggers = new Map<string, Field[]>()
  for (const file of globSync('extensions/*/shopify.extension.toml', { cwd: ROOT })) {
    const toml = parse(readFileSync(`${ROOT}/${file}`, 'utf8')) as ExtensionToml
    for (const { type, handle, settings } of toml.extensions ?? []) {
      if (type !== 'flow_trigger' || handle === undefined) continue
      const fields = settings?.fields ?? toml.settings?.fields ?? []
      triggers.set(handle, fields.map(fieldOf))
    }
  }
  return triggers
}

function fieldOf({ type, key }: TomlField): Field {
  const reference = OF_REFERENCE[type]
  if (reference !== undefined) return { key: reference, isNumber: true }
  if (type !== 'single_line_text_field' && type !== 'multi_line_text_field')
    throw new Error(`The local shop does not play Flow fields of the type ${type} yet`)
  return { key: key!, isNumber: false }
}
