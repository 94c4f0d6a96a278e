/** PostgreSQL counts its timestamps from 2000-01-01. */
const POSTGRES_EPOCH_MS = 946_684_800_000
const TWO_32 = 4_294_967_296
const HEADER_BYTES = 20

/** Kinds of columns that numbers can fill; NaN stands for null. A time is epoch milliseconds, a bool 0 or 1. */
export type PackedKind = 'bool' | 'int4' | 'int8' | 'float8' | 'time'

const BYTES: Record<PackedKind, number> = { bool: 1, int4: 4, int8: 8, float8: 8, time: 8 }
const TYPE_IDS: Record<PackedKind, number> = { bool: 16, int4: 23, int8: 20, float8: 701, time: 1184 }

/** How SQL names an array of each kind, for the cast that its parameter needs. */
export const PACKED_TYPES: Record<PackedKind, string> = {
  bool: 'bool[]',
  int4: 'int[]',
  int8: 'bigint[]',
  float8: 'float8[]',
  time: 'timestamptz[]',
}

/**
 * Some values of a column as an array parameter in PostgreSQL's binary form. The driver would write every number as text,
 * quoted and escaped, for the server to read again: at a million rows that costs more than storing them.
 *
 * @param positions  which values, in order; at least one
 */
export function packedArray(kind: PackedKind, values: ArrayLike<number>, positions: ArrayLike<number>): Buffer {
  const packed = Buffer.allocUnsafe(HEADER_BYTES + positions.length * (4 + BYTES[kind]))
  packed.writeInt32BE(1, 0)
  packed.writeInt32BE(1, 4)
  packed.writeInt32BE(TYPE_IDS[kind], 8)
  packed.writeInt32BE(positions.length, 12)
  packed.writeInt32BE(1, 16)
  let at = HEADER_BYTES
  for (let k = 0; k < positions.length; k += 1) {
    const value = values[positions[k]!]!
    if (Number.isNaN(value)) {
      at = packed.writeInt32BE(-1, at)
      continue
    }
    at = packed.writeInt32BE(BYTES[kind], at)
    if (kind === 'bool') at = packed.writeUInt8(value, at)
    else if (kind === 'int4') at = packed.writeInt32BE(value, at)
    else if (kind === 'float8') at = packed.writeDoubleBE(value, at)
    else at = writeInt8(packed, kind === 'time' ? (value - POSTGRES_EPOCH_MS) * 1000 : value, at)
  }
  return packed.subarray(0, at)
}

/** Exact to 2^53. */
function writeInt8(into: Buffer, value: number, at: number): number {
  const high = Math.floor(value / TWO_32)
  into.writeInt32BE(high, at)
  return into.writeUInt32BE(value - high * TWO_32, at + 4)
}
