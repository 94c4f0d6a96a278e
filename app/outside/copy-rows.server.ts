/** PostgreSQL counts its timestamps from 2000-01-01. */
const POSTGRES_EPOCH_MS = 946_684_800_000
const HEADER_BYTES = 19
const TWO_32 = 4_294_967_296

/**
 * One row of `COPY … (FORMAT binary)`, read in place by field position. It is valid only inside the callback: nothing is
 * allocated per row, so a million rows cost no garbage.
 */
export class CopyRow {
  bytes: Buffer = Buffer.alloc(0)
  readonly starts: Int32Array
  readonly lengths: Int32Array

  constructor(fields: number) {
    this.starts = new Int32Array(fields)
    this.lengths = new Int32Array(fields)
  }

  isNull(field: number): boolean {
    return this.lengths[field]! < 0
  }

  bool(field: number): boolean {
    return this.bytes[this.starts[field]!] === 1
  }

  int4(field: number): number {
    return this.bytes.readInt32BE(this.starts[field]!)
  }

  /** Exact to 2^53, which ids and money in minor units stay under. */
  int8(field: number): number {
    const at = this.starts[field]!
    return this.bytes.readInt32BE(at) * TWO_32 + this.bytes.readUInt32BE(at + 4)
  }

  float8(field: number): number {
    return this.bytes.readDoubleBE(this.starts[field]!)
  }

  /** A timestamptz as epoch milliseconds. */
  time(field: number): number {
    return this.int8(field) / 1000 + POSTGRES_EPOCH_MS
  }

  /** A date as days since 1970-01-01. */
  day(field: number): number {
    return this.int4(field) + 10_957
  }

  text(field: number): string {
    const at = this.starts[field]!
    return this.bytes.toString('utf8', at, at + this.lengths[field]!)
  }

  /** The field's bytes as a string of that many characters: a key to intern by, not a text to show. */
  key(field: number): string {
    const at = this.starts[field]!
    return this.bytes.toString('latin1', at, at + this.lengths[field]!)
  }

  /** Whether an array has no elements (or is null). */
  isEmptyArray(field: number): boolean {
    return this.lengths[field]! < 0 || this.bytes.readInt32BE(this.starts[field]!) === 0
  }

  /** A one-dimensional text[] without nulls. */
  texts(field: number): string[] {
    if (this.isEmptyArray(field)) return []
    let at = this.starts[field]! + 12
    const count = this.bytes.readInt32BE(at)
    at += 8
    const texts: string[] = []
    for (let element = 0; element < count; element += 1) {
      const length = this.bytes.readInt32BE(at)
      at += 4
      texts.push(this.bytes.toString('utf8', at, at + length))
      at += length
    }
    return texts
  }
}

/**
 * Reads a binary COPY stream row by row and answers how many rows there were. Chunks may break anywhere.
 *
 * @param fields  number of columns of every row
 */
export async function readCopy(
  chunks: AsyncIterable<Buffer>,
  fields: number,
  onRow: (row: CopyRow) => void,
): Promise<number> {
  const row = new CopyRow(fields)
  // What has not been read yet lies at the front of one buffer that is used again: a buffer for every chunk would leave
  // as much garbage as the shop has bytes.
  let held = Buffer.allocUnsafe(262_144)
  let size = 0
  let hasHeader = false
  let rows = 0
  for await (const chunk of chunks) {
    if (size + chunk.length > held.length) {
      const wider = Buffer.allocUnsafe((size + chunk.length) * 2)
      held.copy(wider, 0, 0, size)
      held = wider
    }
    chunk.copy(held, size)
    size += chunk.length
    let at = 0
    if (!hasHeader) {
      if (size < HEADER_BYTES) continue
      at = HEADER_BYTES
      hasHeader = true
    }
    row.bytes = held
    for (;;) {
      const next = rowEnd(row, held, size, at, fields)
      if (next < 0) break
      onRow(row)
      rows += 1
      at = next
    }
    held.copyWithin(0, at, size)
    size -= at
  }
  return rows
}

/** Notes where the fields of the row at `at` lie and answers where it ends; -1 if it is not complete or is the trailer. */
function rowEnd(row: CopyRow, bytes: Buffer, size: number, at: number, fields: number): number {
  if (at + 2 > size || bytes.readInt16BE(at) !== fields) return -1
  let position = at + 2
  for (let field = 0; field < fields; field += 1) {
    if (position + 4 > size) return -1
    const length = bytes.readInt32BE(position)
    position += 4
    row.starts[field] = position
    row.lengths[field] = length
    if (length > 0) position += length
  }
  return position > size ? -1 : position
}
