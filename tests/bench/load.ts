/** An open-loop load generator: what is due is sent at its time, however slow the answers to the earlier ones are. */
import { connect, type Socket } from 'node:net'

/** `path`: in the place of the target's. */
export type Shot = { path?: string; headers: Record<string, string>; body: string }
export type Volley = {
  /** Milliseconds from when each was due to the end of its answer, in order of size; only of those answered. */
  ms: Float64Array
  /** How often each status was answered; 0: the connection broke or nothing came within `patienceMs`. */
  statuses: Map<number, number>
  /** The numbers of the shots that were taken: answered 200 or 204. */
  accepted: number[]
}

const CONNECTIONS = 128

/**
 * Fires `rate` shots a second for `seconds` at one address over at most 128 kept connections. A shot that finds them all
 * busy waits, and its time runs from when it was due. Plain sockets: the generator shares the machine with what it
 * measures.
 */
export async function fire(
  target: { port: number; path: string },
  rate: number,
  seconds: number,
  shotOf: (n: number) => Shot,
  patienceMs = 10_000,
): Promise<Volley> {
  const total = Math.round(rate * seconds)
  const texts = Array.from({ length: total }, (_, n) => asText(target.path, shotOf(n)))
  const dueAt = (n: number) => startedAt + (n * 1000) / rate
  const ms: number[] = []
  const statuses = new Map<number, number>()
  const accepted: number[] = []
  const free: Line[] = []
  const waiting: number[] = []
  let lines = 0
  let open = total
  let finished = () => {}
  const done = new Promise<void>((resolve) => (finished = resolve))

  function ended(n: number, status: number): void {
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (status !== 0) ms.push(performance.now() - dueAt(n))
    if (status === 200 || status === 204) accepted.push(n)
    open -= 1
    if (open === 0) finished()
  }

  function give(n: number): void {
    const line = free.pop() ?? (lines < CONNECTIONS ? newLine() : null)
    if (line === null) waiting.push(n)
    else line.send(n)
  }

  function newLine(): Line {
    lines += 1
    return new Line(
      target.port,
      (n) => texts[n]!,
      patienceMs,
      (line, n, status) => {
        ended(n, status)
        const next = waiting.shift()
        if (line.isBroken) {
          lines -= 1
          if (next !== undefined) give(next)
        } else if (next !== undefined) line.send(next)
        else free.push(line)
      },
    )
  }

  const startedAt = performance.now() + 50
  let sent = 0
  const timer = setInterval(() => {
    const now = performance.now()
    while (sent < total && dueAt(sent) <= now) give(sent++)
    if (sent === total) clearInterval(timer)
  }, 1)
  await done
  for (const line of free) line.close()
  return { ms: Float64Array.from(ms).sort(), statuses, accepted }
}

/** The value below which `share` of the sorted values lie. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

function asText(targetPath: string, { path = targetPath, headers, body }: Shot): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** One kept connection with one request on it at a time. */
class Line {
  isBroken = false
  #socket: Socket
  #textOf: (n: number) => string
  #onEnd: (line: Line, n: number, status: number) => void
  #patienceMs: number
  #current: number | null = null
  #timer: NodeJS.Timeout | undefined
  #read = ''

  constructor(
    port: number,
    textOf: (n: number) => string,
    patienceMs: number,
    onEnd: (line: Line, n: number, status: number) => void,
  ) {
    this.#textOf = textOf
    this.#patienceMs = patienceMs
    this.#onEnd = onEnd
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (chunk: string) => this.#take(chunk))
    this.#socket.on('error', () => this.#break())
    this.#socket.on('close', () => this.#break())
  }

  send(n: number): void {
    this.#current = n
    this.#read = ''
    this.#timer = setTimeout(() => this.#break(), this.#patienceMs)
    this.#socket.write(this.#textOf(n))
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: string): void {
    this.#read += chunk
    const head = this.#read.indexOf('\r\n\r\n')
    if (head === -1) return
    const length = Number(/^content-length: (\d+)/im.exec(this.#read)?.[1] ?? 0)
    const isChunked = /^transfer-encoding: chunked/im.test(this.#read)
    if (isChunked ? !this.#read.endsWith('0\r\n\r\n') : this.#read.length < head + 4 + length) return
    if (/^connection: close/im.test(this.#read)) this.isBroken = true
    this.#finish(Number(this.#read.slice(9, 12)))
  }

  #break(): void {
    this.isBroken = true
    this.#socket.destroy()
    this.#finish(0)
  }

  #finish(status: number): void {
    clearTimeout(this.#timer)
    const n = this.#current
    this.#current = null
    if (n !== null) this.#onEnd(this, n, status)
  }
}
