import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const ARCHIVE = fileURLToPath(new URL('../../../shared/recordings/shopify-responses.tar.gz', import.meta.url))

export type Recorded = {
  at: string
  query: string
  variables: Record<string, unknown>
  response: Answer
}
export type Answer = {
  data?: Record<string, unknown> | null
  errors?: { message: string; extensions?: Record<string, unknown> }[]
  extensions?: { cost?: { requestedQueryCost?: number; actualQueryCost?: number | null } }
}

/** The real shop's answers lie beside the repository; a checkout without them skips the replay by name. */
export const haveRecordings = existsSync(ARCHIVE)

let files: Map<string, unknown> | null = null

/** Every recording by its path inside the archive, without the shop's folder: `2026-04/bulk-operations/x.json`. */
export function recordings(): Map<string, unknown> {
  files ??= new Map(filesIn(gunzipSync(readFileSync(ARCHIVE))))
  return files
}

/** The calls of one recording, found by the end of its path, in the order they were made. */
export function callsOf(path: string): Recorded[] {
  const found = [...recordings()].find(([name]) => name.endsWith(path))
  if (!found) throw new Error(`No recording ends with ${path}`)
  return [...callsIn(found[1], '')]
}

export function callAt(path: string, at: string): Recorded {
  const found = callsOf(path).find((call) => call.at === at)
  if (!found) throw new Error(`${path} has no call at ${at}`)
  return found
}

export function* callsIn(value: unknown, at: string): Iterable<Recorded> {
  if (typeof value !== 'object' || value === null) return
  const { request, response, ...own } = value as Record<string, unknown>
  const { query, variables } = typeof request === 'object' && request !== null ? (request as typeof own) : own
  const isCall = typeof query === 'string' || typeof variables === 'object'
  if (isCall && typeof response === 'object' && response !== null) {
    const outer = response as Record<string, unknown>
    const answer = (outer['body'] ?? outer['payload'] ?? outer) as Answer
    yield { at, query: String(query ?? ''), variables: (variables ?? {}) as Record<string, unknown>, response: answer }
    return
  }
  for (const [key, inner] of Object.entries(value)) if (key !== 'upstreamCalls') yield* callsIn(inner, `${at}/${key}`)
}

function* filesIn(tar: Buffer): Iterable<[string, unknown]> {
  const text = (from: number, length: number) => tar.toString('utf8', from, from + length).split('\0')[0]!
  let longName: string | null = null
  for (let at = 0; at + 512 <= tar.length;) {
    const size = Number.parseInt(text(at + 124, 12), 8) || 0
    const type = text(at + 156, 1)
    const name = longName ?? [text(at + 345, 155), text(at, 100)].filter(Boolean).join('/')
    const body = tar.subarray(at + 512, at + 512 + size)
    longName = type === 'L' ? body.toString('utf8').replace(/\0+$/, '') : null
    if (type !== 'L' && name.endsWith('.json')) yield [name, JSON.parse(body.toString('utf8'))]
    at += 512 + Math.ceil(size / 512) * 512
  }
}
