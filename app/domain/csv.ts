/** Tables as CSV files for spreadsheets. */

/** Excel takes a file without it for one in the computer's old encoding, and Korean for rubbish. */
export const BYTE_ORDER_MARK = '\uFEFF'

/** A spreadsheet may take a text that begins so for a formula: also after spaces, and in the wide forms of these signs. */
const LIKE_A_FORMULA = /^[\s\0]*[=+\-@\t\r\n|%\uFF1D\uFF0B\uFF0D\uFF20]/

/**
 * One line of a CSV file, with its end. Numbers stand as they are; null is an empty cell; a text that a spreadsheet would take
 * for a formula gets an apostrophe before it.
 *
 * Known values: `=1+1` → `'=1+1`, `a "b"` → `"a ""b"""`, -5 (a number) → `-5` (tests/domain/csv.test.ts).
 *
 * Source: RFC 4180; OWASP, "CSV Injection".
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = LIKE_A_FORMULA.test(value) ? `'${value}` : value
  return /[",;\s]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
