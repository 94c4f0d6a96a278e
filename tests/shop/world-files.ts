import { createWriteStream, existsSync, readFileSync, renameSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'

export function* readLines<T>(folder: string, name: string): Iterable<T> {
  const file = join(folder, `${name}.jsonl`)
  if (!existsSync(file)) return
  // Split as bytes: a file of a large shop is longer than the longest string.
  const bytes = readFileSync(file)
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(10, start)
    const stop = end === -1 ? bytes.length : end
    if (stop > start) yield JSON.parse(bytes.toString('utf8', start, stop)) as T
    start = stop + 1
  }
}

/** Written beside and moved over, so that a crash leaves the old file whole. */
export async function writeLines(folder: string, name: string, rows: Iterable<object>): Promise<void> {
  const file = join(folder, `${name}.jsonl`)
  const out = createWriteStream(`${file}.new`)
  let block = ''
  for (const row of rows) {
    block += `${JSON.stringify(row)}\n`
    if (block.length < 262_144) continue
    if (!out.write(block)) await once(out, 'drain')
    block = ''
  }
  out.end(block)
  await once(out, 'finish')
  renameSync(`${file}.new`, file)
}
