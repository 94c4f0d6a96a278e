import { OutsideFailure } from '#app/errors.ts'

export const CHUNK_BYTES = 1_048_576
export const LINE_LIMIT_BYTES = 5_242_880
/** No shop's history comes near it; a file beyond is not a history. */
export const FILE_LIMIT_BYTES = 20 * 1024 ** 3
const NEWLINE = 10

/** Whole lines of the file, or one line that is too long to be one and was passed over. */
export type Chunk =
  /** `bytes` ends with a newline, but for the last chunk of a file that does not; `end` is the offset behind it. */
  { kind: 'lines'; bytes: Buffer; end: number; isLast: boolean } | { kind: 'too-long'; end: number }

/**
 * Cuts a stream at line ends into chunks of about 1 MB, never holding more than a line and a chunk. The offsets are the
 * file's own, so that a chunk's end is where another worker goes on.
 *
 * @param fromByte  offset of the stream's first byte in the file
 */
export async function* chunksOf(body: AsyncIterable<Buffer>, fromByte: number): AsyncGenerator<Chunk> {
  let pieces: Buffer[] = []
  let held = 0
  let end = fromByte
  let isPassing = false
  for await (const piece of body) {
    let rest = piece
    if (isPassing) {
      const newline = rest.indexOf(NEWLINE)
      if (newline < 0) {
        end += rest.length
        if (end > FILE_LIMIT_BYTES) throw fileTooLarge()
        continue
      }
      end += newline + 1
      isPassing = false
      yield { kind: 'too-long', end }
      rest = rest.subarray(newline + 1)
    }
    if (rest.length === 0) continue
    pieces.push(rest)
    held += rest.length
    if (end + held > FILE_LIMIT_BYTES) throw fileTooLarge()
    if (held < CHUNK_BYTES) continue
    const bytes = Buffer.concat(pieces, held)
    const newline = bytes.lastIndexOf(NEWLINE)
    if (newline >= 0) {
      end += newline + 1
      yield { kind: 'lines', bytes: bytes.subarray(0, newline + 1), end, isLast: false }
      pieces = newline + 1 < held ? [bytes.subarray(newline + 1)] : []
      held -= newline + 1
    } else if (held > LINE_LIMIT_BYTES) {
      end += held
      pieces = []
      held = 0
      isPassing = true
    } else pieces = [bytes]
  }
  if (isPassing) yield { kind: 'too-long', end }
  if (held > 0) yield { kind: 'lines', bytes: Buffer.concat(pieces, held), end: end + held, isLast: true }
}

function fileTooLarge(): OutsideFailure {
  return new OutsideFailure('shopify-refused', `the bulk file is larger than ${FILE_LIMIT_BYTES} bytes`)
}
