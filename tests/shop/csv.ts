import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import type { Readable } from 'node:stream'

export type CsvRecord = { line: number; fields: string[] }
export type BadLine = { line: number; reason: string }

/** A quoted field may hold line breaks, but not the rest of the file because of one forgotten quote. */
const LONGEST_RECORD_LINES = 50

/**
 * The records of a CSV file, some at a time, plain or gzip, with or without a byte order mark, CRLF or LF. In batches:
 * a step of an asynchronous generator for each of half a million lines would take longer than reading them.
 */
export async function* csvRecords(file: string, bad: (line: BadLine) => void): AsyncGenerator<CsvRecord[]> {
  let number = 0
  let held: string[] = []
  let heldFrom = 0
  for await (const lines of textLines(file)) {
    const records: CsvRecord[] = []
    for (const line of lines) {
      number += 1
      if (held.length === 0) {
        if (line === '') continue
        const fields = fieldsOf(line)
        if (fields) {
          records.push({ line: number, fields })
          continue
        }
        heldFrom = number
      }
      held.push(line)
      const fields = held.length > 1 ? fieldsOf(held.join('\n')) : null
      if (fields) records.push({ line: heldFrom, fields })
      else if (held.length >= LONGEST_RECORD_LINES) records.push(...withoutQuote(held, heldFrom, bad))
      else continue
      held = []
    }
    yield records
  }
  yield [...withoutQuote(held, heldFrom, bad)]
}

/** The first line is given up, the ones that it swallowed are read again by themselves. */
function* withoutQuote(held: string[], from: number, bad: (line: BadLine) => void): Generator<CsvRecord> {
  for (const [index, line] of held.entries()) {
    const fields = index === 0 ? null : fieldsOf(line)
    if (fields) yield { line: from + index, fields }
    else if (line !== '') bad({ line: from + index, reason: 'a quote is opened and never closed' })
  }
}

/** The fields of one record; null while a quote is still open. */
function fieldsOf(record: string): string[] | null {
  if (!record.includes('"')) return record.split(',')
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (record[at] !== '"') {
      const comma = record.indexOf(',', at)
      if (comma === -1) return [...fields, record.slice(at)]
      fields.push(record.slice(at, comma))
      at = comma + 1
      continue
    }
    let field = ''
    let from = at + 1
    for (;;) {
      const quote = record.indexOf('"', from)
      if (quote === -1) return null
      field += record.slice(from, quote)
      from = quote + 1
      if (record[from] !== '"') break
      field += '"'
      from += 1
    }
    const comma = record.indexOf(',', from)
    fields.push(field + record.slice(from, comma === -1 ? undefined : comma))
    if (comma === -1) return fields
    at = comma + 1
  }
}

async function* textLines(file: string): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8')
  const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)
  let rest = ''
  for await (const chunk of await bytesOf(file)) {
    const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n')
    rest = lines.pop()!
    yield lines.map(withoutReturn)
  }
  rest += decoder.decode()
  if (rest !== '') yield [withoutReturn(rest)]
}

async function bytesOf(file: string): Promise<Readable> {
  const handle = await open(file)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
  await handle.close()
  const source = createReadStream(file, { highWaterMark: 262_144 })
  if (bytesRead < 2 || buffer[0] !== 0x1f || buffer[1] !== 0x8b) return source
  const unzipped = createGunzip()
  source.once('error', (error) => unzipped.destroy(error))
  return source.pipe(unzipped)
}
