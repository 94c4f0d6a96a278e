import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { InvalidInput } from '#app/errors.ts'
import { csvRecords } from '#tests/shop/csv.ts'

/**
 * The rows of a CSV file by the names of its columns, which may come in any order, others beside them.
 *
 * @throws {InvalidInput} naming the file and what is wrong with it
 */
export async function readTable<Column extends string>(
  file: string,
  columns: readonly Column[],
): Promise<Record<Column, string>[]> {
  const rows: Record<Column, string>[] = []
  let at: number[] | null = null
  let width = 0
  const wrong = (line: number, reason: string): never => {
    throw new InvalidInput(`${file}, line ${line}: ${reason}`)
  }
  for await (const records of csvRecords(file, (bad) => wrong(bad.line, bad.reason)))
    for (const { line, fields } of records) {
      if (at === null) {
        const names = fields.map((name) =>
          name
            .replace(/^\uFEFF/, '')
            .trim()
            .toLowerCase(),
        )
        at = columns.map((column) => names.indexOf(column))
        width = fields.length
        const missing = columns.filter((_, index) => at![index] === -1)
        if (missing.length > 0) wrong(line, `the header lacks ${missing.join(', ')}; it must name ${columns.join(',')}`)
        continue
      }
      if (fields.length !== width) wrong(line, `${fields.length} columns where the header has ${width}`)
      rows.push(
        Object.fromEntries(columns.map((column, index) => [column, fields[at![index]!]!])) as Record<Column, string>,
      )
    }
  if (at === null) throw new InvalidInput(`${file} is empty; the first line must name ${columns.join(',')}`)
  return rows
}

/** Writes rows under a header; fields are quoted where they have to be. */
export async function writeTable(
  file: string,
  columns: readonly string[],
  rows: Iterable<readonly (string | number)[]>,
): Promise<void> {
  const out = createWriteStream(file)
  out.write(`${columns.join(',')}\n`)
  for (const row of rows) out.write(`${row.map(quoted).join(',')}\n`)
  out.end()
  await finished(out)
}

function quoted(field: string | number): string {
  const text = String(field)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
