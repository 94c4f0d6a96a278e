import { OutsideFailure } from '#app/errors.ts'

export const CHUNK_BYTES = 131_072
export const LINE_LIMIT_BYTES = 5_242_880
/** No shop's history comes near it; a file beyond is not a history. */
const FILE_LIMIT_BYTES = 20 * 1024 ** 3
const NEWLINE = 10

/** Whole lines of the file, or one line that is too long to be one and was passed over. */
type Chunk =
  /** `bytes` ends with a newline, but for the last chunk of a file that does not; `end` is the offset behind it. */
  { kind: 'lines'; bytes: Buffer; end: number; isLast: boolean } | { kind: 'too-long'; end: number }

/**
 * Cuts a stream at line ends into chunks of about 128 KB, never holding more than a line and a chunk. The offsets are the
 * file's own, so that a chunk's end is where another worker goes on. A chunk's bytes are good until the next is asked
 * for: one buffer serves them all.
 *
 * @param fromByte  offset of the stream's first byte in the file
 */
export async function* chunksOf(body: AsyncIterable<Buffer>, fromByte: number): AsyncGenerator<Chunk> {
  let buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES * 2)
  let held = 0
  let end = fromByte
  let isPassing = false
  for await (const piece of body) {
    let rest = piece
    if (end + held + rest.length > FILE_LIMIT_BYTES)
      throw new OutsideFailure('shopify-refused', `the bulk file is larger than ${FILE_LIMIT_BYTES} bytes`)
    if (isPassing) {
      const newline = rest.indexOf(NEWLINE)
      end += newline < 0 ? rest.length : newline + 1
      if (newline < 0) continue
      isPassing = false
      yield { kind: 'too-long', end }
      rest = rest.subarray(newline + 1)
    }
    if (held + rest.length > buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, held + rest.length))
      buffer.copy(larger, 0, 0, held)
      buffer = larger
    }
    rest.copy(buffer, held)
    held += rest.length
    if (held < CHUNK_BYTES) continue
    const whole = buffer.lastIndexOf(NEWLINE, held - 1) + 1
    if (whole > 0) {
      end += whole
      yield { kind: 'lines', bytes: buffer.subarray(0, whole), end, isLast: false }
      buffer.copyWithin(0, whole, held)
      held -= whole
    } else if (held > LINE_LIMIT_BYTES) {
      end += held
      held = 0
      isPassing = true
    }
  }
  if (isPassing) yield { kind: 'too-long', end }
  if (held > 0) yield { kind: 'lines', bytes: buffer.subarray(0, held), end: end + held, isLast: true }
}
