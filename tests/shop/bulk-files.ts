import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import type { FileFaults } from './faults.ts'
import type { World } from './world.ts'

const VALID_FOR_MS = 7 * 86_400_000
const HOST = 'https://storage.googleapis.com'
const PREFIX = 'shopify-tiers-assets-prod-us-east1/bulk-operation-outputs'

export type StoredFile = { name: string; path: string; size: number; etag: string; validUntil: number }

/** One result file while it is being written. */
export class ResultFile {
  path: string
  size = 0
  #out: ReturnType<typeof createWriteStream>
  #hash = createHash('md5')
  #faults: FileFaults
  #line = 0

  constructor(path: string, faults: FileFaults) {
    this.path = path
    this.#faults = faults
    this.#out = createWriteStream(path)
  }

  async write(lines: string[]): Promise<void> {
    const { duplicateEvery, dropEvery } = this.#faults
    let block = ''
    for (const line of lines) {
      this.#line += 1
      if (dropEvery > 0 && this.#line % dropEvery === 0) continue
      block += line
      if (duplicateEvery > 0 && this.#line % duplicateEvery === 0) block += line
    }
    const bytes = Buffer.from(block)
    this.size += bytes.length
    this.#hash.update(bytes)
    if (!this.#out.write(bytes)) await once(this.#out, 'drain')
  }

  async close(): Promise<string> {
    this.#out.end()
    await once(this.#out, 'finish')
    if (!this.#faults.shuffle) return this.#hash.digest('hex')
    const lines = readFileSync(this.path, 'utf8').split('\n').slice(0, -1)
    shuffle(lines)
    writeFileSync(this.path, lines.map((line) => `${line}\n`).join(''))
    return createHash('md5').update(readFileSync(this.path)).digest('hex')
  }
}

/** The same order every time, so that a failing test fails again. */
function shuffle(lines: string[]): void {
  let state = 42
  for (let at = lines.length - 1; at > 0; at -= 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    const other = state % (at + 1)
    const line = lines[at]!
    lines[at] = lines[other]!
    lines[other] = line
  }
}

/** The bucket that bulk results are downloaded from. */
export class BulkFiles {
  #world: World
  #faults: FileFaults
  #folder: string
  #files = new Map<string, StoredFile>()
  #servings = 0

  constructor(world: World, faults: FileFaults, folder: string) {
    this.#world = world
    this.#faults = faults
    this.#folder = join(folder, 'bulk')
    mkdirSync(this.#folder, { recursive: true })
  }

  open(operation: number): ResultFile {
    return new ResultFile(join(this.#folder, `${operation}.jsonl`), this.#faults)
  }

  /** Publishes a written file and answers Shopify's kind of signed address. */
  publish(operation: number, path: string, etag: string): { url: string; size: number } {
    const name = randomBytes(14).toString('hex')
    const { size } = statSync(path)
    const validUntil = this.#world.now() + VALID_FOR_MS
    this.#files.set(name, { name, path, size, etag: `"${etag}"`, validUntil })
    const query = new URLSearchParams({
      GoogleAccessId: 'assets-us-prod@shopify-tiers.iam.gserviceaccount.com',
      Expires: String(Math.floor(validUntil / 1000)),
      Signature: randomBytes(64).toString('base64'),
      'response-content-disposition': `attachment; filename="bulk-${operation}.jsonl"`,
      'response-content-type': 'application/jsonl',
    })
    return { url: `${HOST}/${PREFIX}/${name}?${query}`, size }
  }

  /** Answers a download: whole, by range, or refused, as Google's storage does. */
  async serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    const file = this.#files.get(url.pathname.split('/').at(-1) ?? '')
    if (!file) return false
    if (this.#faults.forbiddenNext > 0) {
      this.#faults.forbiddenNext -= 1
      refuse(response, 403, 'SignatureDoesNotMatch')
      return true
    }
    if (this.#world.now() > file.validUntil) {
      refuse(response, 400, 'ExpiredToken')
      return true
    }
    this.#servings += 1
    const etag = this.#faults.newEtag ? `"${file.etag.slice(1, -1)}-${this.#servings}"` : file.etag
    const range = wantedRange(request, etag, file.size)
    if (range === 'impossible') {
      response.setHeader('content-range', `bytes */${file.size}`)
      refuse(response, 416, 'InvalidRange')
      return true
    }
    const start = range?.start ?? 0
    const end = range?.end ?? file.size - 1
    response.writeHead(range ? 206 : 200, {
      'content-type': 'application/jsonl',
      'content-length': Math.max(0, end - start + 1),
      'accept-ranges': 'bytes',
      etag,
      ...(range ? { 'content-range': `bytes ${start}-${end}/${file.size}` } : {}),
    })
    if (file.size === 0) response.end()
    else await this.#send(response, file, start, end)
    return true
  }

  async #send(response: ServerResponse, file: StoredFile, start: number, end: number): Promise<void> {
    const stopAt = this.#stopAt(start, end)
    const stream = createReadStream(file.path, { start, end: stopAt === null ? end : stopAt })
    let first = true
    try {
      for await (const chunk of stream) {
        if (response.destroyed) return
        if (!response.write(chunk)) await roomIn(response)
        if (first && this.#faults.stallMs > 0) await sleep(this.#faults.stallMs)
        first = false
      }
    } finally {
      stream.destroy()
    }
    if (stopAt === null) response.end()
    else if (this.#faults.resetAt !== null) response.socket?.resetAndDestroy()
    else response.socket?.end()
  }

  /** The last byte to send when a fault cuts this download short. */
  #stopAt(start: number, end: number): number | null {
    const at = this.#faults.resetAt ?? this.#faults.truncateAt
    if (at === null || this.#faults.times <= 0 || at <= start || at > end) return null
    this.#faults.times -= 1
    return at - 1
  }
}

/** Until the reader took some, or went away. */
function roomIn(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
}

function wantedRange(
  request: IncomingMessage,
  etag: string,
  size: number,
): { start: number; end: number } | 'impossible' | null {
  const found = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  if (!found) return null
  const condition = request.headers['if-range']
  if (condition !== undefined && condition !== etag) return null
  const start = Number(found[1])
  const end = found[2] === '' ? size - 1 : Math.min(size - 1, Number(found[2]))
  return start >= size || end < start ? 'impossible' : { start, end }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml; charset=UTF-8' })
  response.end(`<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code></Error>`)
}
