import { customerRow, lineRow, orderRow, type RowSet } from './copy-text.ts'
import { BadLine, parentOrderOf, readCustomer, readLine, readOrder, type Subject } from './read-order.ts'
import type { BadLineNote } from './runs.ts'

/** What a chunk of the file has added to the rows for the staging tables. */
type ReadChunk = {
  into: RowSet
  /** Lines of the file, empty ones included; rows made; top-level objects among them. */
  linesRead: number
  bytesRead: number
  rows: number
  roots: number
  blank: number
  bad: BadLineNote[]
  /** The last line has no end and cannot be read: the file was cut off there, and that line was not read. */
  isCutOff: boolean
}

const MAX_DEPTH = 64
const NEWLINE = 10
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])
/** Shorter lines cannot nest deep enough to matter; longer ones are looked at before they are parsed. */
const DEPTH_CHECKED_FROM = 4096

/**
 * Adds whole lines of JSONL to `into`. A line that is not what it must be is noted with its number in the file; the others load.
 *
 * @param firstLine  number in the file of the first line, from 1
 * @param isLast     the file ends here, perhaps without a newline
 */
export function readChunk(
  bytes: Buffer,
  subject: Subject,
  run: number,
  firstLine: number,
  isLast: boolean,
  into: RowSet,
): ReadChunk {
  const read: ReadChunk = {
    into,
    linesRead: 0,
    bytesRead: 0,
    rows: 0,
    roots: 0,
    blank: 0,
    bad: [],
    isCutOff: false,
  }
  // A byte order mark may only open the file.
  let from = firstLine === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0
  while (from < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, from)
    const to = newline < 0 ? bytes.length : newline
    const number = firstLine + read.linesRead
    if (isBlank(bytes, from, to)) read.blank += 1
    else {
      const reason = readInto(read, bytes.toString('utf8', from, to), subject, run, number)
      if (reason === 'not JSON' && newline < 0 && isLast) {
        read.isCutOff = true
        break
      }
      if (reason !== null) read.bad.push({ line: number, reason })
    }
    read.linesRead += 1
    from = to + 1
    read.bytesRead = Math.min(from, bytes.length)
  }
  return read
}

/** Adds one line's row; answers what is wrong with it, or null. */
function readInto(read: ReadChunk, line: string, subject: Subject, run: number, number: number): string | null {
  if (line.length >= DEPTH_CHECKED_FROM && depthOf(line) > MAX_DEPTH) return 'nested too deeply'
  let node: unknown
  try {
    node = JSON.parse(line)
  } catch {
    return 'not JSON'
  }
  try {
    if (subject === 'customers') {
      read.into.customers.push(customerRow(run, number, readCustomer(node)))
      read.roots += 1
    } else {
      const parent = parentOrderOf(node)
      if (parent === null) {
        read.into.orders.push(orderRow(run, number, readOrder(node)))
        read.roots += 1
      } else read.into.lines.push(lineRow(run, number, parent, readLine(node)))
    }
  } catch (error) {
    if (error instanceof BadLine) return error.reason
    throw error
  }
  read.rows += 1
  return null
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const code = bytes[at]
    if (code !== 32 && code !== 13 && code !== 9) return false
  }
  return true
}

/** Deepest nesting of brackets outside strings. */
function depthOf(line: string): number {
  let depth = 0
  let deepest = 0
  let isText = false
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at)
    if (isText) {
      if (code === 92) at += 1
      else if (code === 34) isText = false
    } else if (code === 34) isText = true
    else if (code === 123 || code === 91) {
      depth += 1
      if (depth > deepest) deepest = depth
    } else if (code === 125 || code === 93) depth -= 1
  }
  return deepest
}
