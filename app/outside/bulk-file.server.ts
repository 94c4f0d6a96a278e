import { OutsideFailure } from '../errors.ts'
import { now } from './clock.ts'
import { retryAfterMsOf } from './retry.server.ts'

/** Where `stagedUploadsCreate` lets a file be put: the form's fields, in Shopify's order. */
export type StagedTarget = { url: string; parameters: { name: string; value: string }[] }

/** A result file from `fromByte` on. */
export type BulkFile = {
  body: AsyncIterable<Buffer>
  etag: string | null
  /** Size of the whole file; null: not said. */
  totalBytes: number | null
}

/** How long a file may be silent, and how long an upload may take. */
export type FileLimits = { idleMs: number; uploadMs: number }

const LIMITS: FileLimits = { idleMs: 30_000, uploadMs: 300_000 }

/**
 * Opens a bulk operation's result, to be read from `fromByte` on. What Shopify hands out is only followed to Shopify's
 * own and Google's file hosts, over https, and never onwards: a redirect is refused.
 *
 * @param etag  of the earlier read; if the file has changed since, the answer is bulk-file-gone, not other bytes
 * @throws {OutsideFailure} bulk-file-gone: expired, deleted or changed; shopify-unavailable: try again from the last byte
 *   (also thrown out of `body`); shopify-refused: an address that Shopify would not give
 */
export async function openFile(
  url: string,
  fromByte: number,
  etag: string | null,
  limits: FileLimits = LIMITS,
): Promise<BulkFile> {
  const address = fileAddress(url)
  const silence = new AbortController()
  const response = await withinSilence(limits.idleMs, silence, () =>
    fetch(address, {
      // Byte offsets count in the file as stored, so it must not be compressed on the way (a range implies that).
      headers:
        fromByte > 0
          ? { range: `bytes=${fromByte}-`, ...(etag ? { 'if-range': etag } : {}) }
          : { 'accept-encoding': 'identity' },
      redirect: 'manual',
      signal: silence.signal,
    }),
  )
  const found = response.headers.get('etag')
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(response.headers.get('content-range') ?? '')
  const isChanged = etag !== null && found !== null && found !== etag
  if (response.status === 416 && range && Number(range[2]) === fromByte && !isChanged) {
    await response.body?.cancel()
    return { body: nothing(), etag: found ?? etag, totalBytes: fromByte }
  }
  if (response.status !== 200 && response.status !== 206) throw await fileFailure(response)
  // 200 to a range with If-Range means another file; without a validator it means a server that knows no ranges.
  const isWhole = response.status === 200
  const isOther = isChanged || (isWhole && fromByte > 0 && found === null && etag !== null)
  if (isOther || (!isWhole && Number(range?.[1]) !== fromByte)) {
    await response.body?.cancel()
    throw new OutsideFailure('bulk-file-gone', 'the file has changed since it was first read')
  }
  const length = Number(response.headers.get('content-length') ?? NaN)
  return {
    body: bytes(response, isWhole ? fromByte : 0, limits.idleMs, silence),
    etag: found,
    totalBytes: range ? Number(range[2]) : Number.isFinite(length) && isWhole ? length : null,
  }
}

/**
 * Puts a file where Shopify has prepared a place for it: the form's fields in the order given, the file last.
 *
 * @throws {OutsideFailure} shopify-unavailable or shopify-refused; putting the same file again is harmless
 */
export async function uploadFile(
  target: StagedTarget,
  lines: string | Buffer,
  limits: FileLimits = LIMITS,
): Promise<void> {
  const form = new FormData()
  for (const { name, value } of target.parameters) form.append(name, value)
  const content = typeof lines === 'string' ? lines : new Uint8Array(lines)
  form.append('file', new Blob([content], { type: 'text/jsonl' }), 'lines.jsonl')
  const address = fileAddress(target.url)
  const silence = new AbortController()
  const response = await withinSilence(limits.uploadMs, silence, () =>
    fetch(address, { method: 'POST', body: form, redirect: 'manual', signal: silence.signal }),
  )
  if (!response.ok) throw await fileFailure(response)
  await response.body?.cancel()
}

/** The address, if it is one that Shopify hands out: https, a known host, no port, no user. */
export function fileAddress(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : null
  const isShopifys =
    address?.protocol === 'https:' &&
    address.port === '' &&
    address.username === '' &&
    address.password === '' &&
    (/^(?:shopify-staged-uploads\.)?storage\.googleapis\.com$/.test(address.hostname) ||
      /^(?:[a-z0-9-]+\.)+shopify\.com$/.test(address.hostname))
  if (!address || !isShopifys) throw new OutsideFailure('shopify-refused', 'a file address that is not Shopify’s')
  return address
}

async function withinSilence<T>(ms: number, silence: AbortController, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => silence.abort(), ms)
  try {
    return await work()
  } catch {
    // Without the cause: files are read inside a database transaction, which would take ECONNRESET for its own.
    throw new OutsideFailure('shopify-unavailable', 'the file’s server does not answer')
  } finally {
    clearTimeout(timer)
  }
}

async function* bytes(response: Response, skip: number, idleMs: number, silence: AbortController) {
  const reader = response.body?.getReader()
  if (!reader) return
  try {
    for (let toSkip = skip; ;) {
      const { done, value } = await withinSilence(idleMs, silence, () => reader.read())
      if (done) return
      const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      const skipped = Math.min(toSkip, chunk.length)
      toSkip -= skipped
      if (skipped < chunk.length) yield chunk.subarray(skipped)
    }
  } finally {
    // Ends the connection also where the caller stops in the middle.
    silence.abort()
  }
}

async function* nothing(): AsyncGenerator<Buffer> {}

async function fileFailure(response: Response): Promise<OutsideFailure> {
  await response.body?.cancel()
  const { status } = response
  // 400 is what the file host answers to an expired signature; 403, 404, 410 and 412 speak for themselves.
  if ([400, 403, 404, 410, 412, 416].includes(status)) {
    return new OutsideFailure('bulk-file-gone', `the file’s server answered ${status}`)
  }
  const isPassing = status === 408 || status === 429 || status >= 500
  return new OutsideFailure(
    isPassing ? 'shopify-unavailable' : 'shopify-refused',
    `the file’s server answered ${status}`,
    {
      retryAfterMs: retryAfterMsOf(response.headers, now()) ?? undefined,
    },
  )
}
